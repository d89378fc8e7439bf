#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Any write is EROFS: to the mirror, to a view, to a folder, to the control files.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/folder" "$SRC/empty"
picture "$SRC/a.jpg" 64x48
echo words >"$SRC/folder/file"
before=$(cd "$SRC" && find . -printf '%p %m %U %T@ %C@ %s\n' | sort)
start
for file in a.jpg a.jpg@webp folder/file .lensfs/stats.json; do
	for call in write append truncate unlink chmod chown utimes; do
		tried EROFS "$call" "$MNT/$file"
	done
	tried EROFS setxattr "$MNT/$file" value
	tried EROFS removexattr "$MNT/$file" user.anything
	tried EROFS rename "$MNT/$file" "$MNT/new"
	tried EROFS link "$MNT/$file" "$MNT/new"
done
for call in creat mkdir mknod mksock; do
	tried EROFS "$call" "$MNT/new"
	tried EROFS "$call" "$MNT/folder/new"
done
tried EROFS symlink "$MNT/new" target
tried EROFS creat "$MNT/new.jpg@webp"
tried EROFS rmdir "$MNT/empty"
tried EROFS rename "$MNT/folder" "$MNT/new"
tried EROFS chmod "$MNT"
never cp "$SRC/a.jpg" "$MNT/b.jpg" 2>/dev/null
tried OK read "$MNT/a.jpg@webp"
is "$(cd "$SRC" && find . -printf '%p %m %U %T@ %C@ %s\n' | sort)" "$before" 'the source'
