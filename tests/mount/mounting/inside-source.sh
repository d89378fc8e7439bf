#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# MOUNTPOINT inside SOURCE: a walk through the mount ends, shows an empty folder where the mount
# would meet itself, and nothing hangs; also several levels down, and after a restart.
. "$(dirname "$0")/../lib.sh"

mkdir -p "$SRC/a/b/mnt" "$SRC/a/c"
picture "$SRC/p.jpg" 64x48
cp "$SRC/p.jpg" "$SRC/a/b/q.jpg"
inner=$SRC/a/b/mnt
for _ in 1 2; do
	start -m "$inner"
	timeout 20 find "$inner" -printf '%P\n' | sort >"$T/found"
	is "$(tr '\n' ' ' <"$T/found")" ' a a/b a/b/mnt a/b/q.jpg a/c p.jpg ' 'what find found'
	timeout 20 ls -lR "$inner" >/dev/null
	timeout 20 rsync -a "$inner/" "$T/copied" || fail 'rsync'
	timeout 20 find "$SRC" -maxdepth 6 >/dev/null
	tried ENOENT stat "$inner/a/b/mnt/p.jpg"
	is "$(kind "$inner/a/b/q.jpg@webp")" image/webp
	stop "$inner"
done
