#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What cannot even be looked at, such as a mount below the source that nobody answers for any more,
# is listed in a tree as it is in its folder, and takes nothing else out of the listing.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/d/dead" "$T/other"
for name in a m z; do fake "$SRC/d/$name.jpg" output=1000; done
start_fake -s "$T/other" -m "$SRC/d/dead" -c "$T/other-cache"
start_fake
kill -KILL "${DAEMONS["$SRC/d/dead"]}"
await 5 dead "${DAEMONS["$SRC/d/dead"]}"
lost "$SRC/d/dead"

names() { ls -A "$MNT/$1" | tr '\n' ' '; }
is "$(names d)" 'a.jpg dead m.jpg z.jpg ' 'the folder'
is "$(names d@webp)" 'a.jpg.webp dead m.jpg.webp z.jpg.webp ' 'a tree'
is "$(names @webp/d)" 'a.jpg.webp dead m.jpg.webp z.jpg.webp ' 'within a tree'
tried ENOTCONN stat "$MNT/d@webp/dead"
tried OK read "$MNT/d@webp/z.jpg.webp"
