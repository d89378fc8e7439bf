#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The control folder: unlisted, listed inside, read-only, and its files are one moment each.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/sub"
picture "$SRC/a.jpg" 64x48
start
is "$(ls -A "$MNT")" $'a.jpg\nsub' 'the root'
[[ -d $MNT/.lensfs && -r $MNT/.lensfs/stats.json ]]
for file in stats.json metrics config dashboard.html errors top.json; do
	is "$(find "$MNT/.lensfs" -name "$file" -printf '%f')" "$file" 'what is listed'
	mode=444
	# Who may not see a folder is not told what is in it either.
	case $file in errors | top.json) mode=400 ;; esac
	is "$(stat -c '%a %u' "$MNT/.lensfs/$file")" "$mode $(id -u)" "mode and owner of $file"
	exec 7<"$MNT/.lensfs/$file"
	is "$(stat -Lc %s /proc/self/fd/7)" "$(wc -c <&7)" "size of $file"
done
exec 7<&-
tried ENOENT stat "$MNT/sub/.lensfs"
tried ENOENT stat "$MNT/.lensfs/nonsense"
tried ENOENT stat "$MNT/.lensfs/stats.json@webp"
# What is held open stays one moment; a new look is a new one.
exec 7<"$MNT/.lensfs/stats.json"
cat "$MNT/a.jpg@webp" >/dev/null
has "$(cat <&7)" '"encodes": 0,'
exec 7<&-
is "$(stat_of encodes)" 1 'encodes'
# Who looks before opening, as cp does, opens what it saw.
mkdir "$T/copies"
cp -a "$MNT/.lensfs" "$T/copies/"
at_least "$(jq .lookups "$T/copies/.lensfs/stats.json")" 1 'lookups in a copy'
