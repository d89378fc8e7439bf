#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A file that is written through another name of it, in a folder nobody watches, may become a picture
# or be one no more: its trees show that within seconds, names and listings.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/d"
echo words >"$SRC/d/a.jpg"
fake "$SRC/d/b.jpg" output=2000
for n in a b; do ln "$SRC/d/$n.jpg" "$T/other-$n"; done
start_fake
lists() { [[ $(ls "$MNT/d@webp" | tr '\n' ' ') == "$1" && $(ls "$MNT/@webp/d" | tr '\n' ' ') == "$1" ]]; }
lists 'a.jpg b.jpg.webp '
tried ENOENT stat "$MNT/d@webp/a.jpg.webp"
is "$(wc -c <"$MNT/d@webp/b.jpg.webp")" 2000
fake "$T/picture" output=3000
cat "$T/picture" >"$T/other-a"
echo words >"$T/other-b"
size_is() { [[ $(wc -c <"$MNT/d@webp/$1") == "$2" ]]; } 2>/dev/null
await 10 size_is a.jpg.webp 3000
await 10 size_is b.jpg 6
await 10 lists 'a.jpg.webp b.jpg '
tried ENOENT stat "$MNT/d@webp/b.jpg.webp"
