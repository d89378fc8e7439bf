#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is laid under or on a picture that keeps its profile is given in sRGB, and means that in the
# profile, too. Where the picture has no such colours, its own are converted and the profile goes.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
. "$(dirname "$0")/../colour.sh"
need exiftool

patches make "$SRC"
for depth in 8 16; do patches clear swapped "$depth" "$SRC/clear-$depth.png"; done
convert -size 40x30 xc:'#c83214' "png24:$T/red.png"
convert -size 40x30 xc:'#505050' "$T/grey.png"
mkdir -p "$XDG_CONFIG_HOME/lensfs"
printf '[watermark %s]\nfile = %s\nposition = top-left\n' red "$T/red.png" grey "$T/grey.png" \
	>"$XDG_CONFIG_HOME/lensfs/marks.conf"
start

tagged() { exiftool -q -q -if '$ICC_Profile:ProfileVersion' "$1" >/dev/null; }
# means SPACE COLOUR SOURCE@VIEW…
means() {
	for name in "${@:3}"; do
		pixels "$MNT/$name"
		patches means "$1" "$2" "$PIXELS" >"$T/said" || fail "$name is $(<"$T/said")"
	done
}
kept() { means "$@"; for name in "${@:3}"; do tagged "$MNT/$name" || fail "$name lost its profile"; done; }
converted() { means srgb "$@"; for name in "${@:2}"; do never tagged "$MNT/$name"; done; }

for form in png tiff jpeg-q98-444 webp-lossless avif-q98; do
	kept swapped c83214 "swapped-8.png@$form-icc-w300-h300-pad-bgc83214" \
		"clear-8.png@$form-icc-bgc83214" "swapped-8.png@$form-icc-wm_red"
done
kept adobe c83214 adobe-16.png@{png,tiff,jpeg-q98-444}-icc-{w300-h300-pad-bgc83214,wm_red}
kept swapped c83214 clear-16.png@png-icc-{bgc83214,wm_red}
kept linear 505050 linear-16.png@png-icc-wm_grey
kept grey 505050 grey-{8,16}.png@png-icc-w300-h300-pad-bg505050
converted c83214 grey-{8,16}.png@png-icc-{w300-h300-pad-bgc83214,wm_red}
converted 505050 grey-8.png@png-icc-wm_grey
converted c83214 ink-8.tif@{png,tiff,jpeg-q98-444}-icc-wm_red
# Grey is a sum of colours as sRGB has them: the patch is (0.85, 0.15, 0.15).
converted 4c4c4c linear-16.png@png-icc-grey
