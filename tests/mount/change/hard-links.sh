#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A file changed through another name of it, in a folder that nobody visits: the file, its
# attributes and its views show that about a second later. (A name that was made after the file
# was looked at is told by nothing: lensfs(1).)
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/visited" "$SRC/other"
fake "$SRC/visited/before.jpg" output=1000
ln "$SRC/visited/before.jpg" "$SRC/other/before.jpg"
start_fake
cat "$MNT/visited/before.jpg" >/dev/null
is "$(wc -c <"$MNT/visited/before.jpg@webp")" 1000
shows() {
	cmp -s "$MNT/visited/$1" "$SRC/visited/$1" &&
		[[ $(stat -c '%n %h %s %Y' "$MNT/visited/$1" | cut -d' ' -f2-) == \
			$(stat -c '%n %h %s %Y' "$SRC/visited/$1" | cut -d' ' -f2-) ]]
}
view_is() { [[ $(wc -c <"$MNT/visited/$1@webp") == "$2" ]]; }

# Linked in a folder that is visited: that tells.
fake "$SRC/visited/here.jpg" output=1000
await 3 shows here.jpg
ln "$SRC/visited/here.jpg" "$SRC/visited/too.jpg"
await 3 shows here.jpg

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
