#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who reads views of a folder's pictures in turn finds the next ones made, in whatever order that
# is; with prefetch=off nothing is made that nobody asked for. How many are ahead of a reader is a
# matter of time: at least half of what could be.
. "$(dirname "$0")/../lib.sh"

for i in $(seq -w 1 12); do
	fake "$SRC/p$i.jpg" sleep=200ms "output=10$i"
	fake "$SRC/P$i.raw.jpg" sleep=20ms "output=20$i"
done
echo text >"$SRC/p05.txt"
read_all() { # VIEW NAME…
	local view=$1 name
	shift
	for name; do is "$(head -c 1M "$MNT/$name@$view" | wc -c)" "$(size_of "$name")" "size of $name"; done
}
size_of() { case $1 in P*) echo "20${1:1:2}" ;; *) echo "10${1:1:2}" ;; esac; }
ahead() { # AT-LEAST AT-MOST, since it was asked last
	local now
	now=$(stat_of prefetched)
	at_least $((now - before)) "$1" 'encodes ahead'
	at_most $((now - before)) "$2" 'encodes ahead'
	is "$(stat_of prefetch_useful)" "$now" 'of those, that were read'
	before=$now
}
before=0
of_case() { (cd "$SRC" && printf '%s\n' "$1"*.jpg); }
listed() { find "$SRC" -name '*.jpg' -printf '%f\n'; } # unsorted

start_fake workers=2
of_case p | xargs | read -ra small
read_all webp "${small[@]}"
is "$(stat_of encodes)" 12 encodes
ahead 5 9
is "$(stat_of prefetch_unread)" 0 'that were not read'
# Nothing is begun for what is there.
read_all webp "${small[@]}"
is "$(stat_of encodes)" 12 encodes

# Another view is another reader; from the last to the first; as the folder is listed.
of_case p | tac | xargs | read -ra names
read_all webp-q10 "${names[@]}"
ahead 5 9
listed | xargs | read -ra names
read_all webp-q20 "${names[@]}"
ahead 11 21
# As a file manager sorts: with small and capital letters alike.
{ of_case p; of_case P; } | sort -f | xargs | read -ra names
read_all webp-q30 "${names[@]}"
ahead 11 21
is "$(stat_of encodes)" $((12 + 12 + 24 + 24)) encodes
is "$(stat_of encode_failures)" 0 failures
stop

start_fake -c "$T/cache2" workers=2 prefetch=off
read_all webp "${small[@]}"
is "$(stat_of encodes)" 12 encodes
is "$(stat_of prefetched)" 0 'encodes ahead'
is "$(stat_of misses)" 12 'encodes that a reader began'
