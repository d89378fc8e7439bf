#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A crop that lies outside the picture: EINVAL with the picture's size, once, and remembered; one
# that lies in part inside is clipped.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"

picture "$SRC/a.jpg" 300x200
picture "$SRC/turned.jpg" 300x200 orientation=6
start
tried EINVAL open "$MNT/a.jpg@crop300_0_10_10"
tried EINVAL stat "$MNT/a.jpg@crop0_200_10_10-webp-w5"
has "$(xattr "$MNT/a.jpg@crop300_0_10_10" error)" 'outside the picture, which is 300 x 200'
is "$(xattr "$MNT/a.jpg@crop300_0_10_10" state)" failed
failures=$(stat_of encode_failures)
tried EINVAL open "$MNT/a.jpg@crop300_0_10_10"
is "$(stat_of encode_failures)" "$failures" 'failures'
has "$(<"$MNT/.lensfs/errors")" 'outside the picture'
decodes_to "$MNT/a.jpg@crop290_190_100_100-png" png 10x10
# Upright it is 200 x 300.
tried EINVAL open "$MNT/turned.jpg@crop200_0_10_10"
decodes_to "$MNT/turned.jpg@crop150_250_100_100.png" png 50x50
