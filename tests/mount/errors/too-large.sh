#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Over the limit of pixels: EFBIG, known from the header, so at once; under it, served.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/claims.png" 17000x17000 header=1
picture "$SRC/over.jpg" 640x480
picture "$SRC/under.jpg" 600x500
picture "$SRC/frames.gif" 200x200 frames=8
if [[ -e ${LENSFS_MEDIA:-}/17000x17000.avif ]]; then
	cp "$LENSFS_MEDIA/17000x17000.avif" "$SRC/"
fi
start
begin=$(now_ms)
tried EFBIG open "$MNT/claims.png@webp"
at_most $(($(now_ms) - begin)) 2000 'milliseconds for a refusal'
tried EFBIG stat "$MNT/claims.png@w100.jpg"
has "$(xattr "$MNT/claims.png@webp" error)" 17000
is "$(xattr "$MNT/claims.png@webp" state)" failed
tried OK read "$MNT/over.jpg@webp"
[[ ! -e $SRC/17000x17000.avif ]] || tried EFBIG open "$MNT/17000x17000.avif@webp"
stop

start -c "$T/other-cache" max_pixels=300000
tried EFBIG open "$MNT/over.jpg@webp"
tried OK read "$MNT/under.jpg@webp"
# All frames count, where all are wanted.
tried EFBIG open "$MNT/frames.gif@webp"
tried OK read "$MNT/frames.gif@webp-still"
