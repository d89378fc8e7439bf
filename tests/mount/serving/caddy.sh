#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# contrib/caddy: see serving_asks.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../serving.sh"
need caddy
ODD='a b%41é&"'"'+;#.jpg"

with_places caddy/lensfs.caddy >"$T/lensfs.caddy"
PORT=$(free_port)
cat >"$T/Caddyfile" <<END
{
	admin off
	auto_https off
	storage file_system $T/storage
}
http://127.0.0.1:$PORT {
	bind 127.0.0.1
	import lensfs.caddy
	file_server
}
END
REFUSALS='4..|500' # its answer to names with a NUL, and of over 255 bytes

# It takes names for patterns, and views are in no listing: then there is the original.
pattern_names() {
	local name
	for name in 'a*b.jpg' 'a?b.jpg' 'a[b].jpg' 'a\b.jpg'; do
		cp "$SRC/a.jpg" "$SRC/$name"
		gives 200 image/jpeg "/$(escaped "$name")"
		falls_back a.jpg "/$(escaped "$name")" "$MODERN"
		falls_back a.jpg "/$(escaped "$name")@webp"
	done
}
ASK_MORE=pattern_names serving_asks env HOME="$T" caddy run --config "$T/Caddyfile" --adapter caddyfile
