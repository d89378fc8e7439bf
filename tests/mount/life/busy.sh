#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# While every encoder is busy and more jobs wait, mirrored and cached files are looked up, stat
# and read as ever. (How fast is measured by tests/bench/busy.sh.)
. "$(dirname "$0")/../lib.sh"

fake "$SRC/slow.jpg" sleep=6s
fake "$SRC/quick.jpg" output=100000
head -c 300000 /dev/urandom >"$SRC/plain"
start_fake workers=2 threads=2
cat "$MNT/quick.jpg@webp" >"$T/cached"
readers=()
for q in $(seq 1 20); do
	cat "$MNT/slow.jpg@webp-q$q" >/dev/null 2>&1 &
	readers+=($!)
done
await 5 stat_is misses 21
is "$(stat_of running)" 2 'encoders at work'
begin=$(now_ms)
for round in 1 2 3; do
	probe latency lookup 50 "$MNT/missing" >/dev/null
	probe latency stat 50 "$MNT/plain" "$MNT/quick.jpg@webp" >/dev/null
	probe latency read 50 "$MNT/plain" "$MNT/quick.jpg@webp" >/dev/null
	cmp "$MNT/plain" "$SRC/plain"
	cmp "$MNT/quick.jpg@webp" "$T/cached"
	ls -l "$MNT" >/dev/null
	tried OK opath "$MNT/slow.jpg@webp-q2$round"
	is "$(xattr "$MNT/slow.jpg@webp-q1" state)" encoding
done
at_most $(($(now_ms) - begin)) 4000 'milliseconds for all that'
is "$(stat_of encodes)" 1 'encodes meanwhile'
kill "${readers[@]}"
