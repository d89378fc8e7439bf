#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl check-config refuses what a mount would, in the same words, and nothing else.
. "$(dirname "$0")/../lib.sh"

conf=$T/one.conf own=$XDG_CONFIG_HOME/lensfs
check() {
	local code=0
	timeout 20 "$LENSCTL" check-config "${@:2}" >"$T/out" 2>"$T/err" || code=$?
	is "$code" "$1" "exit code of check-config ${*:2} ($(cat "$T/out" "$T/err"))"
}
# What is wrong: told by lensctl, and by a mount that then does not start.
refuses() {
	printf '%b' "$2" >"$conf"
	check 9 "$conf"
	IFS='|' read -ra all <<<"$1"
	for words in "${all[@]}"; do has "$(cat "$T/err")" "$words"; done
	is "$(cat "$T/out")" '' 'what is told beside the reason'
	refused 9 "$(sed 's/^lensctl: //' "$T/err")" -o "cache=$CACHE,config=$conf" "$SRC" "$MNT"
}
refuses "$conf:2:|no key 'tokns'" '[view thumb]\ntokns = webp\n'
refuses "$conf:3:|no section [mounts]" '\n\n[mounts]\n'
refuses "$conf:2:|nonsense" '[view thumb]\ntokens = webp-nonsense\n'
refuses "$conf:2:|none.png|No such file" '[watermark a]\nfile = none.png\n'
refuses "$conf:2:|'miss'|never" '[mount]\nmiss = never\n'
check 9 "$T/none.conf"
has "$(cat "$T/err")" "$T/none.conf': No such file"
check 2 "$conf" "$conf"

# Those of the usual folders, in their order.
mkdir -p "$own"
picture "$own/logo.png" 8x8
printf '[view thumb]\ntokens = webp-w20\n[watermark logo]\nfile = logo.png\n' >"$own/20-b.conf"
printf '[mount]\nmiss = enoent\n[view thumb]\ntokens = avif\n' >"$own/10-a.conf"
echo nonsense >"$own/not.read"
check 0
is "$(grep "^$own/" "$T/out" | paste -sd' ')" "$own/10-a.conf $own/20-b.conf" 'files that are read'
has "$(cat "$T/out")" 'nothing is wrong: 1 preset, 1 watermark'
check 0 --print
cp "$T/out" "$T/whole.conf"
start
is "$(grep -v ^cache_free "$T/whole.conf")" "$(grep -v ^cache_free "$MNT/.lensfs/config")" 'what is printed'
stop
if command -v jq >/dev/null; then
	check 0 --json
	is "$(jq -c '[.ok, .presets, .watermarks, .files[-1]]' "$T/out")" "[true,1,1,\"$own/20-b.conf\"]"
	echo '[mount' >"$own/30-c.conf"
	check 9 --json
	has "$(jq -r 'select(.ok == false).reason' "$T/out")" "$own/30-c.conf:1:"
	rm "$own/30-c.conf"
fi

# A file named stands alone.
printf '[view other]\ntokens = jpeg\n' >"$conf"
check 0 "$conf"
is "$(head -n 1 "$T/out")" "$conf"
has "$(cat "$T/out")" '1 preset, 0 watermarks'
if ! compgen -G '/etc/lensfs/*.conf' >/dev/null; then
	rm "$own"/*.conf
	check 0
	has "$(cat "$T/out")" "there is no *.conf in '/etc/lensfs' or '$own'"
fi
