#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a reader has open stays what it was when the source is replaced or deleted: the old bytes
# or ESTALE, never others.
. "$(dirname "$0")/../lib.sh"

for name in replaced deleted overwritten; do
	picture "$SRC/$name.jpg" 320x240 pattern=noise seed=1
done
picture "$T/new.jpg" 300x200 pattern=noise seed=2
start
for name in replaced deleted overwritten; do
	view=$MNT/$name.jpg@webp-q90
	cat "$view" >"$T/old"
	probe hold "$view" "$T/go" >"$T/held" 2>"$T/said" &
	holder=$!
	await 5 grep -qs open "$T/said"
	case $name in
	replaced) cp "$T/new.jpg" "$T/tmp" && mv "$T/tmp" "$SRC/$name.jpg" ;;
	overwritten) cat "$T/new.jpg" >"$SRC/$name.jpg" ;;
	deleted) rm "$SRC/$name.jpg" ;;
	esac
	changed() { ! cmp -s "$view" "$T/old"; }
	await 5 changed
	: >"$T/go"
	await 5 dead "$holder"
	if wait "$holder"; then
		cmp "$T/held" "$T/old"
	else
		has "$(<"$T/said")" ESTALE
	fi
	rm "$T/go" "$T/said"
done
