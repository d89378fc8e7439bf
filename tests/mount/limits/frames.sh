#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Over the limit of frames: EFBIG, where all frames are wanted; the first one alone is served.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/long.gif" 20x20 frames=257
picture "$SRC/short.gif" 20x20 frames=256
start
tried EFBIG open "$MNT/long.gif@webp"
has "$(xattr "$MNT/long.gif@webp" error)" '257 frames'
has "$(xattr "$MNT/long.gif@webp" error)" 256
tried OK read "$MNT/long.gif@webp-still"
tried OK read "$MNT/long.gif@png"
tried OK read "$MNT/short.gif@webp"
stop

start -c "$T/other-cache" max_frames=300
tried OK read "$MNT/long.gif@webp"
