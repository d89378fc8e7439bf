#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An encoder that dies costs its job one retry; dying again, EIO, which is remembered.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/once.jpg" crash-once output=5000
fake "$SRC/exits-once.jpg" exit-once=0 output=5000
fake "$SRC/always.jpg" crash
fake "$SRC/well.jpg" output=5000
start_fake
is "$(wc -c <"$MNT/once.jpg@webp")" 5000
is "$(stat_of encoder_crashes)" 1 'crashes'
is "$(wc -c <"$MNT/exits-once.jpg@webp")" 5000
is "$(stat_of encoder_crashes)" 2 'crashes'
is "$(stat_of encodes)" 2 'encodes'
is "$(stat_of encode_failures)" 0 'failures'

tried EIO open "$MNT/always.jpg@webp"
is "$(stat_of encoder_crashes)" 4 'crashes'
is "$(stat_of encode_failures)" 1 'failures'
tried EIO open "$MNT/always.jpg@webp"
tried EIO stat "$MNT/always.jpg@webp.webp"
is "$(stat_of encoder_crashes)" 4 'crashes after asking again'
is "$(stat_of encode_failures)" 1 'failures after asking again'
has "$(xattr "$MNT/always.jpg@webp" error)" 'encoder died'
is "$(wc -c <"$MNT/well.jpg@webp")" 5000
