#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Damaged pictures: EIO on open, said once, remembered, and nothing else suffers.
. "$(dirname "$0")/../lib.sh"

picture "$T/whole.jpg" 400x300 pattern=noise
picture "$T/whole.png" 400x300 pattern=noise
picture "$T/whole.webp" 400x300 pattern=noise
for format in jpg png webp; do
	cp "$T/whole.$format" "$SRC/"
	head -c 300 "$T/whole.$format" >"$SRC/cut.$format"
done
start
failed=0
for format in jpg png webp; do
	for view in avif w100.png; do
		name=$MNT/cut.$format@$view
		tried OK opath "$name"
		tried EIO stat "$name"
		tried EIO open "$name"
		failed=$((failed + 1))
		is "$(stat_of encode_failures)" "$failed" 'failed encodes'
		is "$(xattr "$name" state)" failed
		has "$(xattr "$name" error)" 'Input/output error: '
		tried OK read "$MNT/whole.$format@$view"
	done
	cmp "$SRC/cut.$format" "$MNT/cut.$format"
done
at_least "$(stat_of remembered_failures)" 6 'failures answered from memory'
is "$(grep -c 'cut\.' "$MNT/.lensfs/errors")" 6 'lines in errors'
is "$(grep -c 'cut\..*EIO' "$LOG")" 6 'lines in the log'

# Mended, it has its view, without a remount.
cp "$T/whole.jpg" "$SRC/cut.jpg"
mended() { [[ $(try read "$MNT/cut.jpg@avif") == OK ]]; }
await 5 mended
is "$(kind "$MNT/cut.jpg@avif")" image/avif
