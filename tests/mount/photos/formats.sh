#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every kind of source to every kind of view, in full, narrow, low and cropped: right format,
# right dimensions, by independent tools; and the colours are where they were.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"

FORMATS='jpeg webp avif jxl png gif tiff'
for format in jpg webp avif png gif tif; do picture "$SRC/p.$format" 320x200; done
start
for source in jpg webp avif png gif tif; do
	for format in $FORMATS; do
		decodes_to "$MNT/p.$source@$format" "$format" 320x200
	done
	decodes_to "$MNT/p.$source@w100-webp" webp 100x63
	decodes_to "$MNT/p.$source@h50-jpg" jpeg 80x50
	decodes_to "$MNT/p.$source@w100-h30-png" png 48x30
	decodes_to "$MNT/p.$source@w90-h90-cover-webp" webp 90x90
	decodes_to "$MNT/p.$source@w5000-jpg" jpeg 320x200
done
is "$(stat_of encode_failures)" 0 'failed encodes'

# Red, green, blue and white quadrants: the middle of each, from a decoder of its own.
pixel() { od -An -tu1 -N 3 -j "$2" "$1"; }
djpeg -pnm "$MNT/p.png@jpeg-q95" >"$T/out.ppm"
header=$(($(stat -c %s "$T/out.ppm") - 320 * 200 * 3))
close_to() {
	local r g b
	read -r r g b <<<"$(pixel "$T/out.ppm" $((header + ($3 * 320 + $2) * 3)))"
	read -r wr wg wb <<<"$1"
	(((r - wr) ** 2 + (g - wg) ** 2 + (b - wb) ** 2 < 300)) || fail "at $2,$3: $r $g $b, not $1"
}
close_to '220 30 30' 80 50
close_to '30 160 40' 240 50
close_to '40 40 200' 80 150
close_to '250 250 250' 240 150
