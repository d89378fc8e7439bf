#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What photographs hold that patches cannot: a JPEG in XYB has the colours that lcms gives it by
# ImageMagick, and one with a gain map is its SDR picture, pixel by pixel.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"
. "$(dirname "$0")/../colour.sh"

[[ -d ${LENSFS_MEDIA:-} ]] || skip 'LENSFS_MEDIA is not set'
start -s "$LENSFS_MEDIA"
patches profile srgb "$T/srgb.icc"
convert "$LENSFS_MEDIA/sample-xyb.jpg" -profile "$T/srgb.icc" -depth 8 "$T/wanted.ppm"
pixels "$MNT/sample-xyb.jpg@png"
at_most "$(patches far "$T/wanted.ppm" "$PIXELS")" 1 'XYB'
djpeg -pnm "$LENSFS_MEDIA/sample-xyb.jpg" >"$T/raw.ppm"
at_least "$(patches far "$T/raw.ppm" "$PIXELS")" 10 'what its numbers mean without the profile'

djpeg -pnm "$LENSFS_MEDIA/ultra-hdr.jpg" >"$T/wanted.ppm"
pixels "$MNT/ultra-hdr.jpg@tiff"
convert "$PIXELS" "$T/ultra.ppm"
cmp "$T/wanted.ppm" "$T/ultra.ppm"
