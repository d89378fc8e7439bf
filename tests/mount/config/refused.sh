#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A configuration that cannot be used is told with file and line, and nothing is mounted.
. "$(dirname "$0")/../lib.sh"

conf=$T/one.conf
refuses() {
	printf '%b' "$2" >"$conf"
	refused 9 "$1" -o "cache=$CACHE,config=$conf" "$SRC" "$MNT"
	never mounted "$MNT"
}
refuses "$conf:2:|no key 'tokns'" '[view thumb]\ntokns = webp\n'
refuses "$conf:3:|no section [mounts]" '\n\n[mounts]\n'
refuses "$conf:2:|nonsense" '[view thumb]\ntokens = webp-nonsense\n'
refuses "$conf:2:|none.png|No such file" '[watermark a]\nfile = none.png\n'
refuses "$conf:1:|in no section" 'miss = wait\n'
rm "$conf"
refused 9 "$conf|No such file" -o "cache=$CACHE,config=$conf" "$SRC" "$MNT"
mkdir -p "$XDG_CONFIG_HOME/lensfs"
echo '[mount' >"$XDG_CONFIG_HOME/lensfs/a.conf"
refused 9 "lensfs/a.conf:1:" -o "cache=$CACHE" "$SRC" "$MNT"
refused 2 'miss=POLICY|never' -o "cache=$CACHE,miss=never" "$SRC" "$MNT"
refused 2 'only_presets=yes|no|perhaps' -o "cache=$CACHE,only_presets=perhaps" "$SRC" "$MNT"
has "$("$LENSFS" --help)" 'config=FILE'
has "$("$LENSFS" --help)" 'miss=POLICY'
