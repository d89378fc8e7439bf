#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Replaced or overwritten with the old time and the old size, as `rsync --times` and
# `cp --preserve` do: the new bytes show, plain and through views, also while it is held open
# and in a folder that was moved away meanwhile.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/in" "$T/outside"
for name in renamed written in/away; do fake "$SRC/$name.jpg" output=1000; done
there() { [[ $(try stat "$1") == OK ]]; }
gone() { [[ $(try stat "$1") == ENOENT ]]; }
start_fake
for name in renamed written in/away; do
	cat "$MNT/$name.jpg" >/dev/null
	is "$(wc -c <"$MNT/$name.jpg@webp")" 1000
done
view_is() { [[ $(wc -c <"$MNT/$1@webp") == "$2" ]]; }
shows() { cmp -s "$MNT/$1" "$SRC/$1"; }
exec {held}<"$MNT/written.jpg"

for size in 2000 3000 4000; do
	for name in renamed written; do
		fake "$T/new" "output=$size"
		touch -r "$SRC/$name.jpg" "$T/new"
		if [[ $name == renamed ]]; then
			cp -p "$T/new" "$SRC/.new"
			mv "$SRC/.new" "$SRC/$name.jpg"
		else
			cp --preserve=timestamps "$T/new" "$SRC/$name.jpg"
		fi
		is "$(stat -c '%s %y' "$SRC/$name.jpg")" "$(stat -c '%s %y' "$T/new")"
		await 5 shows "$name.jpg"
		await 5 view_is "$name.jpg" "$size"
	done
done
exec {held}<&-

fake "$T/new" output=2000
touch -r "$SRC/in/away.jpg" "$T/new"
exec {held}<"$MNT/in/away.jpg"
mv "$SRC/in" "$T/outside/in"
await 5 gone "$MNT/in"
cp --preserve=timestamps "$T/new" "$T/outside/in/away.jpg"
mv "$T/outside/in" "$SRC/in"
await 5 there "$MNT/in"
await 5 shows in/away.jpg
await 5 view_is in/away.jpg 2000
