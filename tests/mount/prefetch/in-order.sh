#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who reads views of a folder's pictures in turn finds the next ones made, in whatever order that
# is; with prefetch=off nothing is made that nobody asked for. How many are ahead of a reader is a
# matter of time: at least half of what could be.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/one" "$SRC/two"
for i in $(seq -w 1 12); do
	fake "$SRC/one/p$i.jpg" sleep=200ms "output=10$i"
	fake "$SRC/two/p$i.jpg" sleep=50ms "output=20$i"
	fake "$SRC/two/P$i.jpg" sleep=50ms "output=30$i"
done
echo text >"$SRC/one/p05.txt"
bytes() { case $1 in *one*) echo "10${1:5:2}" ;; */p*) echo "20${1:5:2}" ;; *) echo "30${1:5:2}" ;; esac; }
read_all() { # VIEW, of what standard input names
	local name
	while read -r name; do
		is "$(head -c 1M "$MNT/$name@$1" | wc -c)" "$(bytes "$name")" "size of $name"
	done
}
names() { (cd "$SRC" && printf '%s\n' "$1"/*.jpg); }
listed() { (cd "$SRC" && find "$1" -name '*.jpg'); } # unsorted
before=0
ahead() { # AT-LEAST AT-MOST, since it was asked last
	local now
	now=$(stat_of prefetched)
	at_least $((now - before)) "$1" 'encodes ahead'
	at_most $((now - before)) "$2" 'encodes ahead'
	is "$(stat_of prefetch_useful)" "$now" 'of those, that were read'
	is "$(stat_of prefetch_unread)" 0 'that were not read'
	before=$now
}

start_fake workers=2
names one | read_all webp
ahead 5 9
# Nothing is begun for what is there.
names one | read_all webp
is "$(stat_of encodes)" 12 encodes

# Another view is another reader; from the last to the first; as the folder is listed.
names one | tac | read_all webp-q10
ahead 5 9
listed two | read_all webp-q20
ahead 11 21
# As a file manager sorts: with small and capital letters alike.
names two | sort -f | read_all webp-q30
ahead 11 21
is "$(stat_of encodes)" $((12 + 12 + 24 + 24)) encodes
is "$(stat_of encode_failures)" 0 failures
stop

start_fake -c "$T/cache2" workers=2 prefetch=off
names one | read_all webp
is "$(stat_of encodes)" 12 encodes
is "$(stat_of prefetched)" 0 'encodes ahead'
is "$(stat_of misses)" 12 'encodes that a reader began'
