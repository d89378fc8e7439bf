#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Listings show what the source has, and nothing else, also once views have been read: so `ls`,
# indexers and backups cost nothing.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/sub"
picture "$SRC/a.jpg" 64x48
cp "$SRC/a.jpg" "$SRC/sub/b.jpg"
start
before=$(cd "$SRC" && find . | sort)
is "$(cd "$MNT" && find . | sort)" "$before" 'listing'
cat "$MNT/a.jpg@webp" "$MNT/sub/b.jpg@w10.png" >/dev/null
isnt "$(stat_of encodes)" 0 'encodes'
encodes=$(stat_of encodes)
is "$(cd "$MNT" && find . | sort)" "$before" 'listing after views were read'
is "$(ls -a "$MNT" | tr '\n' ' ')" '. .. a.jpg sub ' 'ls -a'
ls -lR "$MNT" >/dev/null
tar -C "$MNT" -c . | tar -t >/dev/null
is "$(stat_of encodes)" "$encodes" 'encodes after walks'
