#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The eight EXIF orientations are applied: all eight come out upright, with the same pixels where
# they belong, and no orientation is left to be applied again.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"

for o in 1 2 3 4 5 6 7 8; do picture "$SRC/$o.jpg" 300x200 orientation="$o" seed=3; done
start
# Where the red, green, blue and white quadrants are, by the middle of each.
quadrants() {
	local w=$2 h=$3 header r g _ letters=
	djpeg -pnm "$1" >"$T/q.ppm"
	header=$(($(stat -c %s "$T/q.ppm") - w * h * 3))
	for at in "$((w / 4)) $((h / 4))" "$((w * 3 / 4)) $((h / 4))" \
		"$((w / 4)) $((h * 3 / 4))" "$((w * 3 / 4)) $((h * 3 / 4))"; do
		read -r r g _ <<<"$(od -An -tu1 -N 3 \
			-j $((header + (${at#* } * w + ${at% *}) * 3)) "$T/q.ppm")"
		if ((r > 200 && g > 200)); then letters+=w
		elif ((r > 150)); then letters+=r
		elif ((g > 100)); then letters+=g
		else letters+=b; fi
	done
	echo "$letters"
}
# Stored rg/bw (EXIF 2.3, tag 274), as a viewer has to show it.
upright=(- rgbw grwb wbgr bwrg rbgw brwg wgbr gwrb)
for o in 1 2 3 4 5 6 7 8; do
	if ((o < 5)); then full=300x200 half=150x100; else full=200x300 half=100x150; fi
	decodes_to "$MNT/$o.jpg@q90" jpeg "$full"
	decodes_to "$MNT/$o.jpg@w${half%x*}-png" png "$half"
	is "$(quadrants "$MNT/$o.jpg@q90" "${full%x*}" "${full#*x}")" "${upright[o]}" "orientation $o"
	file -b "$MNT/$o.jpg@q90" | grep -oE 'orientation=[a-z-]+' >"$T/left" || true
	[[ ! -s $T/left || $(<"$T/left") == orientation=upper-left ]] || fail "left over: $(<"$T/left")"
done
