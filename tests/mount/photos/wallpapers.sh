#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real photographs: every picture, in full and 800 pixels wide, in every format, decodes by an
# independent tool to the right format and dimensions. Three pictures in the ordinary run, since
# a large AVIF takes its time; all of them with LENSFS_ALL_PHOTOS=1.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"

FOLDER=${LENSFS_PHOTOS:-/usr/share/backgrounds/gnome}
[[ -d $FOLDER ]] || skip "no photographs in $FOLDER"
find "$FOLDER" -maxdepth 1 -type f \( -name '*.webp' -o -name '*.jpg' -o -name '*.jxl' -o -name '*.png' \) -size -12M |
	sort >"$T/list"
if [[ -z ${LENSFS_ALL_PHOTOS:-} ]]; then
	# The smallest: they are as large in pixels.
	while read -r photo; do stat -c '%s %n' "$photo"; done <"$T/list" | sort -n | sed -n 1,3p |
		cut -d' ' -f2- >"$T/few"
	mv "$T/few" "$T/list"
fi
at_least "$(wc -l <"$T/list")" 1 'photographs'
start -s "$FOLDER" deadline=300

check() {
	local name=$1 size
	# Of the source itself, by the same independent tool.
	size=$(decoded "$FOLDER/$name")
	[[ $size =~ ^[0-9]+x[0-9]+$ ]] || { say "not read here: $name ($size)"; return 0; }
	for format in jpeg webp avif jxl png; do
		decodes_to "$MNT/$name@w800-$format" "$format" "$(shrunk "$size" 800)"
		full=$format
		[[ $format == png ]] || full=$format-e0
		[[ $format != jpeg && $format != jxl ]] || full=$format
		decodes_to "$MNT/$name@$full" "$format" "$size"
	done
}
count=0
while read -r photo; do
	check "${photo##*/}"
	count=$((count + 1))
done <"$T/list"
is "$(stat_of encode_failures)" 0 'failed encodes'
say "$count photographs, $(stat_of encodes) encodes"
