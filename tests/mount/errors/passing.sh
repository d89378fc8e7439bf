#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A failure that says nothing of the picture: want of memory is remembered for ten seconds and no
# longer, so that it costs no encode per request; for want of room in the cache folder, not even the
# first request fails.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/memory.jpg" error-once=nomemory output=5000
fake "$SRC/output.jpg" error-once=output output=5000
start_fake
tried ENOMEM open "$MNT/memory.jpg@webp"
tried ENOMEM open "$MNT/memory.jpg@webp"
is "$(stat_of remembered_failures)" 1 'failures answered from memory'
at_most "$(xattr "$MNT/memory.jpg@webp" retry)" 10 'seconds until the next try'
"$LENSCTL" cache forget "$MNT/memory.jpg@webp"
is "$(wc -c <"$MNT/memory.jpg@webp")" 5000 'size at the second try'
is "$(wc -c <"$MNT/output.jpg@webp")" 5000 'size at the first try'
is "$(stat_of remembered_failures)" 1 'failures answered from memory'
