#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Where a view changes nothing but the coding, and that makes the picture no smaller, its own bytes
# are served: unless they say more than the picture, for metadata is dropped whatever it costs.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
need cjpeg cwebp exiftool convert

picture "$T/a.png" 320x200 pattern=photo
djpeg_source() { convert "$T/a.png" "$T/a.ppm"; cjpeg -quality "$1" -optimize "$T/a.ppm"; }
djpeg_source 40 >"$SRC/bare.jpg"
djpeg_source 95 >"$SRC/fine.jpg"
cwebp -quiet -q 20 "$T/a.png" -o "$SRC/bare.webp"
convert "$T/a.png" -strip "PNG8:$SRC/bare.png"
for place in jpg webp png; do
	cp "$SRC/bare.$place" "$SRC/told.$place"
	exiftool -q -overwrite_original -XMP:Location=Berlin -GPSLatitude=52.5 -GPSLatitudeRef=N \
		"$SRC/told.$place"
	exiftool "$SRC/told.$place" | grep -q Berlin || fail "nothing is said in $place"
done
{ cat "$SRC/bare.jpg"; echo 'GPS 52.5 13.4'; } >"$SRC/trailed.jpg"
start
same() { cmp "$SRC/$1" "$MNT/$1@$2" || fail "$1@$2 is not its source"; }
other() { never cmp -s "$SRC/$1" "$MNT/$1@$2"; }

same bare.jpg jpeg-q90
same bare.jpg q80
same bare.jpg q80-w1000
same bare.webp webp-q95
same bare.webp webp-lossless
same bare.png png-e1
other fine.jpg jpeg-q40
other bare.jpg jpeg-q90-w100
other bare.jpg jpeg-q90-prog
other bare.jpg jpeg-q90-444
other bare.jpg webp
is "$(xattr "$MNT/bare.jpg@jpeg-q90" width)" 320
is "$(kind "$MNT/bare.jpg@jpeg-q90")" image/jpeg

for place in jpg webp png; do
	other "told.$place" "${place/jpg/jpeg}"
	exiftool "$MNT/told.$place@${place/jpg/jpeg}" >"$T/said"
	never grep -qE 'Berlin|GPS' "$T/said"
done
other trailed.jpg q90
never grep -q GPS "$MNT/trailed.jpg@q90"
