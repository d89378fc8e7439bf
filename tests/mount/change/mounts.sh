#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is mounted below SOURCE, over folders and files that were visited, shows at once, and so
# does what it covered when it is unmounted again.
. "$(dirname "$0")/../lib.sh"
need_root

mkdir -p "$SRC/disk/sub"
fake "$SRC/disk/under.jpg" output=1000
fake "$SRC/disk/sub/under.jpg" output=1100
fake "$SRC/file.jpg" output=2000
fake "$SRC/only-view.jpg" output=2200
fake "$T/over.jpg" output=3000
at_end "umount -l '$SRC/disk' '$SRC/file.jpg' '$SRC/only-view.jpg' 2>/dev/null || true"
there() { [[ $(try stat "$1") == OK ]]; }
gone() { [[ $(try stat "$1") == ENOENT ]]; }
start_fake
look() {
	find "$MNT" -type f -exec cat {} + >/dev/null
	for name in disk/{under,disk}.jpg disk/sub/under.jpg file.jpg; do
		cat "$MNT/$name" "$MNT/$name@webp" >/dev/null 2>&1 || true
	done
}
look
cat "$MNT/only-view.jpg@webp" >/dev/null

mount -t tmpfs lensfs-test "$SRC/disk"
fake "$SRC/disk/disk.jpg" output=4000
mount --bind "$T/over.jpg" "$SRC/file.jpg"
mount --bind "$T/over.jpg" "$SRC/only-view.jpg"
covered() {
	[[ $(wc -c <"$MNT/$1@webp") == 3000 ]] && cmp -s "$MNT/$1" "$T/over.jpg"
}
disk_is_there() { [[ $(ls "$MNT/disk") == disk.jpg ]]; }
await 5 disk_is_there
tried ENOENT stat "$MNT/disk/under.jpg"
tried ENOENT stat "$MNT/disk/under.jpg@webp"
is "$(wc -c <"$MNT/disk/disk.jpg@webp")" 4000
await 5 covered file.jpg
await 5 covered only-view.jpg
diff -r "$SRC" "$MNT"
# What lies on the mounted file system is watched, too.
tried ENOENT stat "$MNT/disk/later.jpg@webp"
fake "$SRC/disk/later.jpg" output=5000
await 5 there "$MNT/disk/later.jpg@webp"

# The daemon must not hold the file system for those who want to take the disk out.
look
unmounted() { umount "$SRC/disk" 2>/dev/null; }
await 10 unmounted
umount "$SRC/file.jpg" "$SRC/only-view.jpg"
is_back() { [[ $(ls "$MNT/disk") == $'sub\nunder.jpg' ]]; }
await 5 is_back
is "$(wc -c <"$MNT/disk/under.jpg@webp")" 1000
is "$(wc -c <"$MNT/disk/sub/under.jpg@webp")" 1100
tried ENOENT stat "$MNT/disk/disk.jpg@webp"
uncovered() { [[ $(wc -c <"$MNT/file.jpg@webp") == 2000 && $(wc -c <"$MNT/only-view.jpg@webp") == 2200 ]]; }
await 5 uncovered
diff -r "$SRC" "$MNT"
