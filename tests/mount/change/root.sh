#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The root's own mode and times change with those of SOURCE, which no folder above it tells.
. "$(dirname "$0")/../lib.sh"

start
agrees() { [[ $(stat -c '%a %Y %Z' "$MNT") == "$(stat -c '%a %Y %Z' "$SRC")" ]]; }
for _ in 1 2; do
	ls "$MNT" >/dev/null
	agrees
	chmod 700 "$SRC"
	await 5 agrees
	touch -d 2001-02-03 "$SRC"
	await 5 agrees
	chmod 755 "$SRC"
	await 5 agrees
done
