#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A folder called .lensfs in the source is covered at the root, and mirrored anywhere else.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/.lensfs" "$SRC/sub/.lensfs"
echo top >"$SRC/.lensfs/mine"
echo below >"$SRC/sub/.lensfs/mine"
start
tried ENOENT stat "$MNT/.lensfs/mine"
tried OK read "$MNT/.lensfs/stats.json"
is "$(cat "$MNT/sub/.lensfs/mine")" below
is "$(ls -A "$MNT/sub")" .lensfs
