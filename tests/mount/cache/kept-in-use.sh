#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is read all the time is kept, although the kernel serves the reads from its pages and the
# daemon sees none of them: that a name is looked up again when its entry has expired stands for
# them. With -o timeout=1 entries expire after a second instead of a minute; nothing else differs.
. "$(dirname "$0")/../lib.sh"

# Not of quite the same size, as equal pictures would share a blob; and dear enough that what a
# busy machine adds to the cost of one does not matter.
for n in 0:used 1:seen 2:idle 3:other; do
	fake "$SRC/${n#*:}.jpg" "output=4000${n%:*}" sleep=100ms
done
start_fake cache_size=130k timeout=1
VIEW=@webp-q1

# `used` is read and `seen` is looked at.
use() {
	for _ in $(seq "$1"); do
		cat "$MNT/used.jpg$VIEW" >/dev/null
		stat "$MNT/seen.jpg$VIEW" >/dev/null
	done
}

# As old as each other, as large and as dear.
use 1
cat "$MNT/idle.jpg$VIEW" >/dev/null
reads=$(stat_of reads)
# Uses within five seconds are one, and they are written down every three.
end=$(($(now_ms) + 9000))
while (($(now_ms) < end)); do use 10; done
at_most "$(($(stat_of reads) - reads))" 12 'reads the daemon saw, of hundreds'

for q in $(seq 2 31); do
	cat "$MNT/other.jpg@webp-q$q" >/dev/null
	use 1
done
at_least "$(stat_of evictions)" 20 'evictions'
is "$(xattr "$MNT/idle.jpg$VIEW" state)" evicted 'what nobody read'
is "$(xattr "$MNT/seen.jpg$VIEW" state)" evicted 'what was only looked at'
is "$(xattr "$MNT/used.jpg$VIEW" state)" present 'what was read all the time'
