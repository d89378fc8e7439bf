#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What ImageMagick makes of the same steps: several of them at once, of a photograph that EXIF
# turns. PSNR in dB: they differ by filters and rounding (blur3 instead of blur4 has 39), and what is
# framed also by a second JPEG.
. "$(dirname "$0")/../lib.sh"

need convert compare

picture "$SRC/turned.jpg" 1200x800 orientation=6 seed=5
picture "$SRC/flat.jpg" 1200x800 seed=6
convert "$SRC/flat.jpg" -bordercolor '#f0e8e0' -border 70x40 -quality 97 "$SRC/framed.jpg"
start

# alike DECIBELS NAME@VIEW SOURCE CONVERT-ARGUMENT…
alike() {
	local least=$1 name=$2 source=$3 said psnr
	shift 3
	convert "$SRC/$source" -auto-orient "$@" +repage "$T/want.png"
	cat "$MNT/$name" >"$T/got.png"
	is "$(identify -format '%wx%h' "$T/got.png")" "$(identify -format '%wx%h' "$T/want.png")" "$name"
	said=$(compare -metric PSNR "$T/got.png" "$T/want.png" null: 2>&1 || true)
	psnr=${said%% *}
	[[ $psnr == inf ]] || at_least "${psnr%.*}" "$least" "$name, in dB: $said"
}

L='-filter Lanczos'
# shellcheck disable=SC2086
{
	alike 48 turned.jpg@png-w300 turned.jpg $L -resize 300x
	alike 48 turned.jpg@png-w200-h200-cover-north turned.jpg $L -resize 200x300 -crop 200x200+0+0
	alike 48 turned.jpg@png-crop100_200_600_700-w300-flop turned.jpg -crop 600x700+100+200 +repage \
		-flop $L -resize 300x350\!
	alike 48 flat.jpg@png-rot90-w200 flat.jpg -rotate 90 $L -resize 200x300
	alike 48 flat.jpg@png-w300-h300-pad-bg336699-southeast flat.jpg $L -resize 300x200 \
		-background '#336699' -gravity southeast -extent 300x300
	alike 46 flat.jpg@png-w300-h100-fill-grey flat.jpg $L -resize 300x100\! -colorspace Gray
	alike 42 flat.jpg@png-w300-blur4 flat.jpg $L -resize 300x -blur 0x4
	alike 33 framed.jpg@png-trim-w300 flat.jpg $L -resize 300x
}
