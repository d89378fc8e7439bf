#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The cache is addressed by content: a copy, a rename, a touch, a hard link and a chmod of a
# picture cost no new encode; a changed byte does.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 200x150 pattern=noise
start
cat "$MNT/a.jpg@webp-w100" >"$T/first"
is "$(stat_of encodes)" 1 'encodes'

cp "$SRC/a.jpg" "$SRC/copy.jpg"
ln "$SRC/a.jpg" "$SRC/link.jpg"
mkdir "$SRC/sub"
cp "$SRC/a.jpg" "$SRC/sub/a.jpg"
for name in copy.jpg link.jpg sub/a.jpg; do cmp "$T/first" "$MNT/$name@webp-w100"; done
mv "$SRC/copy.jpg" "$SRC/renamed.jpg"
touch "$SRC/link.jpg"
chmod 600 "$SRC/sub/a.jpg"
mv "$SRC/sub" "$SRC/other"
same() { cmp -s "$T/first" "$MNT/$1@webp-w100"; }
for name in renamed.jpg link.jpg a.jpg other/a.jpg; do await 5 same "$name"; done
is "$(stat_of encodes)" 1 'encodes'

printf x >>"$SRC/a.jpg"
encoded_anew() { cat "$MNT/a.jpg@webp-w100" >/dev/null && stat_is encodes 2; }
await 5 encoded_anew
