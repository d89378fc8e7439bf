#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A server that keeps a file open and looks from time to time whether it is still the one
# (nginx's open_file_cache): a new version of the source is a new inode under the view's name,
# and the old descriptor keeps its own. A touch alone is a new version, too.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" output=1000
start_fake
cat "$MNT/a.jpg@webp" >"$T/old"
exec {held}<"$MNT/a.jpg@webp"
inode() { stat -L -c %i "$1"; }
old=$(inode "$MNT/a.jpg@webp")
is "$(inode "/proc/self/fd/$held")" "$old"
is "$(inode "$MNT/a.jpg@webp.webp")" "$old" 'another spelling'
changed() { [[ $(inode "$MNT/a.jpg@webp") != "$1" ]]; }

fake "$T/new" output=1000
echo '#' >>"$T/new"
touch -r "$SRC/a.jpg" "$T/new"
mv "$T/new" "$SRC/a.jpg"
await 5 changed "$old"
never cmp -s "$MNT/a.jpg@webp" "$T/old"
is "$(inode "/proc/self/fd/$held")" "$old" 'the inode of who has it open'
cmp - "$T/old" <&"$held"

second=$(inode "$MNT/a.jpg@webp")
touch -d '2001-01-01' "$SRC/a.jpg"
await 5 changed "$second"
is "$(stat -c %Y "$MNT/a.jpg@webp")" "$(stat -c %Y "$SRC/a.jpg")" 'time of the view'
exec {held}<&-
