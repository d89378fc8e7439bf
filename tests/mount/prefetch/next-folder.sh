#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A reader of many small folders is not noticed in each of them anew; what was added to one while
# it is read is found.
. "$(dirname "$0")/../lib.sh"

for d in a b c; do
	mkdir "$SRC/$d"
	for i in 1 2 3 4 5; do fake "$SRC/$d/p$i.jpg" sleep=400ms "output=100$i"; echo $d >>"$SRC/$d/p$i.jpg"; done
done
start_fake workers=2
for f in a/p{1..5} b/p{1..5}; do cat "$MNT/$f.jpg@webp" >/dev/null; done
is "$(stat_of encodes)" 10 encodes
# Three of the first folder, which prove the reader, and one of the second.
at_most "$(stat_of misses)" 5 'encodes that a reader began'

for i in 1 2; do cat "$MNT/c/p$i.jpg@webp" >/dev/null; done
sleep 2.1
for i in 6 7 8; do fake "$SRC/c/p$i.jpg" sleep=400ms "output=200$i"; done
for i in 3 4 5 6 7 8; do cat "$MNT/c/p$i.jpg@webp" >/dev/null; done
is "$(stat_of encodes)" 18 encodes
at_most "$(stat_of misses)" 8 'encodes that a reader began'
