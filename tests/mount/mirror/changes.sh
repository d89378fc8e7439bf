#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What changes in the source is seen through the mount, at the latest when the timeouts of one
# second have passed: new, grown, replaced, renamed and deleted files and folders.
. "$(dirname "$0")/../lib.sh"

echo one >"$SRC/file"
echo old >"$SRC/replaced"
mkdir "$SRC/folder"
echo in >"$SRC/folder/inner"
start
is "$(cat "$MNT/file" "$MNT/replaced" "$MNT/folder/inner")" $'one\nold\nin'
tried ENOENT stat "$MNT/new"

echo two >>"$SRC/file"
echo new >"$SRC/new"
echo other >"$T/other"
mv "$T/other" "$SRC/replaced"
mv "$SRC/folder" "$SRC/moved"
content_is() { [[ $(cat "$1" 2>/dev/null) == "$2" ]]; }
await 5 content_is "$MNT/file" $'one\ntwo'
await 5 content_is "$MNT/new" new
await 5 content_is "$MNT/replaced" other
await 5 content_is "$MNT/moved/inner" in
gone() { [[ $(try stat "$1") == ENOENT ]]; }
await 5 gone "$MNT/folder"
rm "$SRC/new"
await 5 gone "$MNT/new"
is "$(ls "$MNT")" $'file\nmoved\nreplaced' 'listing'
