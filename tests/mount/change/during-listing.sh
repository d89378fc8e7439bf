#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A file becomes a picture while its folder is being listed with views: that listing may say either,
# the next one has its view. Nothing else changed in the folder that would have it listed anew.
. "$(dirname "$0")/../lib.sh"
[[ -e $LENSFS_TEST_TOOLS/slow-stat.so ]] || skip 'no slow-stat.so'

mkdir "$SRC/d"
for i in {1..8}; do echo words >"$SRC/d/words$i.jpg"; done # some come before the slow one
fake "$SRC/d/slow.jpg" output=1000
fake "$T/picture" output=1000
touch "$T/signal.go"
start_fake -w "env LD_PRELOAD=$LENSFS_TEST_TOOLS/slow-stat.so SLOW_STAT=slow.jpg
	SLOW_STAT_SIGNALS=$T/signal ASAN_OPTIONS=verify_asan_link_order=0" list=webp
views() { find "$MNT/d" -name '*@webp' -printf '%P\n' | sort | tr '\n' ' '; }
views_are() { [[ $(views) == "$1" ]]; }
heard() { (($(stat_of watch_events) > events)); }
change() {
	events=$(stat_of watch_events)
	"$@"
	await 5 heard
}
# Once, so that the kernel knows the files; what it kept of that is taken back.
views_are 'slow.jpg@webp '
change touch "$SRC/d/new.txt"
rm "$T"/signal.*
views >"$T/listed" &
listing=$!
await 10 test -e "$T/signal.taken"
become_pictures() { for i in {1..8}; do cat "$T/picture" >"$SRC/d/words$i.jpg"; done; }
change become_pictures
touch "$T/signal.go"
wait "$listing"
await 5 views_are "slow.jpg@webp $(printf 'words%d.jpg@webp ' {1..8})"
