#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# maxN: at most so many bytes, at the best quality that keeps to them; refused, with the least that it
# takes, where none does. What the budget left of the quality is said.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"

picture "$SRC/a.png" 600x400 pattern=photo
picture "$SRC/noise.png" 1200x900 pattern=noise
picture "$SRC/anim.gif" 300x200 pattern=photo frames=4
start
size() { stat -c %s "$MNT/$1"; }

for format in jpeg webp avif jxl; do
	name=a.png@$format-max20k
	decodes_to "$MNT/$name" "$format" 600x400
	bytes=$(size "$name") quality=$(xattr "$MNT/$name" quality)
	at_most "$bytes" 20000 "$name"
	at_most "$quality" 99 "quality of $name"
	# 3 % under it, or the next quality is over.
	((bytes >= 19400)) || at_least "$(size "a.png@$format-q$((quality + 1))")" 20001 "$name, next"
	is "$(size "a.png@$format-q$quality")" "$bytes" "$name by its quality"
done

# What fits anyway is what it is without a budget.
cmp "$MNT/a.png@webp-q30-max1m" "$MNT/a.png@webp-q30"
is "$(xattr "$MNT/a.png@webp-q30-max1m" quality)" 30

# All frames of an animation.
at_most "$(size anim.gif@webp-max30k)" 30000
is "$(webpinfo "$MNT/anim.gif@webp-max30k" | grep -c 'Chunk ANMF')" 4 frames

tried EFBIG open "$MNT/noise.png@jpeg-max1000"
has "$(xattr "$MNT/noise.png@jpeg-max1000" error)" '1000 bytes are too few: at quality 1 it takes'
# That is remembered: the search is not made again.
failures=$(stat_of encode_failures)
tried EFBIG open "$MNT/noise.png@jpeg-max1000"
is "$(stat_of encode_failures)" "$failures" 'failed encodes'

# Formats without a quality have no budget.
tried ENOENT open "$MNT/a.png@png-max20k"
