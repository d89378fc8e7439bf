#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# With `meta` the metadata go along, but true of the new picture: it is upright, of its own size and in
# sRGB, says so once and everywhere, and has no thumbnail of the old one.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
need exiftool cjpeg

for ext in jpg webp avif png tif; do
	picture "$SRC/a.$ext" 200x100
	[[ $ext != jpg ]] || djpeg -pnm "$SRC/a.jpg" | cjpeg >"$T/thumb.jpg"
	# Orientation as HEIF has it is no statement of its metadata, so there this one is a lie.
	exiftool -q -q -n -overwrite_original "$SRC/a.$ext" -IFD0:Orientation=6 -XMP-tiff:Orientation=6 \
		-Artist=Somebody -Make=Maker -SerialNumber=4711 -GPSLatitude=52.5 -GPSLatitudeRef=N \
		-XMP-dc:Title=Title -ExifIFD:ColorSpace=65535 -InteropIndex=R03 -IPTC:City=Town \
		-ExifIFD:ExifImageWidth=200 -ExifIFD:ExifImageHeight=100 "-ThumbnailImage<=$T/thumb.jpg"
done
start
for ext in jpg webp avif png tif; do
	if [[ $ext == avif ]]; then size=100x50; else size=100x200; fi
	for format in jpeg webp avif jxl png tiff gif; do
		echo "$MNT/a.$ext@w100-$format-meta"
		is "$(decoded "$MNT/a.$ext@w100-$format-meta")" "$size" "$format of $ext"
	done
done >"$T/variants"

# GIF has no place for it.
# shellcheck disable=SC2016 # exiftool's variables
exiftool -q -q -f -n -@ "$T/variants" -p \
	'$FileName|$IFD0:Orientation|$XMP-tiff:Orientation|$ThumbnailImage|$XMP-dc:Title|$IFD0:Make,$GPSLatitude,$SerialNumber|$ExifIFD:ColorSpace,$InteropIndex|${ExifIFD:ExifImageWidth}x${ExifIFD:ExifImageHeight}' \
	>"$T/table"
is "$(wc -l <"$T/table")" 35 'lines of the table'
while IFS='|' read -r name exif xmp thumbnail title camera colour size; do
	case $exif/$xmp in
	[1-]/[1-]) ;;
	*) fail "$name would be turned again: $exif/$xmp" ;;
	esac
	is "$thumbnail" - "thumbnail of $name"
	case $name in
	*-gif-meta) continue ;;
	esac
	is "$title" Title "title of $name"
	case $name in
	a.avif@*) is "$size" 100x50 "size in $name" ;;
	*) is "$size" 100x200 "size in $name" ;;
	esac
	is "$camera" Maker,52.5,4711 "camera of $name"
	is "$colour" 1,R98 "colour space of $name"
done <"$T/table"
