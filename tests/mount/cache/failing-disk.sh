#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A disk that fails costs the keeping and no read, is told once, and forgiven when it recovers:
# I/O errors, a quota, a file system that has become read-only; of the blobs, the catalog or both.
. "$(dirname "$0")/../lib.sh"

FAULT=$T/fault
mkdir "$CACHE"
start_fake -w "env LD_PRELOAD=$LENSFS_TEST_TOOLS/disk-fault.so DISK_FAULT=$FAULT
	DISK_FAULT_FOLDER=$CACHE ASAN_OPTIONS=verify_asan_link_order=0" prefetch=off
fails() { echo "$*" >"$FAULT.new"; mv "$FAULT.new" "$FAULT"; }
works() { rm -f "$FAULT"; }
told() { grep -c "$1" "$LOG" || true; }
BEGUN='takes no variants' OVER='takes variants again'

for n in $(seq 0 99); do fake "$SRC/$n.jpg" "output=4$(printf %03d "$n")"; done
read_one() { is "$(wc -c <"$MNT/$1.jpg@webp")" "4$(printf %03d "$1")" "size of $1 ($2)"; }
for n in 0 1 2 3 4; do read_one "$n" 'before'; done
is "$(stat_of cache_state)" '"ok"'

words_of() {
	case $1 in
	EIO) echo 'Input/output error' ;;
	EDQUOT) echo 'Disk quota exceeded' ;;
	ENOSPC) echo 'No space left on device' ;;
	EROFS) echo 'Read-only file system' ;;
	esac
}
told_of_it() { (($(told "$BEGUN") == round)); }
next=10 round=0
for fault in 'EIO both' 'EDQUOT write' 'ENOSPC write' 'EROFS write' 'EIO write !catalog' \
	'EIO both catalog'; do
	((round += 1))
	fails "$fault"
	# What the kernel has, and what was not there before, five times over.
	for n in 0 1 2 3 4; do read_one "$n" "$fault"; done
	for n in $(seq "$next" $((next + 4))); do read_one "$n" "$fault"; read_one "$n" "$fault"; done
	await 10 stat_is cache_state '"trouble"'
	await 10 told_of_it
	is "$(stat_of cache_trouble)" "\"$(words_of "${fault%% *}")\"" "the trouble of $fault"
	is "$(stat_of cache_troubles)" "$round" 'troubles'
	works
	await 20 stat_is cache_state '"ok"'
	is "$(stat_of cache_trouble)" null
	kept=$(stat_of entries)
	for n in $(seq $((next + 5)) $((next + 9))); do read_one "$n" "after $fault"; done
	is "$(stat_of entries)" $((kept + 5)) "variants kept after $fault"
	((next += 10))
done
is "$(told "$BEGUN")" "$round" 'lines that tell of trouble'
is "$(told "$OVER")" "$round" 'lines that tell of its end'
at_least "$(stat_of unkept)" 20 'results not kept'
