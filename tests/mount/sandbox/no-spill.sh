#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A picture that libvips must decode whole, and would keep in a temporary file (over 100 MB),
# is decoded in memory: an encoder can make no file.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/big.png" 6200x5600
start
cp "$MNT/big.png@w6200-prog-png" "$SRC/interlaced.png"
# The 13th byte of the header; only an interlaced PNG is decoded whole.
is "$(od -An -tu1 -j 28 -N 1 "$SRC/interlaced.png" | tr -d ' ')" 1 'interlace method'
tried OK read "$MNT/interlaced.png@w60-jpeg"
