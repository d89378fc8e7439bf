#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Where nothing is watched, changes show in trees within the timeout.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/d"
fake "$SRC/d/a.jpg" output=4000
echo words >"$SRC/d/b.jpg"
start_fake timeout=1
is "$(ls "$MNT/d@webp" | tr '\n' ' ')" 'a.jpg.webp b.jpg '
is "$(wc -c <"$MNT/@webp/d/a.jpg.webp")" 4000
tried ENOENT stat "$MNT/d@webp/c.jpg.webp"
begun=$(now_ms)
fake "$SRC/d/a.jpg" output=4500
fake "$SRC/d/b.jpg" output=5000
fake "$SRC/d/c.jpg" output=6000
agrees() {
	[[ $(ls "$1" | tr '\n' ' ') == 'a.jpg.webp b.jpg.webp c.jpg.webp ' &&
		$(cat "$1"/{a,b,c}.jpg.webp 2>/dev/null | wc -c) == 15500 ]]
}
await 10 agrees "$MNT/d@webp"
await 10 agrees "$MNT/@webp/d"
at_most $(($(now_ms) - begun)) 3000 'milliseconds'
