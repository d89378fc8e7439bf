#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Thousands of files, and few descriptors for the daemon: everything is listed and read, and
# nobody ever sees EMFILE.
. "$(dirname "$0")/../lib.sh"

mkdir "$SRC/flat" "$SRC/deep"
for i in {10001..15000}; do echo "$i" >"$SRC/flat/file.$i"; done
for i in $(seq 400); do
	mkdir "$SRC/deep/$i"
	echo "$i" >"$SRC/deep/$i/file"
done
picture "$SRC/a.jpg" 64x48
fake "$SRC/fake.jpg" sleep=20ms output=3000
start_fake -w 'prlimit --nofile=256:256'
is "$(ls -lR "$MNT" | wc -l)" "$(ls -lR "$SRC" | wc -l)" 'lines of ls -lR'
(cd "$MNT" && find . -type f -print0 | sort -z | xargs -0 cat) | cksum >"$T/mount.sum"
(cd "$SRC" && find . -type f -print0 | sort -z | xargs -0 cat) | cksum >"$T/source.sum"
cmp "$T/mount.sum" "$T/source.sum"

# As many files open at once as the reader may have, and as many readers waiting for encodes.
(ulimit -n 2048 && tail -q -n1 "$MNT"/flat/file.11[0-9][0-9][0-9] >/dev/null)
readers=()
for q in $(seq 1 100); do
	cat "$MNT/fake.jpg@webp-q$q" >"$T/out.$q" &
	readers+=($!)
done
for reader in "${readers[@]}"; do wait "$reader"; done
is "$(stat -c %s "$T"/out.* | sort -u)" 3000 'sizes'
is "$(stat_of encodes)" 100 'encodes'
at_most "$(ls "/proc/$DAEMON/fd" | wc -l)" 256 'descriptors of the daemon'
