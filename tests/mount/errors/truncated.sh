#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A picture that ends too early is damaged, not half a picture: the header alone is right.
. "$(dirname "$0")/../lib.sh"

for format in jpg png webp gif tif; do
	picture "$T/whole.$format" 400x300 pattern=noise
	head -c $(($(stat -c %s "$T/whole.$format") * 6 / 10)) "$T/whole.$format" >"$SRC/cut.$format"
done
start
for format in jpg png webp gif tif; do
	tried EIO read "$MNT/cut.$format@webp-q50"
	tried EIO read "$MNT/cut.$format@webp-q50-w50"
done
is "$(stat_of encodes)" 0 'encodes'
