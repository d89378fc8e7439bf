#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A small ext4 disk that others fill, also in the middle of an encoder's writing, and an ext4 that
# gave up (as on an I/O error with errors=remount-ro), is taken away, checked and mounted again.
. "$(dirname "$0")/../lib.sh"

need_root
need mkfs.ext4 fsck.ext4
truncate -s 40m "$T/disk"
mkfs.ext4 -q -N 2000 -m 0 "$T/disk"
mkdir "$CACHE"
attach() { mount -o loop "$T/disk" "$CACHE"; }
attach || skip 'no loop devices here'
# shellcheck disable=SC2016
at_end 'umount -l "$CACHE" 2>/dev/null; true'
# With a header that says 2000 x 2000, so that it is known how much room it may need.
{
	printf '\377\330\377\300\000\021\010\007\320\007\320\003\001\021\000\002\021\000\003\021\000\n'
	printf 'FAKE sleep=1s\nFAKE output=2000000\n'
} >"$SRC/slow.jpg"
for n in $(seq 10 99); do fake "$SRC/$n.jpg" "output=9000$n"; done
read_one() { is "$(wc -c <"$MNT/$1.jpg@webp${2-}")" "9000$1" "size of $1"; }
start_fake cache_size=1g cache_free=20%

# Over twice the disk goes through it, and it never has less than a fifth left.
floor=$(stat_of cache_free)
for n in $(seq 10 90); do
	read_one "$n"
	((n % 10 > 0)) || at_least "$(stat_of disk_free)" "$floor" 'free bytes'
done
at_least "$(stat_of evictions)" 40 'evictions'
at_least "$(stat_of cache_bytes)" 20000000 'bytes in the cache'

# Full while an encoder writes; then others take whatever is evicted for them, too.
take_all() {
	local left
	left=$(stat_of entries)
	head -c 50m /dev/zero >>"$CACHE/filler" 2>/dev/null || true
	((left == 0))
}
cat "$MNT/slow.jpg@webp" >"$T/slow" &
reader=$!
promised() { (($(stat_of cache_reserved) >= 2000000)); }
await 10 promised
take_all || true
wait "$reader" || fail 'a read on a full disk'
is "$(wc -c <"$T/slow")" 2000000 'size of what was being written'
await 60 take_all
for n in 10 11 12; do read_one "$n" -q5; done
await 10 stat_is cache_state '"trouble"'
rm "$CACHE/filler"
await 20 stat_is cache_state '"ok"'
kept=$(stat_of entries)
read_one 13 -q6
is "$(stat_of entries)" $((kept + 1)) 'variants kept'

# A file system that has given up.
mount -o remount,abort "$CACHE"
never touch "$CACHE/new" 2>/dev/null
read_one 13 -q6
for n in 14 15 16; do read_one "$n" -q7; done
await 10 stat_is cache_state '"trouble"'
umount -l "$CACHE"
for n in 14 15 16; do read_one "$n" -q8; done
# A copy, as the daemon holds the old one until it finds the new one.
cp "$T/disk" "$T/disk2"
fsck.ext4 -fp "$T/disk2" >/dev/null || (($? < 4)) || fail 'fsck'
mount -o loop "$T/disk2" "$CACHE"
await 70 stat_is cache_state '"ok"'
kept=$(stat_of entries)
read_one 17 -q9
is "$(stat_of entries)" $((kept + 1)) 'variants kept on the disk that came back'
