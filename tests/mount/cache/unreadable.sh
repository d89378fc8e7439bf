#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A variant whose bytes the disk cannot read any more is made again: no reader hears of it.
. "$(dirname "$0")/../lib.sh"

FAULT=$T/fault
mkdir "$CACHE"
faulty() {
	start_fake -w "env LD_PRELOAD=$LENSFS_TEST_TOOLS/disk-fault.so DISK_FAULT=$FAULT
		DISK_FAULT_FOLDER=$CACHE ASAN_OPTIONS=verify_asan_link_order=0"
}
for n in 1 2 3; do fake "$SRC/$n.jpg" "output=30000$n"; done
fake "$SRC/large.jpg" output=3000000
faulty
for n in 1 2 3 large; do cat "$MNT/$n.jpg@webp" >"$T/$n"; done
stop
faulty
echo 'EIO read /blobs/' >"$FAULT"
for n in 1 2 3 large; do cmp "$T/$n" "$MNT/$n.jpg@webp"; done
is "$(stat_of encodes)" 4 'encodes'
at_least "$(stat_of dropped)" 4 'blobs given up'
rm "$FAULT"
for n in 1 2 3 large; do cmp "$T/$n" "$MNT/$n.jpg@webp-q5" || true; done
await 20 stat_is cache_state '"ok"'
cat "$MNT/1.jpg@webp-q6" >"$T/new"
entries=$(stat_of entries)
at_least "$entries" 1 'variants kept since'
