#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl knows what is in trees: explain, and what steers by a path.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/holiday/deep"
fake "$SRC/holiday/a.jpg" output=1000
fake "$SRC/holiday/bad.jpg" error-once=damaged output=1100
fake "$SRC/holiday/deep/100% of it.jpg" output=1200
echo words >"$SRC/holiday/notes.txt"
start_fake
tells() { # CODE COMMAND… -- WORDS…
	local code=0 text command=() wanted=$1
	shift
	while [[ $1 != -- ]]; do command+=("$1"); shift; done
	shift
	text=$("$LENSCTL" "${command[@]}" 2>&1) || code=$?
	is "$code" "$wanted" "exit code of ${command[*]} ($text)"
	for words; do has "$text" "$words"; done
}
tells 0 explain "$MNT/holiday@webp" -- 'a folder through a view' 'source  holiday' 'view    webp'
tells 0 explain "$MNT/@webp-keepname" -- 'a folder through a view' 'source  .' 'view    webp-keepname'
tells 0 explain "$MNT/@webp/holiday/a.jpg.webp" -- 'a picture through a view' 'source  holiday/a.jpg' \
	'view    webp-q79-e4' 'state   absent'
tells 0 explain "$MNT/holiday@webp/notes.txt" -- 'in the source folder'
tells 0 explain "$MNT/holiday@webp/a.jpg" -- 'in the source folder'
tells 1 explain "$MNT/holiday@webp/a.jpg.png" -- 'does not exist' "through the view 'webp'"
tells 1 explain "$MNT/holiday/@webp" -- 'in the root of the mount'
tells 1 explain "$MNT/missing@webp" -- "'$MNT/missing'" 'No such file'
is "$(stat_of misses)" 0 'jobs begun by explaining'

tried EIO open "$MNT/holiday@webp/bad.jpg.webp"
tells 1 explain "$MNT/holiday@webp/bad.jpg.webp" -- 'state   failed' 'told to fail'
tells 0 cache forget "$MNT/holiday@webp/bad.jpg.webp" -- 'forgot the failure of webp-q79-e4'
is "$(wc -c <"$MNT/holiday@webp/bad.jpg.webp")" 1100
cat "$MNT/@webp/holiday/deep/100% of it.jpg.webp" "$MNT/holiday@webp/a.jpg.webp" >/dev/null
tells 0 cache drop "$MNT/@webp/holiday/deep/100% of it.jpg.webp" -- '1 variants dropped'
is "$(xattr "$MNT/holiday@webp/deep/100% of it.jpg.webp" state)" absent
is "$(xattr "$MNT/holiday@webp/a.jpg.webp" state)" present
tells 1 cache forget "$MNT/holiday@webp" -- 'name a picture, or the folder'
tells 1 cache forget "$MNT/@webp" -- 'name a picture'
tells 0 cache drop "$MNT/holiday" -- '2 variants dropped'
