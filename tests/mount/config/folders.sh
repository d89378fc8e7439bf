#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Files of a folder that was not there at the start are read when they come, and their settings
# hold for what begins then; the mount's options go before them.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 640x480
start max_frames=7
setting() { sed -n "s/^$1 = //p" "$MNT/.lensfs/config"; }
setting_is() { [[ $(setting "$1") == "$2" ]]; }

mkdir -p "$XDG_CONFIG_HOME/lensfs"
printf '[mount]\nmax_pixels = 1000\nmax_frames = 9\ncache_size = 3m\ncache_free = 1m\n' \
	>"$XDG_CONFIG_HOME/lensfs/a.conf"
await 1 setting_is max_pixels 1000
is "$(setting max_frames)" 7 'max_frames, which the options said'
tried EFBIG open "$MNT/a.jpg@webp"
is "$(stat_of cache_limit)" $((3 << 20)) cache_limit
is "$(setting cache_free)" 0 "cache_free, which the harness's options said"

# lensctl's word holds until the file says otherwise than before.
"$LENSCTL" cache limit 5m "$MNT" >/dev/null
printf '[mount]\ncache_size = 3m\nmax_bytes_source = 100\n' >"$XDG_CONFIG_HOME/lensfs/a.conf"
await 1 setting_is max_pixels 100000000
is "$(stat_of cache_limit)" $((5 << 20)) cache_limit
tried EFBIG open "$MNT/a.jpg@webp-q5"
rm "$XDG_CONFIG_HOME/lensfs/a.conf"
await 1 setting_is max_bytes_source $((256 << 20))
is "$(stat_of cache_limit)" $((2 << 30)) cache_limit
tried OK read "$MNT/a.jpg@webp-q6"
