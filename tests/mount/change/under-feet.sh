#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A folder that is renamed, and one above it, while a program stands in it: what the program
# asks for by relative names is still found, though the daemon has no descriptor of the folder
# any more.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/a/b/c" "$SRC/other"
for i in 1 2 3 4 5 6; do fake "$SRC/a/b/c/$i.jpg" "output=${i}000"; done
for i in {1..200}; do mkdir "$SRC/other/$i" && echo "$i" >"$SRC/other/$i/file"; done
start_fake -w 'prlimit --nofile=64:64'
flush_descriptors() {
	for i in {1..200}; do tried OK drop "$MNT/other/$i/file" && cat "$MNT/other/$i/file" >/dev/null; done
}
flush_descriptors
cd "$MNT/a/b/c"
stat 1.jpg >/dev/null

mv "$SRC/a/b/c" "$SRC/a/b/d"
: >"$SRC/settled"
settled() { [[ $(try stat "$MNT/$1") == OK ]]; }
await 5 settled settled
flush_descriptors
is "$(wc -c <2.jpg)" "$(wc -c <"$SRC/a/b/d/2.jpg")" '2.jpg'
is "$(wc -c <2.jpg@webp)" 2000 '2.jpg@webp'
cd /
