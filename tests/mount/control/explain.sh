#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl explain: what a name means, and why it does not, encoding nothing.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
head -c 200 "$SRC/a.jpg" >"$SRC/cut.jpg"
echo words >"$SRC/notes.txt"
mkdir "$SRC/folder"
mkfifo "$SRC/fifo"
start
explains() {
	local code=0 text
	text=$("$LENSCTL" explain "$2" 2>&1) || code=$?
	is "$code" "$1" "exit code for $2 ($text)"
	for words in "${@:3}"; do has "$text" "$words"; done
}
explains 0 "$MNT/a.jpg" 'in the source folder'
explains 0 "$MNT/folder" 'in the source folder'
explains 0 "$MNT/a.jpg@w20-webp" 'through a view' 'source  a.jpg' 'view    webp-q79-e4-w20' \
	'type    image/webp' 'state   absent'
explains 1 "$MNT/a.jpg@q101" 'does not exist' 'not a view' q101
explains 1 "$MNT/a.jpg@nonsense" 'not a view' nonsense
explains 1 "$MNT/a.jpg@wepb" "did you mean 'webp'?" 'lensctl views'
explains 1 "$MNT/a.jpg@webp-webp" 'not a view' webp
explains 1 "$MNT/a.jpg@webp.avif" 'not a view' avif
explains 1 "$MNT/missing.jpg" "no '@'"
explains 1 "$MNT/missing.jpg@webp" "$MNT/missing.jpg" 'No such file'
explains 1 "$MNT/notes.txt@webp" "$MNT/notes.txt" 'not a picture'
explains 1 "$MNT/a.jpg@p2" "$MNT/a.jpg' is a jpeg: "
explains 0 "$MNT/folder@webp" 'a folder through a view' 'source  folder' 'view    webp'
explains 1 "$MNT/fifo@webp" "$MNT/fifo" 'neither a regular file nor a folder'
explains 5 "$SRC/a.jpg" 'not in a lensfs mount'
is "$(stat_of misses)" 0 'jobs begun by explaining'

tried OK read "$MNT/a.jpg@w20-webp"
explains 0 "$MNT/a.jpg@w20-webp" 'state   present' 'width   20 pixels' 'height  15 pixels' \
	"size    $(stat -c %s "$MNT/a.jpg@w20-webp") bytes" 'ms to encode' 'key '
tried EIO read "$MNT/cut.jpg@webp"
explains 1 "$MNT/cut.jpg@webp" 'state   failed' 'error   Input/output error'
cd "$MNT"
explains 0 a.jpg@w20-webp 'state   present'
cd "$T"

code=0
"$LENSCTL" explain 2>/dev/null || code=$?
is "$code" 2 'exit code without an argument'
code=0
"$LENSCTL" nonsense x 2>/dev/null || code=$?
is "$code" 2 'exit code of an unknown command'
has "$("$LENSCTL" --help)" explain
