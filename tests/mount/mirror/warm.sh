#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What was read once is read again without the daemon: it is stopped, and nobody notices.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/folder"
picture "$SRC/folder/a.jpg" 640x480
ln -s folder/a.jpg "$SRC/link"
head -c 300000 /dev/urandom >"$SRC/notes"
start
files=("$MNT/folder/a.jpg" "$MNT/folder/a.jpg@w64-webp" "$MNT/link" "$MNT/notes")
look() {
	sha256sum "${files[@]}" 2>&1
	stat -c "%n %s %i" "${files[@]}" "$MNT/missing" "$MNT/missing.jpg@webp" 2>&1 || :
	readlink "$MNT/link"
	ls "$MNT" "$MNT/folder"
}
# A folder's attributes are believed for long only if told after it was watched.
told_again() { stat "$MNT/folder" >/dev/null && (($(stat_of getattrs) > asked)); }
ls "$MNT/folder" >/dev/null
asked=$(stat_of getattrs)
await 5 told_again
look >/dev/null
before=$(look)
has "$before" "No such file"
kill -STOP "$DAEMON"
at_end "kill -CONT $DAEMON 2>/dev/null"
(look >"$T/after") &
reader=$!
await 10 dead $reader
kill -CONT "$DAEMON"
is "$(cat "$T/after")" "$before"

# Who lists a folder with everything there is to know asks little of the daemon: not file by file.
mkdir "$SRC/many"
for ((i = 0; i < 500; i++)); do : >"$SRC/many/$i"; done
requests() { echo $(($(stat_of lookups) + $(stat_of getattrs) + $(stat_of xattrs))); }
ls -l "$MNT/many" >/dev/null
count=$(requests)
ls -l "$MNT/many" >/dev/null
at_most $(($(requests) - count)) 50 'requests of a second ls -l'
