#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A folder of photographs through a view is copied twice: the second run transfers nothing, nor does
# one after a restart, nor after everything was evicted; and nothing is encoded again for that.
# Every tool agrees on what is there.
. "$(dirname "$0")/../lib.sh"
need rsync

mkdir -p "$SRC/2023/may" "$SRC/2024"
n=0
for name in 2023/{a,b,c,d}.jpg 2023/may/{e,f}.jpg 2024/{g,h,i,j,k,l}.jpg top.jpg; do
	picture "$SRC/$name" 200x150 pattern=noise seed=$((++n))
	touch -d "2023-05-$n 12:00:00.123" "$SRC/$name"
done
echo words >"$SRC/2024/notes.txt"
start
tree=$MNT/@webp-w100
transferred() { # RUN: the number of files, and that they are right
	rsync -a --stats "$tree/" "$T/copy" >"$T/stats"
	is "$(awk -F': ' '/regular files transferred/ {print $2}' "$T/stats")" "$2" "files, $1"
	is "$(stat_of encodes)" "$3" "encodes, $1"
}
transferred 'first run' 14 13
transferred 'second run' 0 13
rsync -a --checksum --delete --itemize-changes "$tree/" "$T/copy" >"$T/items"
is "$(<"$T/items")" '' 'by checksum'

# All see one size.
sizes() { (cd "$1" && find . -type f -printf '%P %s %T@\n' | sort); }
is "$(sizes "$tree")" "$(sizes "$T/copy")" 'find'
cp -r "$tree" "$T/cp"
diff -r "$T/cp" "$T/copy"
mkdir "$T/tar"
tar -C "$tree" -c . | tar -C "$T/tar" -x
diff -r "$T/tar" "$T/copy"
is "$(ls -lR "$tree" | awk '/^-/ {s += $5} END {print s}')" \
	"$(find "$T/copy" -type f -printf '%s\n' | awk '{s += $1} END {print s}')" 'ls -lR'
# Of files alone: folders count to some releases of du.
is "$(find "$tree/2024" -type f -print0 | du -cb --files0-from=- | tail -n 1 | cut -f1)" \
	"$(find "$T/copy/2024" -type f -printf '%s\n' | awk '{s += $1} END {print s}')" 'du'
is "$(find "$tree" -type f -exec ls -i {} + | awk '{print $1}' | sort -u | wc -l)" 14 'numbers'
numbers() { (cd "$tree" && find . -printf '%P %i\n' | sort); }
before=$(numbers)

# A new daemon, after a crash: the same numbers and sizes, and nothing is encoded to tell them.
kill -KILL "$DAEMON"
await 5 dead "$DAEMON"
lost
start
is "$(numbers)" "$before" 'numbers after a restart'
transferred 'after a restart' 0 0
"$LENSCTL" cache limit 1k "$MNT" >/dev/null
is "$(xattr "$tree/top.jpg.webp" state)" evicted 'a variant'
stop
start
is "$(sizes "$tree")" "$(sizes "$T/copy")" 'sizes of what was evicted'
is "$(stat_of encodes)" 0 'encodes'
