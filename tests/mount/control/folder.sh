#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The control folder: unlisted, listed inside, read-only, and its files are one moment each.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/sub"
picture "$SRC/a.jpg" 64x48
start
is "$(ls -A "$MNT")" $'a.jpg\nsub' 'the root'
[[ -d $MNT/.lensfs && -r $MNT/.lensfs/stats.json ]]
for file in stats.json errors; do
	is "$(find "$MNT/.lensfs" -name "$file" -printf '%f')" "$file" 'what is listed'
	is "$(stat -c '%a %F' "$MNT/.lensfs/$file" | cut -d' ' -f1)" 444
	is "$(wc -c <"$MNT/.lensfs/$file")" "$(cat "$MNT/.lensfs/$file" | wc -c)" "size of $file"
done
tried ENOENT stat "$MNT/sub/.lensfs"
tried ENOENT stat "$MNT/.lensfs/nonsense"
tried ENOENT stat "$MNT/.lensfs/stats.json@webp"
# What is held open stays one moment; a new look is a new one.
exec 7<"$MNT/.lensfs/stats.json"
cat "$MNT/a.jpg@webp" >/dev/null
has "$(cat <&7)" '"encodes": 0,'
exec 7<&-
is "$(stat_of encodes)" 1 'encodes'
