#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything in the source is there as it was: kinds, modes, owners, times, links, odd names.
. "$(dirname "$0")/../lib.sh"

long=$(printf 'n%.0s' {1..255})
cd "$SRC"
mkdir -p a/b/c 'odd names' empty
printf 'words\n' >a/notes.txt
picture a/b/p.png 64x48
: >a/b/empty
printf 'x' >"odd names/new
line"
printf 'x' >$'odd names/bad utf8 \xff'
printf 'x' >'odd names/-dash & "quotes" \back'
printf 'x' >"$long"
ln a/notes.txt a/b/same.txt
ln -s notes.txt a/link
ln -s /nowhere/at/all dangling
ln -s "$long" a/long-link
mkfifo a/fifo
truncate -s 5G a/sparse
chmod 640 a/notes.txt
chmod 2755 a/b
chmod 1777 empty
chmod 4711 "$long"
touch -h -d '1999-12-31 23:59:59.123456789' a/link a/notes.txt a/b
if [[ $(id -u) == 0 ]]; then
	chown 1234:4321 a/b/p.png empty
	chown -h 55:66 dangling
	mknod a/null c 1 3
fi
cd "$T"
start

# Change times, too: they are part of what backup programs compare.
listed() { (cd "$1" && find . -printf '%p\t%y %m %U %G %s %b %n %T@ %C@ %l\0' | sort -z); }
diff <(listed "$SRC" | tr '\0' '\n') <(listed "$MNT" | tr '\0' '\n')
at_least "$(listed "$MNT" | tr -cd '\0' | wc -c)" 18 'entries'

is "$(stat -c %i "$MNT/a/notes.txt")" "$(stat -c %i "$MNT/a/b/same.txt")" 'inode of a hard link'
is "$(readlink "$MNT/a/link")" notes.txt
is "$(cat "$MNT/a/link")" words
[[ -p $MNT/a/fifo ]]
is "$(try stat "$MNT/dangling")" ENOENT
is "$(cat "$MNT/odd names/new
line")" x
is "$(stat -f -c '%b %S' "$MNT")" "$(stat -f -c '%b %S' "$SRC")" 'size of the file system'
