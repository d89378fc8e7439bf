#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A file handle, as NFS servers use them, opens its file while the kernel knows that, and is ESTALE
# from then on: never another file, though what the daemon knew it by is used again.
. "$(dirname "$0")/../lib.sh"
need_root
need python3

handles() { python3 "$(dirname "$0")/handles.py" "$@"; }
picture "$SRC/a.jpg" 64x48
mkdir "$SRC/sub"
for i in {1..400}; do echo "$i" >"$SRC/sub/old-$i"; done
start

handles take "$MNT" a.jpg sub a.jpg@webp >"$T/kept"
handles take "$MNT" sub/old-{1..400} a.jpg@w{1..20} >"$T/taken"
is "$(handles open "$MNT" <"$T/kept")" $'a.jpg a.jpg\nsub sub\na.jpg@webp a.jpg@webp' 'what handles open'
is "$(handles open "$MNT" <"$T/taken" | awk '$1 ~ $2 "$"' | wc -l)" 420 'handles that are right'

nodes=$(stat_of nodes)
rm -r "$SRC/sub" "$SRC/a.jpg"
forgotten() { (($(stat_of nodes) < nodes - 400)); }
await 20 forgotten
mkdir "$SRC/new"
picture "$SRC/b.jpg" 64x48
for i in {1..800}; do echo "$i" >"$SRC/new/new-$i"; done
stat "$MNT"/new/* "$MNT"/b.jpg@w{1..20} >/dev/null
at_least "$(stat_of nodes)" $((nodes + 300)) 'nodes'
is "$(handles open "$MNT" <"$T/taken" | cut -d' ' -f2 | sort | uniq -c | sed 's/^ *//')" '420 ESTALE' \
	'what handles of removed files open'
