#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Encodes until there were $SOAK_ENCODES of them, and looks at memory, descriptors and bytes the
# whole time: soak.py says how. Two mounts, in one run: real pictures with the real encoder, and
# the fake codec with a source that hangs, one that crashes and some that leak. A third daemon
# makes the reference before, and ends.
#
# usage: LENSFS_BUILD=build tests/soak/soak.sh [FOLDER]     for rss.tsv and rss.svg
. "$(dirname "$0")/../mount/lib.sh"

need python3
: "${SOAK_ENCODES:=20000}"
out=${1:-$T}
mkdir "$T/pictures" "$T/fakes" "$T/fake-mount"
seed=0
for format in jpg png webp gif tif avif; do
	for size in 64x48 200x150 120x160 320x240; do
		seed=$((seed + 1))
		picture "$T/pictures/$seed.$format" "$size" pattern=photo "seed=$seed"
	done
done
picture "$T/pictures/animated.gif" 60x40 pattern=noise frames=5
picture "$T/pictures/animated.webp" 60x40 pattern=noise frames=4
picture "$T/pictures/turned.jpg" 300x200 pattern=noise orientation=6

cp "$T"/pictures/* "$SRC/"
start -c "$T/reference-cache"
python3 "$(dirname "$0")/soak.py" reference "$MNT" "$T/reference"
stop

start cache_size=16m
start_fake -s "$T/fakes" -m "$T/fake-mount" -c "$T/fake-cache" deadline=1 cache_size=1m
python3 "$(dirname "$0")/soak.py" soak "$SOAK_ENCODES" "$T/pictures" "$SRC" "$MNT" \
	"$T/reference" "$T/fakes" "$T/fake-mount" "$out"
