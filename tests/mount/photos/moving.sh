#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An animation says the same to other programs after it became a WebP or a GIF: each frame's pixels,
# how long it is shown, how often all of it plays.
. "$(dirname "$0")/../lib.sh"
/usr/bin/python3 -c 'import PIL.Image' 2>/dev/null || skip 'no python3-pil here'
need convert identify gif2webp
here=$(cd "$(dirname "$0")" && pwd)

patches() { # LOOPS DELAY FILE
	convert -dispose none -delay "$2" -size 60x40 xc:red \
		-dispose previous \( -size 20x20 xc:none -fill blue -draw 'rectangle 0,0 19,15' -repage 60x40+5+5 \) \
		-dispose background \( -size 30x12 xc:none -fill lime -draw 'rectangle 0,0 29,9' -repage 60x40+20+20 \) \
		-dispose none -delay 25 \( -size 10x30 xc:white -repage 60x40+45+2 \) \
		-loop "$1" "$3"
}
patches 0 10 "$SRC/ever.gif"
patches 1 10 "$SRC/once.gif"
patches 3 10 "$SRC/thrice.gif"
patches 0 0 "$SRC/hurried.gif"
convert -delay 10 -size 30x20 xc:red xc:blue +loop "$SRC/unsaid.gif"
convert -delay 10 -dispose background -size 30x20 xc:none -fill red -draw 'circle 8,8 8,2' \
	\( -size 30x20 xc:none -fill blue -draw 'circle 20,8 20,2' \) -loop 0 "$SRC/clear.gif"
gif2webp -quiet -q 100 "$SRC/thrice.gif" -o "$SRC/thrice.webp"
gif2webp -quiet -q 100 "$SRC/clear.gif" -o "$SRC/clear.webp"
start
for source in ever.gif once.gif thrice.gif hurried.gif unsaid.gif clear.gif thrice.webp clear.webp; do
	for format in webp-lossless gif; do
		/usr/bin/python3 "$here/moving.py" "$SRC/$source" "$MNT/$source@$format" ||
			fail "$source as $format"
	done
done
# Frames that are sized keep their times.
/usr/bin/python3 "$here/moving.py" --times "$SRC/thrice.gif" "$MNT/thrice.gif@webp-w30"
/usr/bin/python3 "$here/moving.py" --times "$SRC/thrice.gif" "$MNT/thrice.gif@gif-w30-h10-cover"
