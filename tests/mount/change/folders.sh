#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Folders that are moved away and back, swapped, deleted and made anew: what is in them shows as
# it is, also what changed while they were out of sight, and also for who stands in one.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/a/deep" "$SRC/b/deep" "$T/outside"
for d in a a/deep b b/deep; do
	fake "$SRC/$d/x.jpg" "output=$((1000 + ${#d} * 100))"
	echo "$d" >"$SRC/$d/name"
done
start_fake
look() { find "$MNT" -type f -exec cat {} + >/dev/null; cat "$MNT"/*/x.jpg@webp "$MNT"/*/deep/x.jpg@webp >/dev/null; }
agrees() { diff -r "$SRC" "$MNT" >/dev/null 2>&1; }
view_is() { [[ $(wc -c <"$MNT/$1@webp") == "$2" ]]; }
look
for name in a/new.jpg a/new.jpg@webp a/deep/new.jpg a/deep/new.jpg@webp; do tried ENOENT stat "$MNT/$name"; done

# Away, changed there, and back; somebody stands in it.
cd "$MNT/a/deep"
mv "$SRC/a" "$T/outside/a"
fake "$T/outside/a/x.jpg" output=7000
fake "$T/outside/a/new.jpg" output=7100
fake "$T/outside/a/deep/new.jpg" output=7200
await 5 agrees
tried ENOENT stat "$MNT/a/x.jpg@webp"
mv "$T/outside/a" "$SRC/a"
await 5 agrees
await 5 view_is a/x.jpg 7000
await 5 view_is a/new.jpg 7100
await 5 view_is a/deep/new.jpg 7200
there() { [[ $(wc -c <new.jpg@webp) == 7200 ]]; }
await 5 there
cd /
look

# Swapped.
mv "$SRC/a" "$SRC/.a" && mv "$SRC/b" "$SRC/a" && mv "$SRC/.a" "$SRC/b"
await 5 agrees
is "$(<"$MNT/a/deep/name")" b/deep
await 5 view_is b/x.jpg 7000
# One into the other, and out again.
mv "$SRC/b" "$SRC/a/deep/b"
await 5 agrees
is "$(wc -c <"$MNT/a/deep/b/deep/new.jpg@webp")" 7200
mv "$SRC/a/deep/b" "$SRC/b"
await 5 agrees
await 5 view_is b/deep/new.jpg 7200

# Deleted while somebody stands in it, and made anew.
cd "$MNT/b/deep"
rm -r "$SRC/b"
await 5 agrees
never ls "$MNT/b" 2>/dev/null
ls . >/dev/null 2>&1 || true
mkdir -p "$SRC/b/deep"
fake "$SRC/b/deep/new.jpg" output=8000
await 5 agrees
await 5 view_is b/deep/new.jpg 8000
tried ENOENT stat "$MNT/b/x.jpg@webp"
cd /
fake "$SRC/b/x.jpg" output=8100
await 5 view_is b/x.jpg 8100
