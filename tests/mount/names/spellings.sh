#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# All spellings of one view are one file: one inode, one encode. Other views are others.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" output=2000
start_fake
ino() { stat -c %i "$MNT/$1"; }
first=$(ino a.jpg@webp-q75-w800)
for other in w800-webp-q75 q75-webp-w800 webp-w800-q75 webp-q75-w800.webp w800-q75.webp \
	w800-q75-webp.webp webp-q75-w800-fit webp-q75-w800-e4; do
	is "$(ino "a.jpg@$other")" "$first" "inode of @$other"
done
is "$(stat_of encodes)" 1 'encodes'

# The format by its other name and extension, its default said aloud, or from the source.
jpeg=$(ino a.jpg@jpeg-q80)
for other in jpg jpeg q80 q80.jpg q80.jpeg jpg-q80.jpg; do
	is "$(ino "a.jpg@$other")" "$jpeg" "inode of @$other"
done
is "$(stat_of encodes)" 2 'encodes'

for other in webp-q75-w801 webp-q74-w800 avif-q75-w800 webp-q75-h800 webp-q75-w800-cover-h800; do
	isnt "$(ino "a.jpg@$other")" "$first" "inode of @$other"
done
is "$(stat_of encodes)" 7 'encodes'
isnt "$(ino a.jpg)" "$first" 'inode of the source'
