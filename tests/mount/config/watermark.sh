#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A watermark is put where its configuration says, to the pixel, on every kind of picture and on
# each frame of an animation.
. "$(dirname "$0")/../lib.sh"

need python3 djpeg dwebp webpmux convert identify exiftool
here=$(cd "$(dirname "$0")" && pwd)

picture "$SRC/moving.gif" 40x30 frames=3
mkdir "$T/conf"
: >"$T/conf/one.conf"
start "config=$T/conf/one.conf"
python3 "$here/watermark.py" "$MNT" "$SRC" "$T/conf/one.conf" || fail 'see above'
