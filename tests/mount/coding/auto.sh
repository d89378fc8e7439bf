#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# auto: the smallest of jpeg, webp and avif at their default qualities, which it is being said; an
# extension fixes it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../decode.sh"

picture "$SRC/a.png" 320x200 pattern=photo
picture "$SRC/anim.gif" 120x80 frames=3
start
size() { stat -c %s "$MNT/$1"; }

# Nobody knows before it is made.
never xattr "$MNT/a.png@auto" mime_type 2>/dev/null
# A view it is all the same, to be made, and to be missing in a folder.
has "$(timeout 60 "$LENSCTL" warm --view auto-w30 "$MNT/a.png")" '1 made'
is "$(timeout 60 "$LENSCTL" warm --check "$MNT/@auto-w31" | wc -l)" 2 'names that are missing'
least=$(for f in jpeg webp avif; do size "a.png@$f"; done | sort -n | head -1)
is "$(size a.png@auto)" "$least" 'bytes of auto'
type=$(xattr "$MNT/a.png@auto" mime_type)
is "$(kind "$MNT/a.png@auto")" "$type"
is "image/$(xattr "$MNT/a.png@auto" format)" "$type"
is "$(size "a.png@${type#image/}")" "$least" "bytes of $type"
has "$("$LENSCTL" explain "$MNT/a.png@auto")" "$type"

decodes_to "$MNT/a.png@auto-w80.webp" webp 80x50
decodes_to "$MNT/a.png@auto-w80.jpg" jpeg 80x50
cmp "$MNT/a.png@auto-w80.webp" "$MNT/a.png@webp-w80"
tried ENOENT open "$MNT/a.png@auto.png"
tried ENOENT open "$MNT/a.png@auto-q80"
tried ENOENT open "$MNT/a.png@auto-q80.webp"

# What moves stays so.
decodes_to "$MNT/anim.gif@auto" webp 120x80
is "$(webpinfo "$MNT/anim.gif@auto" | grep -c 'Chunk ANMF')" 3 frames
isnt "$(size anim.gif@auto-still)" "$(size anim.gif@auto)"

# The catalog remembers, over a restart.
stop
start
is "$(xattr "$MNT/a.png@auto" mime_type)" "$type"
