#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Memory goes back to the allocator that gave it: daemon, encoders and lensctl do everything with
# an allocator of their own, under which any mistake ends the process that makes it.
. "$(dirname "$0")/../lib.sh"

export LENSFS=$LENSFS_TEST_TOOLS/own-lensfs
LENSCTL=$LENSFS_TEST_TOOLS/own-lensctl
own() { start "$@" workers=2 max_pixels=1m "encoder=$LENSFS_TEST_TOOLS/own-encoder"; }
lensctl() {
	local code=0
	"$LENSCTL" "${@:2}" >"$T/said" 2>&1 || code=$?
	is "$code" "$1" "exit code of lensctl ${*:2} ($(<"$T/said"))"
}

for format in jpg webp avif png gif tif; do
	picture "$SRC/p.$format" 320x200 pattern=noise
	head -c 300 "$SRC/p.$format" >"$SRC/cut.$format"
done
picture "$SRC/moves.gif" 64x48 frames=4
picture "$SRC/turned.jpg" 64x48 orientation=6 pattern=noise
picture "$SRC/large.png" 1200x1000
mkdir "$SRC/folder"
ln -s p.jpg "$SRC/link"

own
for source in jpg webp avif png gif tif; do
	tried OK read "$MNT/p.$source@w40-h60-cover-webp"
	tried EIO open "$MNT/cut.$source@webp"
done
for view in jpeg webp avif-e0 jxl-e3 png gif tiff; do tried OK read "$MNT/p.png@$view"; done
for view in moves.gif@w30-webp moves.gif@still-png turned.jpg@w20-png; do
	tried OK read "$MNT/$view"
done
tried EFBIG open "$MNT/large.png@webp"
tried ENOENT stat "$MNT/p.jpg@nonsense"
find "$MNT" -ls >/dev/null
getfattr -d "$MNT/p.jpg@webp" >/dev/null 2>&1 || true
is "$(readlink "$MNT/link")" p.jpg
has "$(xattr "$MNT/cut.jpg@webp" error)" 'Input/output error'
has "$(<"$MNT/.lensfs/errors")" cut.jpg
lensctl 0 stats "$MNT"
lensctl 0 explain "$MNT/p.jpg@webp"
lensctl 1 explain "$MNT/cut.jpg@webp"
lensctl 0 cache forget "$MNT/cut.jpg" "$MNT/cut.png@webp"
lensctl 5 stats "$SRC"

# What the watcher, evictions and a second start have to give back.
mv "$SRC/p.jpg" "$SRC/folder/q.jpg"
cp "$SRC/p.png" "$SRC/p.gif"
moved() { [[ $(try read "$MNT/folder/q.jpg@webp") == OK && $(try stat "$MNT/p.jpg") == ENOENT ]]; }
await 5 moved
is "$(stat_of encoder_crashes) $(stat_of zygote_restarts)" '0 0'
stop
own cache_size=10k
for q in 1 2 3 4 5; do tried OK read "$MNT/folder/q.jpg@webp-q$q"; done
is "$(stat_of encoder_crashes) $(stat_of zygote_restarts)" '0 0'
stop
refused 2 MOUNTPOINT
