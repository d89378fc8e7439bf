#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every example in the manual pages does what it is there for, as it stands there: /srv/photos and
# /mnt/photos are the source and the mount of this case, and other folders lie in its own.
. "$(dirname "$0")/../lib.sh"
need jq getfattr fusermount3

pages=$(cd "$(dirname "$0")/../../../contrib/man" && pwd)
mkdir "$T/bin" "$T/tmp" "$T/node_exporter"
# As it is installed, but for the cache folder, which the default would have for ever.
printf '#!/bin/sh\nexec "%s" -o cache=%s "$@"\n' "$LENSFS" "$T/cache-of-examples" >"$T/bin/lensfs"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$LENSCTL" >"$T/bin/lensctl"
chmod +x "$T/bin"/*
PATH=$T/bin:$PATH

# blocks PAGE: the lines of its literal blocks, with what scdoc makes of a backslash.
blocks() {
	awk '/^```$/ { in_block = !in_block; next } in_block' "$pages/$1.scd" |
		sed -e 's/\\\\/\\/g' -e "s,/tmp/,$T/tmp/,g; s,/srv/photos,$SRC,g" \
			-e "s,/mnt/photos,$MNT,g; s,/var/cache/photos,$T/cache-of-photos,g" \
			-e "s,/var/lib/node_exporter,$T/node_exporter,g"
}
# run PAGE: its commands, in their order.
run() {
	local n=0 command
	blocks "$1" | sed -n 's/^\$ //p' >"$T/commands"
	while read -r command; do
		timeout 60 bash -euo pipefail -c "$command" </dev/null >"$T/out" 2>&1 ||
			fail "$1: '$command' ends with $?: $(cat "$T/out")"
		n=$((n + 1))
	done <"$T/commands"
	at_least "$n" 3 "examples of $1"
}

picture "$SRC/beach.jpg" 640x480
picture "$SRC/harbour.png" 320x200
mkdir -p "$XDG_CONFIG_HOME/lensfs"
picture "$XDG_CONFIG_HOME/lensfs/brand.png" 40x20
blocks lensfs.conf.5 | grep -v '^\$ ' >"$XDG_CONFIG_HOME/lensfs/example.conf"

if [[ $(id -u) == 0 ]] || grep -qx user_allow_other /etc/fuse.conf 2>/dev/null; then
	run lensfs.1
	is "$(kind "$T/tmp/beach.jpg@w800-webp.webp")" image/webp
	is "$(kind "$T/tmp/small/harbour.png.webp")" image/webp
	never mounted "$MNT"
fi
if [[ $(id -u) == 0 ]] && command -v mount.fuse3 >/dev/null; then
	# As mount(8) calls its helper, which would not look for programs in our folder.
	blocks lensfs.1 | grep ' fuse.lensfs ' | while read -r source mountpoint type options _; do
		mount.fuse3 "$source" "$mountpoint" -o "rw,$options" -t "$type"
	done
	is "$(kind "$MNT/beach.jpg@webp")" image/webp
	fusermount3 -u "$MNT"
fi

start
run lensfs.conf.5
is "$(xattr "$MNT/beach.jpg@w800-wm_brand" state)" absent
run lensctl.1
is "$(xattr "$MNT/harbour.png@w1600-jpeg" state) $(xattr "$MNT/beach.jpg@w200-webp" state)" 'present present'
grep -q '^lensfs_up{' "$T/node_exporter/photos.prom"
run lensfs-views.7
at_most "$(stat -c %s "$T/tmp/beach.jpg@w800-max30k-jpeg.jpg")" 30000
is "$(kind "$T/tmp/site/beach.jpg")" image/webp
