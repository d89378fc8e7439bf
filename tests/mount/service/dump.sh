#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# SIGUSR1 has the daemon say in its log what is under way, by picture and for how long, who does it,
# and its figures: in bounded lines and a bounded number of them, and it goes on as before.
. "$(dirname "$0")/../lib.sh"

evil=$'new\nline'
fake "$SRC/slow.jpg" sleep=60s
fake "$SRC/$evil.jpg" output=1500 sleep=60s
cp "$SRC/slow.jpg" "$SRC/equal.jpg"
for i in $(seq 50); do fake "$SRC/$i.jpg" "output=$((1000 + i))" sleep=60s; done
start_fake workers=2
says() { grep -qE -- "$1" "$LOG"; }

kill -USR1 "$DAEMON"
await 10 says 'state: 0 jobs under way'
await 10 says 'state: version "[0-9.]+", pid '"$DAEMON"','
await 10 says 'pressure_sources'
is "$(grep -c 'state: job of' "$LOG" || true)" 0 'jobs told'

stat "$MNT/slow.jpg@webp-w20" >"$T/stat" 2>&1 &
await 10 stat_is running 1
stat "$MNT/$evil.jpg@webp-w20" >"$T/stat" 2>&1 &
await 10 stat_is running 2
stat "$MNT/slow.jpg@webp-w20" >"$T/stat" 2>&1 &
await 10 stat_is coalesced 1
stat "$MNT/equal.jpg@webp-w20" >"$T/stat" 2>&1 &
await 10 stat_is coalesced 2
for i in $(seq 50); do stat "$MNT/$i.jpg@webp-w20" >"$T/stat" 2>&1 & done
await 20 stat_is misses 53
await 10 stat_is queue 50
: >"$LOG"
kill -USR1 "$DAEMON"
await 10 says 'pressure_sources'
says 'state: 53 jobs under way, 2 encoders'
encoder=$(sed -nE "s/.*job of [0-9.]+ s, 'slow.jpg' as webp.*-w20: with encoder ([0-9]+) for [0-9.]+ s; 2 waiting\$/\1/p" "$LOG")
encoders_of "$DAEMON" | grep -qx "$encoder"
says "state: encoder $encoder, at work for [0-9.]+ s, 0 jobs done"
says "job of [0-9.]+ s, 'new\\\\x0aline.jpg' as .*: with encoder [0-9]+"
says "job of [0-9.]+ s, 'equal.jpg' as .*: waits for the same of equal bytes; 1 waiting"
says "job of [0-9.]+ s, '[0-9]+.jpg' as .*: waits for an encoder; 1 waiting"
is "$(grep -c 'state: job of' "$LOG")" 32 'jobs told'
says 'state: and 21 more jobs'
at_most "$(wc -l <"$LOG")" 80 lines
at_most "$(wc -L <"$LOG")" 900 'the longest line'
says 'queue 50'

# As often as one likes, while it works and while it ends.
for _ in $(seq 20); do kill -USR1 "$DAEMON"; done
tried OK read "$MNT/.lensfs/stats.json"
stop
