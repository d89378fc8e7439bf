#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Colours come out as their profiles mean them, within 1 of CIEDE2000: screens, cameras, grey, print,
# Lab, floats, 8 and 16 bits, in every format. Decoders that have no part in libvips look.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
. "$(dirname "$0")/../colour.sh"

# Of codecs that lose something, quality is such that what they lose is no part of the question; but
# they round once more, most to YCbCr of 8 bits. Ink without a profile means what libvips guesses.
views=(tiff gif webp-lossless jxl-lossless jxl-q98 jpeg-q100 avif-q98 webp-q100)
limit() {
	case $1 in
	*-bare.*) echo 20 ;;
	*@jpeg* | *@avif* | *@webp-q* | *@jxl-q*) echo 1.4 ;;
	*) echo 1 ;;
	esac
}
means() {
	pixels "$MNT/$1@$2"
	mv "$PIXELS" "$T/$1@$2.${PIXELS##*.}"
	echo "$1 $T/$1@$2.${PIXELS##*.} $(limit "$1@$2")" >>"$T/list"
}

patches make "$SRC"
start
for source in $(patches names); do means "$source" png; done
for source in adobe-16.png grey-alpha-8.png ink-ycck.jpg lab-16.tif; do
	for view in "${views[@]}"; do means "$source" "$view"; done
done
patches check-all "$T/list" >"$T/said" || fail "$(grep -e WRONG "$T/said")"
[[ -z ${LENSFS_SHOW:-} ]] || say "$(<"$T/said")"

# JPEGs of ink have it inverted, whether they have Adobe's marker or not: every browser takes them so.
cmp "$MNT/ink-plain-bare.jpg@png" "$MNT/ink-adobe-bare.jpg@png"

# Whatever floats hold is some colour.
for bands in 1 3 4; do
	for view in png jpeg avif jxl w3-webp; do tried OK read "$MNT/wild-$bands.tif@$view"; done
done
