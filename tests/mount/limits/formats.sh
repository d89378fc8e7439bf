#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a format cannot hold: refused at once with its limit, never an input/output error; what is
# less (colours, bits, frames) is fitted in.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
need convert identify exiftool

picture "$SRC/wide.png" 70000x2
picture "$SRC/middle.png" 16384x2
convert -size 64x48 gradient:red-blue -depth 16 "PNG48:$SRC/deep.png"
picture "$SRC/photo.png" 200x100 pattern=photo
start

over() { # PATH LIMIT
	tried EFBIG open "$MNT/$1"
	has "$(xattr "$MNT/$1" error)" "$2 pixels a side"
}
over wide.png@jpeg 65500
over wide.png@webp 16383
over wide.png@avif 16384
over wide.png@gif 65535
over middle.png@webp 16383
tried EFBIG open "$MNT/wide.png@auto"
has "$(xattr "$MNT/wide.png@auto" error)" '70000 x 2 is over the limits of each format'
decodes_to "$MNT/middle.png@avif" avif 16384x2
cat "$MNT/middle.png@auto" >"$T/made" # or nobody knows which it is
decodes_to "$MNT/middle.png@auto" "$(xattr "$MNT/middle.png@auto" format)" 16384x2
is "$(exiftool -s3 -ImageWidth "$MNT/wide.png@tiff")" 70000 # of which file(1) reads 16 bits
decodes_to "$MNT/wide.png@jpeg-w60000" jpeg 60000x2

# Sixteen bits stay where a format has them, and become eight elsewhere.
for format in png tiff; do is "$(identify -format %z "$MNT/deep.png@$format")" 16 "$format"; done
for format in jpeg webp gif; do is "$(identify -format %z "$MNT/deep.png@$format")" 8 "$format"; done
# A GIF has 256 colours.
at_most "$(identify -format %k "$MNT/photo.png@gif")" 256 colours
