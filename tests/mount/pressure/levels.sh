#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What each level of memory pressure stops, and what goes on: rehearsed by lensctl, whatever the
# machine's memory says.
. "$(dirname "$0")/../lib.sh"

level_is() { [[ $(stat_of level) == "\"$1\"" ]]; }
level() { # LEVEL NAME
	"$LENSCTL" pressure "$MNT" --set "$1" --for 300s >/dev/null
	await 5 level_is "$2"
}

picture "$SRC/plain.jpg" 320x200
for i in 1 2 3; do fake "$SRC/$i.jpg" "sleep=50${i}ms"; done
fake "$SRC/slow.jpg" "sleep=4s"
fake "$SRC/waits.jpg" "sleep=1ms"
start_fake workers=2 threads=4
cat "$MNT/1.jpg@webp" >"$T/known"

# 1: idle encoders end; everything is still made.
level 1 elevated
await 5 stat_is encoders 0
tried OK read "$MNT/2.jpg@webp"
await 5 stat_is encoders 0

# 2: one encode at a time.
level high high
cat "$MNT/slow.jpg@webp" >"$T/slow" &
slow=$!
await 5 stat_is running 1
cat "$MNT/waits.jpg@webp" >"$T/waits" &
waits=$!
await 5 stat_is queue 1
is "$(stat_of running)" 1 'encodes at once'

# 3: what waits is told within a second, what runs may end; what is cached and what is
# mirrored is read as ever.
begin=$(now_ms)
level 3 critical
wait "$waits" && fail 'what waited was not told'
at_most $(($(now_ms) - begin)) 2000 'milliseconds until what waited was told'
tried EBUSY read "$MNT/3.jpg@webp"
cmp "$MNT/1.jpg@webp" "$T/known"
cmp "$MNT/plain.jpg" "$SRC/plain.jpg"
wait "$slow"
isnt "$(wc -c <"$T/slow")" 0 'what ran'
at_least "$(stat_of busy)" 2 'refused encodes'
has "$(cat "$MNT/.lensfs/errors")" 'EBUSY'

# And back: nothing of it is remembered.
"$LENSCTL" pressure "$MNT" --set 0 --for 1s >/dev/null
await 5 level_is normal
tried OK read "$MNT/3.jpg@webp"
tried OK read "$MNT/waits.jpg@webp"
has "$(cat "$LOG")" 'memory: critical, was high (simulated)'
