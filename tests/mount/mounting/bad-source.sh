#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A source that is missing, a file, or not for us to read: code 4 and the path.
. "$(dirname "$0")/../lib.sh"

: >"$T/file"
refused 4 "$T/missing|No such file" -f -o "cache=$CACHE" "$T/missing" "$MNT"
refused 4 "$T/missing|No such file" -o "cache=$CACHE" "$T/missing" "$MNT"
refused 4 "$T/file|Not a directory" -f -o "cache=$CACHE" "$T/file" "$MNT"
never mounted "$MNT"
