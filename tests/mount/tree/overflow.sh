#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# More changes than the kernel queues while the daemon stands still: trees through views, too, agree
# with the source afterwards, names that are gone and names that were missing.
. "$(dirname "$0")/../lib.sh"
need_root

limit=/proc/sys/fs/inotify/max_queued_events
at_end "echo $(<$limit) >$limit"
mkdir -p "$SRC/a/deep"
for folder in a a/deep; do
	for i in 1 2 3 4; do fake "$SRC/$folder/$i.jpg" "output=${i}000"; done
	echo words >"$SRC/$folder/notes.txt"
	echo words >"$SRC/$folder/words.jpg"
done
was=$(<$limit)
echo 16 >"$limit"
start_fake
echo "$was" >"$limit"

ways=("$MNT/@webp/a" "$MNT/a@webp")
listed() { (cd "$1" && find . -printf '%P %s\n' | sort); }
for way in "${ways[@]}"; do
	is "$(ls "$way" | tr '\n' ' ')" '1.jpg.webp 2.jpg.webp 3.jpg.webp 4.jpg.webp deep notes.txt words.jpg '
	listed "$way" >/dev/null
	for name in 9.jpg 9.jpg.webp 9.jpg@webp deep/9.jpg.webp words.jpg.webp; do tried ENOENT stat "$way/$name"; done
done
# Held open: the kernel has these names for longer than a listing.
exec 7<"$MNT/a@webp/2.jpg.webp" 8<"$MNT/a@webp/notes.txt"

kill -STOP "$DAEMON"
for i in {1..60}; do : >"$SRC/a/deep/file.$i"; done
for folder in a a/deep; do
	fake "$SRC/$folder/1.jpg" output=1500
	rm "$SRC/$folder/2.jpg" "$SRC/$folder/notes.txt"
	fake "$SRC/$folder/9.jpg" output=9000
	fake "$SRC/$folder/words.jpg" output=8000
done
rm "$SRC"/a/deep/file.*
kill -CONT "$DAEMON"
overflowed() { (($(stat_of watch_overflows) > 0)); }
await 5 overflowed
agrees() {
	local way
	for way in "${ways[@]}"; do
		for deep in "" /deep; do
			[[ $(wc -c <"$way$deep/9.jpg.webp") == 9000 && $(wc -c <"$way$deep/1.jpg.webp") == 1500 &&
				$(wc -c <"$way$deep/words.jpg.webp") == 8000 &&
				$(try stat "$way$deep/2.jpg.webp") == ENOENT &&
				$(try stat "$way$deep/notes.txt") == ENOENT ]] || return 1
		done
		[[ $(ls "$way" | tr '\n' ' ') == '1.jpg.webp 3.jpg.webp 4.jpg.webp 9.jpg.webp deep words.jpg.webp ' ]] || return 1
	done
} 2>/dev/null
await 5 agrees
is "$(wc -c <&7)" 2000 'what a reader has open'
exec 7<&- 8<&-
