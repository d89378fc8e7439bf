#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Damaged pictures are listed, give their error when they are asked for, and spoil nothing else: who
# copies a tree is told of each, and has the rest.
. "$(dirname "$0")/../lib.sh"
need rsync

mkdir "$SRC/d"
for i in 1 2 3 4; do fake "$SRC/d/good$i.jpg" output=${i}000; done
fake "$SRC/d/bad.jpg" error=damaged
fake "$SRC/d/huge.jpg" error=toolarge
echo words >"$SRC/d/notes.txt"
start_fake
names='bad.jpg.webp good1.jpg.webp good2.jpg.webp good3.jpg.webp good4.jpg.webp huge.jpg.webp notes.txt '
is "$(ls -U "$MNT/d@webp" | sort | tr '\n' ' ')" "$names" 'listed'
tried EIO open "$MNT/d@webp/bad.jpg.webp"
tried EIO stat "$MNT/d@webp/bad.jpg.webp"
tried EFBIG open "$MNT/d@webp/huge.jpg.webp"
is "$(ls -U "$MNT/d@webp" | sort | tr '\n' ' ')" "$names" 'listed after'
has "$(xattr "$MNT/d@webp/bad.jpg.webp" error)" 'told to fail: damaged'

mkdir "$T/cp" "$T/rsync" "$T/tar"
code=0
cp -r "$MNT/d@webp/." "$T/cp" 2>"$T/err" || code=$?
is "$code" 1 'exit code of cp'
has "$(<"$T/err")" "bad.jpg.webp': Input/output error"
has "$(<"$T/err")" "huge.jpg.webp': File too large"
is "$(wc -l <"$T/err")" 2 'complaints of cp'
code=0
rsync -a "$MNT/d@webp/" "$T/rsync" 2>"$T/err" || code=$?
is "$code" 23 'exit code of rsync'
has "$(<"$T/err")" 'bad.jpg.webp'
code=0
tar -C "$MNT/d@webp" -c . 2>"$T/err" | tar -C "$T/tar" -x || code=$?
has "$(<"$T/err")" 'bad.jpg.webp'
for way in cp rsync tar; do
	is "$(ls "$T/$way" | tr '\n' ' ')" 'good1.jpg.webp good2.jpg.webp good3.jpg.webp good4.jpg.webp notes.txt ' "$way"
	for i in 1 2 3 4; do is "$(wc -c <"$T/$way/good$i.jpg.webp")" ${i}000; done
done
is "$(stat_of encode_failures)" 2 'failed encodes'
is "$(stat_of encodes)" 4 'encodes'
