#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Encodes stay within encode_memory: pictures that do not fit beside each other wait for each
# other, all are served, and one that never fits is EFBIG.
. "$(dirname "$0")/../lib.sh"

for i in 1 2 3 4; do fake "$SRC/$i.jpg" pixels=4000x3000 "sleep=50$i""ms" output=5000; done
fake "$SRC/never.jpg" pixels=9000x9000
fake "$SRC/small.jpg" output=5000
start_fake workers=4 encode_memory=400m
is "$(stat_of encode_memory_limit)" $((400 * 1024 * 1024))
readers=()
for i in 1 2 3 4; do
	tried OK read "$MNT/$i.jpg@webp" &
	readers+=($!)
done
waited=0
all_encoded() {
	at_most "$(stat_of encode_memory_used)" $((400 * 1024 * 1024)) 'memory in use'
	stat_is waiting_for_memory 0 || waited=1
	stat_is encodes 4
}
await 60 all_encoded
for reader in "${readers[@]}"; do wait "$reader"; done
is "$waited" 1 'that any had to wait'
is "$(stat_of waiting_for_memory) $(stat_of encode_memory_used)" '0 0'

tried EFBIG open "$MNT/never.jpg@webp"
has "$(xattr "$MNT/never.jpg@webp" error)" 'over the limit of 400 MiB'
tried OK read "$MNT/small.jpg@webp"
is "$(stat_of encoder_restarts) $(stat_of encoder_crashes)" '0 0'
