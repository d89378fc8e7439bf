#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A source that is missing, a file, or not for us to read: code 4 and the path.
. "$(dirname "$0")/../lib.sh"

: >"$T/file"
refused 4 "$T/missing|No such file" -f -o "cache=$CACHE" "$T/missing" "$MNT"
refused 4 "$T/missing|No such file" -o "cache=$CACHE" "$T/missing" "$MNT"
refused 4 "$T/file|Not a directory" -f -o "cache=$CACHE" "$T/file" "$MNT"
# One that may not be looked into would be an empty mount.
if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then
	mkdir -m 700 "$T/private"
	mkdir "$T/nobodys" "$CACHE"
	chmod 755 "$T"
	chown 65534:65534 "$T/nobodys" "$CACHE"
	cp "$LENSFS" "$T/lensfs"
	code=0
	message=$(setpriv --reuid=65534 --regid=65534 --clear-groups timeout 20 "$T/lensfs" -f -o "cache=$CACHE" "$T/private" "$T/nobodys" 2>&1) || code=$?
	is "$code" 4 "exit code for a folder of others ($message)"
	has "$message" "'$T/private': Permission denied"
fi
never mounted "$MNT"
