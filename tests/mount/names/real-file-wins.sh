#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A real file wins over a view of the same name, also one that comes later; and goes again.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
echo real >"$SRC/a.jpg@webp"
mkdir "$SRC/a.jpg@png"
start
is "$(cat "$MNT/a.jpg@webp")" real
[[ -d $MNT/a.jpg@png ]]
is "$(stat_of encodes)" 0 'encodes'

cat "$MNT/a.jpg@w20.webp" >"$T/view"
is "$(kind "$T/view")" image/webp
echo later >"$SRC/a.jpg@w20.webp"
content_is() { [[ $(tr -d '\0' <"$MNT/$1") == "$2" ]]; }
await 5 content_is a.jpg@w20.webp later
rm "$SRC/a.jpg@w20.webp" "$SRC/a.jpg@webp"
view_again() { cmp -s "$T/view" "$MNT/a.jpg@w20.webp"; }
await 5 view_again
kind_is() { [[ $(kind "$MNT/$1" 2>/dev/null) == "$2" ]]; }
await 5 kind_is a.jpg@webp image/webp
