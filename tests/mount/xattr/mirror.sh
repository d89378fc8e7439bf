#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The source's own user.* attributes are mirrored, with their names and values; other
# namespaces are not there.
. "$(dirname "$0")/../lib.sh"

need setfattr getfattr
picture "$SRC/a.jpg" 64x48
mkdir "$SRC/folder"
setfattr -n user.title -v 'a picture' "$SRC/a.jpg" || skip 'no user attributes on this file system'
setfattr -n user.rating -v 5 "$SRC/a.jpg"
setfattr -n user.title -v 'a folder' "$SRC/folder"
start
listed() { (cd "$1" && getfattr -d -m - a.jpg folder); }
is "$(listed "$MNT")" "$(listed "$SRC" | grep -v '^security\.')"
is "$(getfattr --only-values -n user.rating "$MNT/a.jpg" 2>/dev/null)" 5
setfattr -n user.rating -v 6 "$SRC/a.jpg"
is "$(getfattr --only-values -n user.rating "$MNT/a.jpg" 2>/dev/null)" 6
setfattr -x user.rating "$SRC/a.jpg"
tried ENODATA getxattr "$MNT/a.jpg" user.rating
tried EOPNOTSUPP getxattr "$MNT/a.jpg" security.selinux
tried EOPNOTSUPP getxattr "$MNT/a.jpg" trusted.anything
# Views have their own, and none of the source's.
tried ENODATA getxattr "$MNT/a.jpg@webp" user.title
# As long as ext4 takes beside the others.
setfattr -n user.long -v "$(head -c 3000 /dev/zero | tr '\0' v)" "$SRC/a.jpg"
is "$(getfattr --only-values -n user.long "$MNT/a.jpg" 2>/dev/null | wc -c)" 3000
