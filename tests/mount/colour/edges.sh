#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is transparent has no colour: soft edges get no dark fringe when they are resized, nor on white
# where the format has no transparency. And 16 bits stay 16 where the format has them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
. "$(dirname "$0")/../colour.sh"

shapes make "$SRC"
start
for source in disc-8.png disc-16.png; do
	for view in png-w60 png-w71 tiff-w60 webp-lossless-w60 jxl-lossless-w60 avif-q98-w60; do
		pixels "$MNT/$source@$view"
		shapes disc "$PIXELS" || fail "$view of $source"
	done
	pixels "$MNT/$source@jpeg-q98-w60"
	shapes on ffffff "$PIXELS" || fail "jpeg of $source"
done

# Of 2000 greys 500 are left at a quarter of the width; 8 bits have 64 for them.
for source in ramp.png ramp.tif; do
	for view in png-w500 tiff-w500 jxl-lossless-w500 png; do
		pixels "$MNT/$source@$view"
		at_least "$(shapes levels "$PIXELS")" 480 "greys in $view of $source"
	done
	for view in webp-lossless-w500 avif-q98-w500 jpeg-q98-w500; do
		pixels "$MNT/$source@$view"
		at_most "$(shapes levels "$PIXELS")" 70 "greys in $view of $source"
	done
done
