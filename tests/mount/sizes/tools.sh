#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every tool sees the exact size and bytes of a name that nobody has read yet. The references are
# what a second mount, with a cache of its own, gives at a second reading; the fake encoder's
# sizes are known beforehand, the real one's are not.
. "$(dirname "$0")/../lib.sh"
need rsync

TOOLS=(cat cp dd wc rsync tar cmp head stat ls ends mmap sendfile splice)
size=1234567

# Each writes the bytes of $1 to $2, or what it found out about their number.
use_cat() { cat "$1" >"$2"; }
use_cp() { cp "$1" "$2"; }
use_dd() { dd if="$1" of="$2" bs=64k status=none; }
use_wc() { is "$(wc -c <"$1")" "$3" 'wc -c'; }
use_rsync() { rsync -a "$1" "$2"; }
use_tar() { tar -C "${1%/*}" -c "${1##*/}" | tar -xO >"$2"; }
use_cmp() { cmp "$1" "$4"; }
use_head() { head -c 1000000000 "$1" >"$2"; }
use_stat() { is "$(stat -c %s "$1")" "$3" 'stat'; }
# shellcheck disable=SC2012
use_ls() { is "$(ls -l "$1" | awk '{print $5}')" "$3" 'ls -l'; }
use_ends() { is "$(probe ends "$1")" "$3 $3" 'SEEK_END and st_size'; }
use_mmap() { probe mmap "$1" "$3" >"$2"; }
use_sendfile() { probe sendfile "$1" >"$2"; }
use_splice() { probe splice "$1" | cat >"$2"; }

compare_all() {
	local q=50 source=$1 reference
	mkdir -p "$T/reference" "$T/out"
	for tool in "${TOOLS[@]}"; do
		q=$((q + 1))
		cat "$T/second/$source@webp-q$q" >/dev/null
		cat "$T/second/$source@webp-q$q" >"$T/reference/$tool"
	done
	q=50
	for tool in "${TOOLS[@]}"; do
		q=$((q + 1))
		reference=$T/reference/$tool
		"use_$tool" "$MNT/$source@webp-q$q" "$T/out/$tool" \
			"$(stat -c %s "$reference")" "$reference"
		[[ ! -e $T/out/$tool ]] || cmp "$T/out/$tool" "$reference"
		cmp "$MNT/$source@webp-q$q" "$reference"
	done
	is "$(stat_of encodes)" "${#TOOLS[@]}" encodes
	rm -r "$T/reference" "$T/out"
}

fake "$SRC/fake.jpg" sleep=50ms output=$size
start_fake -m "$T/second" -c "$T/second-cache"
is "$(wc -c <"$T/second/fake.jpg@png")" $size 'size of the fake'
start_fake
compare_all fake.jpg
stop
stop "$T/second"

picture "$SRC/real.jpg" 500x400 pattern=noise
start -m "$T/second" -c "$T/third-cache"
start -c "$T/fourth-cache"
compare_all real.jpg
