#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# -o view=VIEW: the mount is SOURCE through the view, from its root on; names, other views, the
# control folder and freshness are there as in every tree.
. "$(dirname "$0")/../lib.sh"
need rsync

mkdir -p "$SRC/d/deep"
fake "$SRC/top.jpg" output=1000
fake "$SRC/d/a.jpg" output=2000
fake "$SRC/d/deep/b.jpg" output=3000
echo words >"$SRC/d/notes.txt"
start_fake view=webp-q50
list() { (cd "$1" && find . -mindepth 1 | sort | tr '\n' ' '); }
is "$(list "$MNT")" './d ./d/a.jpg.webp ./d/deep ./d/deep/b.jpg.webp ./d/notes.txt ./top.jpg.webp ' 'all of it'
is "$(xattr "$MNT/d/a.jpg.webp" view)" webp-q50-e4
is "$(xattr "$MNT" view)" webp-q50
is "$(xattr "$MNT" source)" .
is "$(xattr "$MNT/d" source)" d
cmp "$MNT/d/notes.txt" "$SRC/d/notes.txt"
# Plain names, and views of all kinds.
cmp "$MNT/d/a.jpg" "$SRC/d/a.jpg"
is "$(kind "$MNT/d/a.jpg@avif")" image/avif
is "$(ls "$MNT/d@png")" 'a.jpg.png
deep
notes.txt'
is "$(ls "$MNT/@png/d/deep")" b.jpg.png
is "$(stat -c %i "$MNT/d/a.jpg@webp-q50")" "$(stat -c %i "$MNT/d/a.jpg.webp")"
tried ENOENT stat "$MNT/d/@png"
[[ -s $MNT/.lensfs/stats.json ]]
"$LENSCTL" stats "$MNT" >/dev/null
has "$("$LENSCTL" explain "$MNT/d/a.jpg.webp")" 'source  d/a.jpg'
has "$("$LENSCTL" explain "$MNT")" 'a folder through a view'

rsync -a "$MNT/" "$T/copy"
diff -r --no-dereference "$MNT" "$T/copy"
is "$(rsync -ai "$MNT/" "$T/copy")" '' 'a second time'
fake "$SRC/d/a.jpg" output=2500
fake "$SRC/new.jpg" output=2600
fresh() { [[ $(wc -c <"$MNT/d/a.jpg.webp") == 2500 && $(ls "$MNT" | tr '\n' ' ') == 'd new.jpg.webp top.jpg.webp ' ]]; }
await 5 fresh
tried EROFS write "$MNT/top.jpg.webp"
stop

start_fake view=webp-keepname timeout=1
is "$(list "$MNT")" "$(list "$SRC")" 'with keepname'
is "$(kind "$MNT/d/deep/b.jpg")" image/webp
stop
refused 2 "-o view=nonsense|unknown token" -f -o view=nonsense "$SRC" "$MNT"
refused 2 "view" -f -o view= "$SRC" "$MNT"
