#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# kill -9 of the daemon, with an encode under way: its encoders end, the next lensfs clears the
# dead mount, and what was cached is right.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/slow.jpg" sleep=30s
fake "$SRC/a.jpg" output=300000
start_fake
for q in 1 2 3; do cat "$MNT/a.jpg@webp-q$q" >"$T/$q"; done
cat "$MNT/slow.jpg@webp" >/dev/null 2>&1 &
reader=$!
await 5 stat_is running 1
kill -KILL "$DAEMON"
exits "$DAEMON" 137
lost
await 5 dead "$reader"
never wait "$reader"
await 5 no_holders
mounted "$MNT"

start_fake
has "$(<"$LOG")" 'cleared the mount'
is "$(grep -cF " $MNT " /proc/self/mounts)" 1 'mounts'
for q in 1 2 3; do cmp "$MNT/a.jpg@webp-q$q" "$T/$q"; done
is "$(stat_of encodes)" 0 'encodes'
