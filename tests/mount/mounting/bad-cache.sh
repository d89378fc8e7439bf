#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A cache folder that cannot be used: code 6, the path, and the option that names another.
. "$(dirname "$0")/../lib.sh"

: >"$T/file"
refused 6 "$T/file|-o cache=DIR" -f -o "cache=$T/file" "$SRC" "$MNT"
refused 6 "$T/file/below|-o cache=DIR" -f -o "cache=$T/file/below" "$SRC" "$MNT"
refused 6 "/proc/lensfs|-o cache=DIR" -f -o "cache=/proc/lensfs" "$SRC" "$MNT"
refused 6 "$MNT/cache|below the mountpoint|-o cache=DIR" -f -o "cache=$MNT/cache" "$SRC" "$MNT"
refused 6 "$MNT|below the mountpoint|-o cache=DIR" -o "cache=$MNT/a/b/c" "$SRC" "$MNT"
refused 6 "$SRC/cache|below the mountpoint" -f -o "cache=$SRC/cache" "$SRC" "$SRC"
if [[ $(id -u) == 0 ]] && mkdir "$T/ro" && mount -t tmpfs -o ro none "$T/ro"; then
	at_end umount "$T/ro"
	refused 6 "$T/ro/cache|Read-only|-o cache=DIR" -f -o "cache=$T/ro/cache" "$SRC" "$MNT"
	refused 6 "$T/ro|Read-only|-o cache=DIR" -o "cache=$T/ro" "$SRC" "$MNT"
fi
never mounted "$MNT"
