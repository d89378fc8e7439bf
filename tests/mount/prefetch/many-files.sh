#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A folder of 100,000 files is followed like any other, and costs a few megabytes.
. "$(dirname "$0")/../lib.sh"

(cd "$SRC" && seq -f 'n%06g.jpg' 100000 | xargs touch)
for i in $(seq -w 1 8); do fake "$SRC/n05000$i.jpg" sleep=500ms "output=10$i"; done
start_fake workers=2
before=$(stat_of rss_bytes)
for i in $(seq -w 1 8); do is "$(head -c 1M "$MNT/n05000$i.jpg@webp" | wc -c)" "10$i" size; done
# The next are empty, and so no pictures: found out once, for no more than are looked at.
at_least "$(stat_of prefetched)" 2 'encodes ahead'
is "$(stat_of encodes)" 8 encodes
sanitized || at_most $(($(stat_of rss_bytes) - before)) $((24 << 20)) 'more bytes in memory'
