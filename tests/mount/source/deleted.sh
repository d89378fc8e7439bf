#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A source deleted during its encode: the reader has all of it, or an error; the mount goes on,
# and the name is gone.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" sleep=700ms output=200000
fake "$SRC/b.jpg" output=5000
start_fake
cat "$MNT/a.jpg@webp" >"$T/out" 2>"$T/err" &
reader=$!
await 5 stat_is running 1
rm "$SRC/a.jpg"
await 10 dead "$reader"
if wait "$reader"; then
	is "$(stat -c %s "$T/out")" 200000 'size'
else
	[[ $(<"$T/err") == *@('Stale file handle'|'No such file')* ]] || fail "$(<"$T/err")"
fi
gone() { [[ $(try stat "$MNT/$1") == ENOENT ]]; }
await 5 gone a.jpg
await 5 gone a.jpg@webp
await 5 gone a.jpg@webp-q3
is "$(wc -c <"$MNT/b.jpg@webp")" 5000
