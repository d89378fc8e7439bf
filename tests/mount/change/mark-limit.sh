#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# No more marks to be had: the folders that got none still agree about a second later, in files,
# views and missing names, and the stats say how many they are.
#
# In a user namespace of its own, which has a limit of its own: fs.inotify.max_user_watches would
# take the marks of every mount of the machine.
if [[ -z ${LENSFS_TEST_NAMESPACE:-} ]] && unshare --map-root-user --mount true 2>/dev/null; then
	LENSFS_TEST_NAMESPACE=1 exec unshare --map-root-user --mount "$0"
fi
. "$(dirname "$0")/../lib.sh"
[[ -n ${LENSFS_TEST_NAMESPACE:-} ]] || skip 'no user namespaces here'

for i in 1 2 3 4; do
	mkdir -p "$SRC/$i/sub"
	fake "$SRC/$i/sub/p.jpg" "output=${i}000"
	fake "$SRC/$i/sub/same.jpg" "output=${i}000"
done
echo 0 >/proc/sys/user/max_inotify_watches
start_fake
find "$MNT" >/dev/null
at_least "$(stat_of unwatched_folders)" 8 'unwatched folders'
is "$(stat_of watch)" '"inotify"'

for i in 1 2 3 4; do
	sub=$MNT/$i/sub
	for name in new.jpg new.jpg@webp p.jpg@nonsense; do tried ENOENT stat "$sub/$name"; done
	is "$(wc -c <"$sub/p.jpg@webp")" "${i}000"
	is "$(wc -c <"$sub/p.jpg@q70.webp")" "${i}000"
	cat "$sub/p.jpg" "$sub/same.jpg" >/dev/null
	ls -l "$sub" >/dev/null
done
exec {held}<"$MNT/1/sub/p.jpg"
stat -L "/proc/self/fd/$held" >/dev/null
for i in 1 2 3 4; do
	fake "$SRC/$i/sub/p.jpg" output=0005555
	fake "$SRC/$i/sub/new.jpg" output=6666
	fake "$T/next" "output=${i}111"
	touch -r "$SRC/$i/sub/same.jpg" "$T/next"
	mv "$T/next" "$SRC/$i/sub/same.jpg"
done
start_ms=$(now_ms)
# Who has it open asks for no name.
held_agrees() { [[ $(stat -L -c %s "/proc/self/fd/$held") == "$(stat -c %s "$SRC/1/sub/p.jpg")" ]]; }
await 5 held_agrees
exec {held}<&-
# By name first: a listing would tell the kernel what is there.
files_agree() {
	for name in {1,2,3,4}/sub/{p,same,new}.jpg; do cmp -s "$SRC/$name" "$MNT/$name" || return; done
}
agrees() {
	files_agree && diff -r "$SRC" "$MNT" >/dev/null &&
		[[ $(cat "$MNT"/[1-4]/sub/p.jpg@webp | wc -c) == 22220 ]] &&
		[[ $(cat "$MNT"/[1-4]/sub/p.jpg@q70.webp | wc -c) == 22220 ]] &&
		[[ $(cat "$MNT"/[1-4]/sub/new.jpg@webp | wc -c) == 26664 ]] &&
		cmp -s <(cd "$SRC" && ls -lR) <(cd "$MNT" && ls -lR)
}
await 10 agrees
# A second, and what the comparison itself takes on a busy machine.
at_most "$(($(now_ms) - start_ms))" 2500 'milliseconds'

# Two marks, for the configuration and the root: the kernel lists folders by itself, and those without a mark still agree.
stop
echo 2 >/proc/sys/user/max_inotify_watches
: >"$T/one.conf"
start_fake "config=$T/one.conf"
find "$MNT" >/dev/null
is "$(stat_of watched_folders)" 1 'watched folders'
for i in 1 2 3; do
	ls "$MNT/1/sub" >/dev/null
	fake "$SRC/1/sub/later$i.jpg" output=1
	listed() { [[ $(ls "$MNT/1/sub") == "$(ls "$SRC/1/sub")" ]]; }
	await 5 listed
done
# Unseen by the folder's time, as in the same tick of a coarse clock.
touch -r "$SRC/1/sub" "$T/time"
ls "$MNT/1/sub" >/dev/null
fake "$SRC/1/sub/same-tick.jpg" output=1
touch -r "$T/time" "$SRC/1/sub"
await 15 listed
