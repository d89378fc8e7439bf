#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Only regular files that are pictures by their content have views, whatever they are called.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/real.png" 40x30
mv "$SRC/real.png" "$SRC/called.jpg"
cp "$SRC/called.jpg" "$SRC/without-extension"
cp "$SRC/called.jpg" "$SRC/notes"
echo 'just words' >"$SRC/notes.txt"
echo 'just words' >"$SRC/words.jpg"
: >"$SRC/empty.jpg"
printf '\377\330' >"$SRC/two-bytes.jpg"
ln -s called.jpg "$SRC/link.jpg"
mkfifo "$SRC/fifo.jpg"
mkdir "$SRC/folder.jpg"
tried OK mksock "$SRC/socket.jpg"
[[ -S $SRC/socket.jpg ]]
start

for name in notes.txt words.jpg empty.jpg two-bytes.jpg link.jpg fifo.jpg socket.jpg \
	folder.jpg/missing.jpg; do
	tried ENOENT stat "$MNT/$name@webp"
	tried ENOENT open "$MNT/$name@w10.png"
done
tried ENOTDIR stat "$MNT/called.jpg/x@webp"
[[ -d $MNT/folder.jpg@webp ]] # a folder's view is a folder
is "$(stat_of misses)" 0 'misses'

# A PNG that is called .jpg is a PNG: its own format is what a view without one means.
for name in called.jpg without-extension notes; do
	is "$(kind "$MNT/$name@webp")" image/webp
	is "$(kind "$MNT/$name@w20")" image/png
	is "$(xattr "$MNT/$name@w20" mime_type)" image/png
done
is "$(stat_of encodes)" 2 'encodes'
