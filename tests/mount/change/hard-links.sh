#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A file changed through another name of it, in a folder that nobody visits: the file, its
# attributes and its views show that about a second later.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/visited" "$SRC/other"
for name in before after; do fake "$SRC/visited/$name.jpg" output=1000; done
ln "$SRC/visited/before.jpg" "$SRC/other/before.jpg"
start_fake
for name in before after; do
	cat "$MNT/visited/$name.jpg" >/dev/null
	is "$(wc -c <"$MNT/visited/$name.jpg@webp")" 1000
done
shows() {
	cmp -s "$MNT/visited/$1" "$SRC/visited/$1" &&
		[[ $(stat -c '%n %h %s %Y' "$MNT/visited/$1" | cut -d' ' -f2-) == \
			$(stat -c '%n %h %s %Y' "$SRC/visited/$1" | cut -d' ' -f2-) ]]
}
view_is() { [[ $(wc -c <"$MNT/visited/$1@webp") == "$2" ]]; }

# Linked before it was looked at.
fake "$SRC/other/before.jpg" output=22000
await 3 shows before.jpg
await 3 view_is before.jpg 22000
# And again, now that it is known.
fake "$SRC/other/before.jpg" output=333
await 3 shows before.jpg
await 3 view_is before.jpg 333
# Its other name goes.
rm "$SRC/other/before.jpg"
await 3 shows before.jpg

# Linked after it was looked at: nothing tells the folder.
ln "$SRC/visited/after.jpg" "$SRC/other/after.jpg"
fake "$SRC/other/after.jpg" output=22000
await 3 shows after.jpg
await 3 view_is after.jpg 22000
