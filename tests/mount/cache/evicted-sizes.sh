#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The size of a variant is kept after its bytes went: looking costs no encode, reading one.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" output=40000
start_fake cache_size=100k
for q in 1 2 3 4 5; do cat "$MNT/a.jpg@webp-q$q" >"$T/$q"; done
is "$(stat_of encodes)" 5 'encodes'
is "$(xattr "$MNT/a.jpg@webp-q5" state)" present
# Two of five have room; which of the equal others had to go is a matter of microseconds.
gone=1
xattr_is "$MNT/a.jpg@webp-q1" state evicted || gone=2
is "$(xattr "$MNT/a.jpg@webp-q$gone" state)" evicted
stop

# A new mount, so that no page and no descriptor of the old one is left to read from.
start_fake cache_size=100k
for q in 1 2 3 4 5; do is "$(stat -c %s "$MNT/a.jpg@webp-q$q")" 40000; done
tried OK open "$MNT/a.jpg@webp-q$gone"
is "$(stat_of encodes)" 0 'encodes after looking'
cmp "$T/$gone" "$MNT/a.jpg@webp-q$gone"
is "$(stat_of encodes)" 1 'encodes after reading'
is "$(xattr "$MNT/a.jpg@webp-q$gone" state)" present
