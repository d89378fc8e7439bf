#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What changes between the daemon's look at a file and the kernel's receipt of the answer is not
# believed for ever: the first lookup in a folder, of files, missing names and views.
. "$(dirname "$0")/../lib.sh"

slowly() {
	rm -f "$T"/signal.*
	start_fake -w "env LD_PRELOAD=$LENSFS_TEST_TOOLS/slow-stat.so SLOW_STAT=slow.jpg
		SLOW_STAT_SIGNALS=$T/signal ASAN_OPTIONS=verify_asan_link_order=0"
}
shows() {
	[[ $(stat -c '%s %a %i' "$MNT/d/slow.jpg" 2>/dev/null) == "$(stat -c '%s %a %i' "$SRC/d/slow.jpg")" ]] &&
		cmp -s "$MNT/d/slow.jpg" "$SRC/d/slow.jpg"
}
change() {
	case $1 in
	appended) echo more >>"$SRC/d/slow.jpg" ;;
	mode) chmod 600 "$SRC/d/slow.jpg" ;;
	replaced | missing | view*)
		fake "$T/new" output=22222
		mv "$T/new" "$SRC/d/slow.jpg"
		;;
	esac
}
heard() { (($(stat_of watch_events) > events)); }
# A mount of its own for each: the race is at the first visit.
for what in replaced missing view view-missing appended mode; do
	rm -rf "$SRC/d"
	mkdir "$SRC/d"
	[[ $what == *missing ]] || fake "$SRC/d/slow.jpg" output=1000
	slowly
	name=slow.jpg
	[[ $what == view* ]] && name=slow.jpg@webp
	(try lookup "$MNT/d/$name" >/dev/null) &
	await 10 test -e "$T/signal.taken"
	events=$(stat_of watch_events)
	change "$what"
	await 5 heard
	: >"$T/signal.go"
	wait $!
	await 5 shows
	[[ $what != view* ]] || is "$(wc -c <"$MNT/d/$name")" 22222 "$what"
	stop
done
