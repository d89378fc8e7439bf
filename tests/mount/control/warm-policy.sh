#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl warm waits for what it makes where the mount would not wait, and by presets: what is made,
# what is missing and what fails is told as elsewhere, and a check begins nothing.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/sub" "$XDG_CONFIG_HOME/lensfs"
fake "$SRC/a.jpg" output=1000
fake "$SRC/sub/b c.jpg" output=2000
fake "$SRC/sub/bare" output=3000
fake "$SRC/broken.jpg" error=damaged
echo words >"$SRC/notes.txt"
# miss=POLICY, by the mount and by a preset.
configure() {
	printf '[mount]\nmiss = %s\nonly_presets = %s\n[view thumb]\ntokens = webp-w20\nmiss = %s\n' \
		"$1" "$2" "$3" >"$XDG_CONFIG_HOME/lensfs/a.conf"
}
warm() {
	local code=0
	(cd "$MNT" && timeout 60 "$LENSCTL" warm "${@:2}") >"$T/out" 2>"$T/err" || code=$?
	is "$code" "$1" "exit code of warm ${*:2} ($(cat "$T/out" "$T/err"))"
}
said() { for words; do has "$(cat "$T/out")" "$words"; done; }
told() { for words; do has "$(cat "$T/err")" "$words"; done; }

for policy in enoent original; do
	configure "$policy" no wait
	start_fake -c "$T/cache-$policy" workers=2
	warm 1 --check -v webp-w30 "$MNT"
	told '4 missing, 0 there' '1 no pictures'
	is "$(stat_of misses)" 0 "encodes begun by a check, $policy"
	mv "$T/out" "$T/list"
	warm 1 --check - <"$T/list"
	is "$(stat_of misses)" 0 "encodes begun by a check of names, $policy"
	warm 1 -v webp-w30 .
	said '3 made' '1 failed' '1 no pictures'
	told 'broken.jpg@webp-w30' 'Input/output error'
	is "$(xattr "$MNT/sub/bare@webp-w30" state)" present
	warm 0 -v webp-w30 "$MNT/a.jpg" "sub/b c.jpg"
	said '0 made (0 B), 2 were there'
	stop
done

# Where only presets are views, they alone name one; and a policy of a preset is one.
configure wait yes enoent
start_fake -c "$T/cache-only"
warm 2 -v webp-w30 "$MNT"
told "'webp-w30' is no view" 'no preset'
is "$(stat_of misses)" 0 'encodes begun'
find "$MNT" -name '*.jpg' -printf '%p@thumb\n' -o -name bare -printf '%p@thumb.webp\n' >"$T/list"
warm 1 - <"$T/list"
said '3 made' '1 failed'
warm 1 -v thumb "$MNT"
said '0 made (0 B), 3 were there'
warm 0 --evict -v thumb "$MNT/sub"
said '2 variants dropped, 5000 bytes'
warm 0 --evict -v webp-w20 "$MNT/a.jpg"
said '1 variants dropped, 1000 bytes'
