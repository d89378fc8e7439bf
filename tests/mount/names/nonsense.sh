#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What does not parse completely is not there: no error but ENOENT, no encode.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/p.jpg" 40x30
start
for view in '' - webp- -webp webp--q75 nonsense webp-nonsense q0 q101 q q075 q-1 q1e2 w0 w h0 \
	w99999999999999999999 webp-webp webp-avif q75-q75 q75-q80 w1-w1 WEBP webp-Q75 \
	webp.avif webp-q75.jpg webp. webp.webp.webp .webp webp-q75.nonsense e e10 webp-lossless-x \
	'webp q75' 'webp,q75' 'webp-q75 ' webp@ @webp webp@webp @ @@ png-q75 lossless still-still; do
	tried ENOENT stat "$MNT/p.jpg@$view"
	tried ENOENT open "$MNT/p.jpg@$view"
done
for name in @ @@ @@@ @@webp @nonsense ..@webp .@webp missing.jpg@webp nothing@; do
	tried ENOENT stat "$MNT/$name"
done
is "$(stat_of encodes)" 0 'encodes'
is "$(stat_of misses)" 0 'misses'
tried OK stat "$MNT/p.jpg@webp"
