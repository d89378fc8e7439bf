#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is wrong in the cache folder is never served: a blob that is missing, shortened or
# changed in its length, a catalog that is no database. The variant is made again.
. "$(dirname "$0")/../lib.sh"

for n in 1 2 3; do fake "$SRC/$n.jpg" "output=5000$n"; done
read_all() { for n in 1 2 3; do cat "$MNT/$n.jpg@webp" >"$T/$1.$n"; done; }
same_all() { for n in 1 2 3; do cmp "$T/good.$n" "$T/$1.$n"; done; }
blob() { find "$CACHE" -type f -size "$1c"; }
start_fake
read_all good
stop
rm "$(blob 50001)"
truncate -s 1000 "$(blob 50002)"
truncate -s 60000 "$(blob 50003)"
start_fake
read_all again
same_all again
is "$(stat_of encodes)" 3 'encodes'
stop

find "$CACHE" -type f -name '*-wal' -delete
find "$CACHE" -type f -name '*.db' -o -name 'catalog*' -type f | while read -r file; do
	head -c 20000 /dev/urandom >"$file"
done
start_fake
read_all third
same_all third
