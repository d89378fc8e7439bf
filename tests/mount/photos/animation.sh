#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An animation stays one where source and target both animate, and is its first frame where the
# target does not or `still` asks for it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"

frames() { webpinfo "$1" | grep -c 'Chunk ANMF' || true; }
picture "$SRC/a.gif" 120x80 frames=5
start
decodes_to "$MNT/a.gif@webp" webp 120x80
is "$(frames "$MNT/a.gif@webp")" 5 'frames'
is "$(frames "$MNT/a.gif@webp-w60")" 5 'frames'
decodes_to "$MNT/a.gif@webp-w60" webp 60x40
is "$(frames "$MNT/a.gif@webp-still")" 0 'frames of a still'
decodes_to "$MNT/a.gif@webp-still" webp 120x80
decodes_to "$MNT/a.gif@jpeg" jpeg 120x80
decodes_to "$MNT/a.gif@avif-w60" avif 60x40
decodes_to "$MNT/a.gif@gif-w60" gif 60x40
