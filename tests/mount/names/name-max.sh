#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Names at the limit: a view may make a name as long as any, and a picture whose own name is at
# the limit still has views; longer nonsense is too long, as everywhere.
. "$(dirname "$0")/../lib.sh"

letters() { printf 'n%.0s' $(seq "$1"); }
at_limit=$(letters 250) # and @webp makes 255
longest=$(letters 255)
picture "$T/p.jpg" 40x30
cp "$T/p.jpg" "$SRC/$at_limit"
cp "$T/p.jpg" "$SRC/$longest"
start
cmp "$SRC/$longest" "$MNT/$longest"
is "$(kind "$MNT/$at_limit@webp")" image/webp
is "$(kind "$MNT/$longest@webp")" image/webp
tried ENOENT stat "$MNT/$(letters 249)"
tried ENOENT stat "$MNT/$(letters 249)@webp"
tried ENAMETOOLONG stat "$MNT/$(letters 256)"
tried ENAMETOOLONG stat "$MNT/$(letters 256)@webp"
tried ENAMETOOLONG stat "$MNT/$longest@nonsense"
tried ENAMETOOLONG stat "$MNT/$(letters 1000)@webp"
cmp "$SRC/$longest" "$MNT/$longest"
