#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An encoder program that is missing, cannot be run, or is no encoder: code 7, the path, and the
# option that names another.
. "$(dirname "$0")/../lib.sh"

echo 'not a program' >"$T/text"
cp "$T/text" "$T/runnable"
chmod +x "$T/runnable"
refused 7 "$T/missing|No such file|-o encoder=FILE" -f -o "cache=$CACHE,encoder=$T/missing" "$SRC" "$MNT"
refused 7 "$T/missing|No such file|-o encoder=FILE" -o "cache=$CACHE,encoder=$T/missing" "$SRC" "$MNT"
refused 7 "$T/text|Permission denied|-o encoder=FILE" -f -o "cache=$CACHE,encoder=$T/text" "$SRC" "$MNT"
refused 7 "$T/runnable|-o encoder=FILE" -f -o "cache=$CACHE,encoder=$T/runnable" "$SRC" "$MNT"
refused 7 "/true|-o encoder=FILE" -f -o "cache=$CACHE,encoder=$(type -P true)" "$SRC" "$MNT"
never mounted "$MNT"
