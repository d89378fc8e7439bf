#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A mountpoint that is missing, a file, or mounted on already: code 5, the path, the next step.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
: >"$T/file"
refused 5 "$T/missing|No such file|mkdir" -f -o "cache=$CACHE" "$SRC" "$T/missing"
refused 5 "mkdir -p '$T/missing'" -o "cache=$CACHE" "$SRC" "$T/missing"
refused 5 "$T/file|Not a directory|folder" -f -o "cache=$CACHE" "$SRC" "$T/file"
[[ ! -e $CACHE ]] || fail 'a cache folder was made for nothing'

start
refused 5 "$MNT|a lensfs is mounted|fusermount3 -u" -f -o "cache=$T/other" "$SRC" "$MNT"
refused 5 "a lensfs is mounted|fusermount3 -u '$MNT'" -o "cache=$T/other" "$SRC" "$MNT"
tried OK read "$MNT/a.jpg@webp"
