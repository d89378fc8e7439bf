#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How many pictures are encoded at once, for how long and with how much memory is changed by the
# configuration while the mount runs; the mount's own options go before it.
. "$(dirname "$0")/../lib.sh"

conf=$T/one.conf
for i in 1 2; do fake "$SRC/slow$i.jpg" output=1000 sleep=20s "pixels=640x48$i"; done
for i in 1 2; do fake "$SRC/large$i.jpg" output=1000 "pixels=4000x400$i"; done

printf '[mount]\nworkers = 1\ndeadline = 40\nencode_memory = 64m\n' >"$conf"
start_fake "config=$conf"
is "$(stat_of encode_memory_limit)" $((64 << 20)) 'memory'
tried EFBIG read "$MNT/large1.jpg@webp"
cat "$MNT/slow1.jpg@webp" >/dev/null 2>&1 &
await 10 stat_is running 1
cat "$MNT/slow2.jpg@webp" >/dev/null 2>&1 &
await 10 stat_is queue 1
# The one that runs goes on by the deadline that it began with; the other one begins now.
printf '[mount]\nworkers = 2\ndeadline = 0.2\nencode_memory = 2g\n' >"$conf"
tried ETIMEDOUT read "$MNT/slow2.jpg@webp"
has "$(xattr "$MNT/slow2.jpg@webp" error)" 'within 0.2 seconds'
is "$(stat_of running)" 1 'running'
is "$(stat_of encode_memory_limit)" $((2 << 30)) 'memory'
tried OK read "$MNT/large2.jpg@webp"
# As the machine has it.
printf '[mount]\nworkers = auto\nencode_memory = auto\n' >"$conf"
await 1 grep -qx 'workers = auto' "$MNT/.lensfs/config"
await 1 grep -qx 'deadline = 60' "$MNT/.lensfs/config"
isnt "$(stat_of encode_memory_limit)" $((2 << 30)) 'memory'
stop

printf '[mount]\nworkers = 2\nencode_memory = 2g\n' >"$conf"
start_fake "config=$conf" workers=3 encode_memory=300m
has "$(cat "$MNT/.lensfs/config")" 'workers = 3'
printf '[mount]\nworkers = 5\nencode_memory = 1g\ndeadline = 7\n' >"$conf"
await 1 grep -qx 'deadline = 7' "$MNT/.lensfs/config"
has "$(cat "$MNT/.lensfs/config")" 'workers = 3'
is "$(stat_of encode_memory_limit)" $((300 << 20)) 'memory'
