#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who made a picture and whose it is survive in every format, letter by letter, wherever the source
# says it: EXIF, XMP, IPTC, TIFF's tags, PNG's texts. Place, serial numbers, and all the rest do not.
. "$(dirname "$0")/../lib.sh"
need exiftool

CREATOR='Jörg Ünal' RIGHTS='© 2024 Müller & Söhne <all>'
formats=(jpeg webp avif jxl png gif tiff)
# tag FILE ARGUMENT…
tag() { exiftool -q -q -overwrite_original -codedcharacterset=utf8 "${@:2}" "$1"; }
# The same metadata wherever its format has a place for it.
secrets=(-SerialNumber=SECRET1 -LensSerialNumber=SECRET2 -GPSLatitude=52.5 -GPSLatitudeRef=N
	-GPSLongitude=13.4 -GPSLongitudeRef=E -OwnerName=SECRET3 -Software=SECRET4
	-XMP-xmpMM:DocumentID=SECRET5 -XMP-exif:GPSLatitude=52.5 -XMP-dc:Title=SECRET6
	-UserComment=SECRET7)
for ext in jpg png webp avif tif; do
	picture "$T/plain.$ext" 200x100
	cp "$T/plain.$ext" "$SRC/exif.$ext"
	tag "$SRC/exif.$ext" "${secrets[@]}" -EXIF:Artist="$CREATOR" -EXIF:Copyright="$RIGHTS"
	cp "$T/plain.$ext" "$SRC/xmp.$ext"
	tag "$SRC/xmp.$ext" "${secrets[@]}" -XMP-dc:Creator="$CREATOR" -XMP-dc:Rights="$RIGHTS"
	cp "$T/plain.$ext" "$SRC/nobody.$ext"
	tag "$SRC/nobody.$ext" "${secrets[@]}"
done
cp "$T/plain.jpg" "$SRC/iptc.jpg"
tag "$SRC/iptc.jpg" "${secrets[@]}" -IPTC:CodedCharacterSet=UTF8 -IPTC:By-line="$CREATOR" -IPTC:CopyrightNotice="$RIGHTS" \
	-IPTC:City=SECRET8
cp "$T/plain.png" "$SRC/texts.png"
tag "$SRC/texts.png" -PNG:Author="$CREATOR" -PNG:Copyright="$RIGHTS" -PNG:Comment=SECRET9
# Says it in all places, and differently: EXIF counts.
cp "$SRC/exif.jpg" "$SRC/all.jpg"
tag "$SRC/all.jpg" -XMP-dc:Creator=Other -XMP-dc:Rights=Other -IPTC:By-line=Other

start
for source in "$SRC"/*; do
	for format in "${formats[@]}"; do echo "$MNT/${source##*/}@w100-$format"; done
done >"$T/variants"

# GIF has it in its comment.
# shellcheck disable=SC2016 # exiftool's variables
exiftool -q -q -f -@ "$T/variants" -p \
	'$FileName|$Artist|$Copyright|$XMP-dc:Creator|$XMP-dc:Rights|${Comment;tr/\n/+/}' >"$T/table"
is "$(wc -l <"$T/table")" "$(wc -l <"$T/variants")" 'lines of the table'
while IFS='|' read -r name artist copyright creator rights comment; do
	case $name in
	nobody.*) wanted='-|-|-|-|-' ;;
	*-gif) wanted="-|-|-|-|$CREATOR+$RIGHTS" ;;
	*) wanted="$CREATOR|$RIGHTS|-|-|-" ;;
	esac
	is "$artist|$copyright|$creator|$rights|$comment" "$wanted" "what $name says"
done <"$T/table"

exiftool -q -q -s3 -@ "$T/variants" -GPS:all -IPTC:all -SerialNumber -LensSerialNumber -OwnerName \
	-Software -UserComment -XMP-exif:all -XMP-xmpMM:all -Title -ThumbnailImage >"$T/rest"
is "$(<"$T/rest")" '' 'what else they say'
while read -r variant; do
	never grep -aq SECRET "$variant"
done <"$T/variants"
