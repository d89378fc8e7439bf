#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# pN: the page or frame as other programs see it, of a GIF whose frames are patches upon another, an
# animated WebP and a TIFF of several sizes. Beyond the last the view makes no sense: EINVAL.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
need convert compare gif2webp

# Patches that stay, that go, and that bring back what was there. With transparency: without any,
# decoders disagree about what is there when a patch goes (libvips says the background's colour).
convert -dispose none -delay 10 -size 60x40 xc:red \
	-dispose previous \( -size 20x20 xc:none -fill blue -draw 'rectangle 0,0 19,15' -repage 60x40+5+5 \) \
	-dispose background \( -size 30x12 xc:none -fill lime -draw 'rectangle 0,0 29,9' -repage 60x40+20+20 \) \
	-dispose none \( -size 10x30 xc:white -repage 60x40+45+2 \) \
	-loop 3 "$SRC/patches.gif"
gif2webp -quiet -lossy -q 100 "$SRC/patches.gif" -o "$SRC/patches.webp"
convert "$SRC/patches.gif" -coalesce "$T/frame%d.png"
convert -size 60x40 gradient:red-blue \( -size 30x90 gradient:white-black \) "$SRC/pages.tif"
start

# A frame's pixels, on grey, within 8 of 255 at each.
like() {
	convert "$1" -background grey50 -alpha remove -depth 8 "$T/a.ppm"
	convert "$2" -background grey50 -alpha remove -depth 8 "$T/b.ppm"
	differ=$(compare -metric AE -fuzz 4% "$T/a.ppm" "$T/b.ppm" null: 2>&1) || true
	at_most "${differ%.*}" "$3" "pixels of $1 that differ from $2"
}
for page in 1 2 3 4; do
	like "$MNT/patches.gif@png-p$page" "$T/frame$((page - 1)).png" 0
	like "$MNT/patches.gif@gif-p$page" "$T/frame$((page - 1)).png" 0
	# Edges of patches are not at those of its blocks.
	like "$MNT/patches.webp@png-p$page" "$T/frame$((page - 1)).png" 500
done
decodes_to "$MNT/pages.tif@png" png 60x40
decodes_to "$MNT/pages.tif@png-p2" png 30x90
decodes_to "$MNT/pages.tif@webp-p2-w10" webp 10x30

for name in patches.gif@webp-p5 patches.webp@jpeg-p6 pages.tif@png-p3; do
	tried EINVAL open "$MNT/$name"
	has "$(xattr "$MNT/$name" error)" 'it holds'
done
picture "$SRC/one.jpg" 20x20
tried ENOENT open "$MNT/one.jpg@webp-p2"
