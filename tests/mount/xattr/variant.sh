#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What lensfs knows of a variant is answered by name and never listed. Asking as system.lensfs.*
# encodes nothing; as user.*, like any other read of the file, it may.
. "$(dirname "$0")/../lib.sh"

need getfattr
picture "$SRC/a.jpg" 640x480
mkdir "$SRC/sub"
head -c 300 "$SRC/a.jpg" >"$SRC/sub/damaged.jpg"
start
name=$MNT/a.jpg@w64-webp
is "$(xattr "$name" state)" absent
is "$(xattr "$name" mime_type)" image/webp
is "$(xattr "$name" view)" webp-q79-e4-w64
is "$(xattr "$name" source)" a.jpg
for unknown in size width height encode_ms error; do
	tried ENODATA getxattr "$MNT/a.jpg" "system.lensfs.$unknown"
	never xattr "$name" "$unknown" 2>/dev/null
done
is "$(stat_of misses)" 0 'jobs begun by looking'

is "$(getfattr --only-values -n user.mime_type "$name" 2>/dev/null)" image/webp
is "$(stat_of encodes)" 1 'encodes'
for twin in state=present width=64 height=48 view=webp-q79-e4-w64 source=a.jpg \
	"size=$(stat -c %s "$name")"; do
	is "$(xattr "$name" "${twin%=*}")" "${twin#*=}" "$twin"
	is "$(getfattr --only-values -n "user.lensfs.${twin%=*}" "$name" 2>/dev/null)" "${twin#*=}"
done
[[ $(xattr "$name" encode_ms) =~ ^[0-9]+$ ]]
[[ $(xattr "$name" key) =~ ^[0-9a-f]{32}$ ]]
tried ENODATA getxattr "$name" user.nonsense
tried EOPNOTSUPP getxattr "$name" security.capability
tried ENODATA getxattr "$name" system.lensfs.nonsense
is "$(getfattr -m - -d --absolute-names "$name")" '' 'what is listed'
is "$(getfattr -m - -d --absolute-names "$MNT/a.jpg")" '' 'what is listed of the source'
is "$(xattr "$MNT/a.jpg" state)" source

tried EIO open "$MNT/sub/damaged.jpg@webp"
is "$(xattr "$MNT/sub/damaged.jpg@webp" state)" failed
is "$(xattr "$MNT/sub/damaged.jpg@webp" source)" sub/damaged.jpg
has "$(xattr "$MNT/sub/damaged.jpg@webp" error)" 'Input/output error'
