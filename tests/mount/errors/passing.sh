#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A failure that says nothing of the picture is not remembered: the next request tries again.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/memory.jpg" error-once=nomemory output=5000
fake "$SRC/output.jpg" error-once=output output=5000
start_fake
for name in memory output; do
	isnt "$(try open "$MNT/$name.jpg@webp")" OK 'the first try'
	is "$(wc -c <"$MNT/$name.jpg@webp")" 5000
done
