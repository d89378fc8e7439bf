#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl cache status, verify, clear and drop: in a running lensfs, by its mount and by its cache
# folder, and on the folder of a stopped one. Exit codes of verify are fsck's.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/sub/deep"
for n in 1 2 3 4; do fake "$SRC/$n.jpg" "output=1000$n"; done
fake "$SRC/sub/a.jpg" output=20001
fake "$SRC/sub/deep/b.jpg" output=20002
echo words >"$SRC/sub/notes.txt"
# lensctl CODE WORDS… -- ARGUMENT…
lensctl() {
	local code=0 text words=() wanted=$1
	shift
	while [[ $1 != -- ]]; do words+=("$1"); shift; done
	shift
	text=$(timeout 60 "$LENSCTL" cache "$@" 2>&1) || code=$?
	is "$code" "$wanted" "exit code for cache $* ($text)"
	for word in "${words[@]}"; do has "$text" "$word"; done
}
blob() { find "$CACHE/blobs" -type f -size "$1c"; }
read_all() {
	for n in 1 2 3 4; do cat "$MNT/$n.jpg@webp" >"$T/$1.$n"; done
	cat "$MNT/sub/a.jpg@webp" "$MNT/sub/a.jpg@avif" "$MNT/sub/deep/b.jpg@webp" >"$T/$1.sub"
}
stray() { mkdir -p "$CACHE/blobs/00"; echo x >"$CACHE/blobs/00/00112233445566778899aabbccddeeff"; }

start_fake cache_size=64m
read_all good
for place in "$MNT" "$MNT/sub" "$CACHE"; do
	lensctl 0 'variants            7' 'bound               64.0 MiB' 'worth most' 'evicted next' webp-q79-e4 -- status "$place"
	lensctl 0 '7 variants' 'nothing is wrong' -- verify "$place"
	lensctl 0 '"entries": 7' '"limit": 67108864' '"view": "webp-q79-e4"' -- status --json "$place"
	lensctl 0 '"variants": 7' '"left": 0' '"complete": true' -- verify --json "$place"
done

# What is wrong is told and left, then mended.
rm "$(blob 10001)"
truncate -s 500 "$(blob 10002)"
printf 'xx' | dd of="$(blob 10003)" conv=notrunc bs=1 seek=7000 status=none
stray
for place in "$MNT" "$CACHE"; do
	lensctl 4 'is missing' 'not the size' 'not the bytes' 'no record names' '4 wrong, 0 mended, 4 left' -- verify "$place"
done
lensctl 1 ': dropped' '4 wrong, 4 mended, 0 left' -- verify --repair "$MNT"
lensctl 0 'nothing is wrong' -- verify --repair "$MNT"
is "$(stat_of dropped)" 3 'blobs dropped'
is "$(stat_of entries)" 4 entries
is "$(stat_of scrub)" '"idle"' 'scrub'

# Dropped by view, by picture, by folder; nothing else goes.
n=$(stat_of encodes)
lensctl 0 '1 variants dropped, 20001 bytes' -- drop "$MNT/sub/a.jpg@avif"
lensctl 0 '0 variants dropped' -- drop "$MNT/sub/a.jpg@avif"
is "$(xattr "$MNT/sub/a.jpg@webp" state)" present
isnt "$(xattr "$MNT/sub/a.jpg@avif" state)" present
lensctl 0 '1 variants dropped, 20001 bytes' -- drop "$MNT/sub/a.jpg"
lensctl 0 '1 variants dropped, 20002 bytes' -- drop "$MNT/sub"
lensctl 0 '0 variants dropped' '1 variants dropped, 10004 bytes' -- drop "$MNT/sub/" "$MNT"
is "$(stat_of entries)" 0 entries
is "$(stat_of encodes)" "$n" 'encodes'
lensctl 1 'no such file' -- drop "$MNT/missing.jpg"
lensctl 1 'not a picture' -- drop "$MNT/sub/notes.txt"
lensctl 5 'not in a lensfs mount' -- drop "$SRC/1.jpg"
lensctl 2 usage -- drop
lensctl 2 usage -- verify --repair
lensctl 5 '' -- verify "$MNT/missing/x"

# The kernel may have the pages even so; a new mount has none.
stop
start_fake cache_size=64m
read_all again
is "$(stat_of encodes)" 7 'encodes of what was dropped'
for n in 1 2 3 4 sub; do cmp "$T/good.$n" "$T/again.$n"; done
lensctl 0 '7 variants dropped, 100014 bytes' -- clear "$CACHE"
is "$(stat_of entries)" 0 entries
is "$(find "$CACHE/blobs" -type f | wc -l)" 0 'blobs left'
stop
start_fake cache_size=64m
read_all third
for n in 1 2 3 4 sub; do cmp "$T/good.$n" "$T/third.$n"; done

# Without a lensfs: the folder is taken for as long as it takes.
stop
lensctl 0 'variants            7' 'bound               64.0 MiB' 'worth most' webp-q79-e4 -- status "$CACHE"
lensctl 0 'nothing is wrong' -- verify "$CACHE"
truncate -s 0 "$(blob 10001)"
stray
lensctl 4 '2 wrong, 0 mended' -- verify "$CACHE"
lensctl 4 '2 wrong, 0 mended' -- verify "$CACHE"
lensctl 1 '2 wrong, 2 mended' -- verify --repair "$CACHE"
lensctl 0 'nothing is wrong' -- verify "$CACHE"
lensctl 0 '6 variants dropped' -- clear "$CACHE"
lensctl 0 'variants            0' -- status "$CACHE"
find "$CACHE" -name 'catalog.db-*' -delete
head -c 20000 /dev/urandom >"$CACHE/catalog.db"
lensctl 8 'catalog' -- verify "$CACHE"
lensctl 1 'set aside' -- verify --repair "$CACHE"
lensctl 0 -- verify "$CACHE"
lensctl 5 'not in a lensfs mount' -- verify "$SRC"
start_fake cache_size=64m
read_all last
for n in 1 2 3 4 sub; do cmp "$T/good.$n" "$T/last.$n"; done

# Unmounting does not wait for the daemon; who comes meanwhile does.
stop
for _ in 1 2 3 4 5; do
	start_fake cache_size=64m
	cat "$MNT/1.jpg@webp" >/dev/null
	fusermount3 -u "$MNT"
	lensctl 0 'nothing is wrong' -- verify "$CACHE"
	wait "$DAEMON"
done
