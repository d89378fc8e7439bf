#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Nothing outside the source is reached: not by a folder that became a symlink, and a view does
# not follow one.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/in" "$T/outside"
picture "$T/outside/secret.jpg" 64x64
picture "$SRC/in/secret.jpg" 32x32
start
cmp "$SRC/in/secret.jpg" "$MNT/in/secret.jpg"
cd "$MNT/in"
rm -r "$SRC/in"
ln -s "$T/outside" "$SRC/in"
outcome=$(try read "$MNT/in/secret.jpg")
# Through the link, which is the reader's own doing, the file is outside the mount.
[[ $outcome == OK || $outcome == ENOENT || $outcome == ESTALE ]] || fail "$outcome"
refused_soon() { [[ $(try read secret.jpg) == @(ESTALE|ENOENT) ]]; }
await 5 refused_soon
refused_soon() { [[ $(try open secret.jpg@webp) == @(ESTALE|ENOENT) ]]; }
await 5 refused_soon
cd "$T"
