#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# How fast a mirror and warm variants are, against the plain folder and against other FUSE file
# systems, in one run on one machine:
#
#	disk      the source folder itself (for variants: a folder with the same bytes)
#	lensfs    a mount of it
#	ll        libfuse's example passthrough_ll, from Debian's libfuse3-dev, with its cache on
#	bindfs    Debian's bindfs
#
# Every figure is a median of $ROUNDS rounds in which all peers take turns; the table shows the
# figure of the disk, and each peer as a ratio to it (for rates and for times alike: more than 1
# is more, so a time of 1.2 is slower and a rate of 1.2 is faster).
#
# usage: LENSFS_BUILD=build tests/bench/peers.sh     (root; $FILES, $BIG_MB, $ROUNDS, $ONLY)
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
: "${LENSFS_BUILD:?names no build folder}" "${FILES:=100000}" "${BIG_MB:=1024}" "${ROUNDS:=5}"
: "${ONLY:=rate nginx tree stat stream memory}"
T=$(mktemp -d "${TMPDIR:-/tmp}/lensfs-bench.XXXXXX")
peers=(disk lensfs)

end() {
	local mnt
	[[ -e $T/nginx.pid ]] && kill "$(cat "$T/nginx.pid")" 2>/dev/null
	for mnt in lensfs ll bindfs; do
		mountpoint -q "$T/$mnt" && fusermount3 -uz "$T/$mnt"
	done
	rm -rf "$T"
}
trap end EXIT
say() { printf '%s\n' "$*" >&2; }
only() { [[ " $ONLY " == *" $1 "* ]]; }
have() { [[ " ${peers[*]} " == *" $1 "* ]]; }

# --- What is measured ----------------------------------------------------------------------

say "making $FILES files, 200 pictures and $BIG_MB MB in $T"
cc -O2 -D_GNU_SOURCE -o "$T/rate-tool" "$here/rate.c"
cc -O2 -D_GNU_SOURCE -o "$T/stream-tool" "$here/stream.c"
mkdir -p "$T"/{disk/tree,disk/pictures,disk/variants,lensfs,ll,bindfs}
for ((i = 0; i < FILES; i++)); do
	((i % 500)) || mkdir -p "$T/disk/tree/d$((i / 500))"
	: >"$T/disk/tree/d$((i / 500))/f$i"
done
for ((i = 0; i < 200; i++)); do
	"$LENSFS_BUILD/tests/mount/make-picture" "$T/disk/pictures/p$i.jpg" $((100 + i * 3 / 2))x$((120 + i * 3 / 2)) \
		pattern=noise seed=$i
done
dd if=/dev/urandom of="$T/disk/big" bs=1M count="$BIG_MB" status=none

# --- Mounts --------------------------------------------------------------------------------

mount_lensfs() {
	"$LENSFS_BUILD/src/cli/lensfs" -o "cache=$T/cache,cache_size=10g,allow_other" "$T/disk" \
		"$T/lensfs"
}
mount_ll() { "$T/passthrough_ll" -o "source=$T/disk,cache=always,timeout=86400,allow_other" "$T/ll"; }
mount_bindfs() { bindfs -r "$T/disk" "$T/bindfs"; }
remount() {
	[[ $1 == disk ]] && return
	mountpoint -q "$T/$1" && fusermount3 -u "$T/$1"
	"mount_$1"
}

example=/usr/share/doc/libfuse3-dev/examples/passthrough_ll.c
read -ra fuse_flags < <(pkg-config --cflags --libs fuse3)
if [[ -e $example ]] && cc -O2 -D_GNU_SOURCE -I"$(dirname $example)" -o "$T/passthrough_ll" "$example" \
	"${fuse_flags[@]}" 2>"$T/ll.log"; then
	peers+=(ll)
else
	say "no passthrough_ll: $example is missing or does not build"
fi
if command -v bindfs >/dev/null; then peers+=(bindfs); else say "no bindfs"; fi
for peer in "${peers[@]}"; do remount "$peer"; done
# The same bytes as plain files, for the disk's side of the variants.
for ((i = 0; i < 200; i++)); do
	cp "$T/lensfs/pictures/p$i.jpg@webp-w250" "$T/disk/variants/p$i.webp"
done

# --- The table -----------------------------------------------------------------------------

median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# row WHAT UNIT: of the files $T/m.PEER, one figure a line.
row() {
	local base peer value
	base=$(median <"$T/m.disk")
	printf '%-44s %10s %-7s' "$1" "$base" "$2"
	for peer in "${peers[@]:1}"; do
		if [[ -s $T/m.$peer ]]; then
			value=$(median <"$T/m.$peer")
			printf ' %8s' "$(awk "BEGIN { printf \"%.2f\", $value / $base }")"
		else
			printf ' %8s' -
		fi
	done
	printf '\n'
	rm -f "$T"/m.*
}
# turns COMMAND…: for each round and peer, what COMMAND prints with PEER appended. A peer that
# cannot do it (passthrough_ll has a descriptor per file, and ends at the limit) gets a dash.
turns() {
	local round peer
	for ((round = 0; round < ROUNDS; round++)); do
		for peer in "${peers[@]}"; do
			"$@" "$peer" >>"$T/m.$peer" 2>>"$T/errors" || : >"$T/failed.$peer"
		done
	done
	for peer in "${peers[@]}"; do
		[[ ! -e $T/failed.$peer ]] || rm -f "$T/m.$peer" "$T/failed.$peer"
	done
}
seconds_of() {
	local start=$EPOCHREALTIME
	"$@" >/dev/null || return 1
	awk "BEGIN { print $EPOCHREALTIME - $start }"
}
drop_caches() { sync; echo 3 >/proc/sys/vm/drop_caches; }

printf '%-44s %10s %-7s' '' disk ''
printf ' %8s' "${peers[@]:1}"
printf '\n'

# --- Opening and reading small files ---------------------------------------------------------

rates() {
	local lists=() peer
	for peer in "$@"; do lists+=("$T/list.$peer"); done
	"$T/rate-tool" "$ROUNDS" "${lists[@]}" >"$T/rates"
	for peer in "$@"; do
		awk -v list="$T/list.$peer" '$1 == list { print $2 }' "$T/rates" >"$T/m.$peer"
	done
}
if only rate; then
	for peer in "${peers[@]}"; do find "$T/$peer/variants" -type f >"$T/list.$peer"; done
	find "$T/disk/pictures" -type f -printf "$T/lensfs/pictures/%f@webp-w250\n" >"$T/list.lensfs"
	rates disk lensfs
	row 'warm variant: open, fstat, read, close' 'files/s'
	for peer in "${peers[@]}"; do find "$T/$peer/pictures" -type f >"$T/list.$peer"; done
	rates "${peers[@]}"
	row 'warm small file: open, fstat, read, close' 'files/s'
fi

# --- nginx -----------------------------------------------------------------------------------

if only nginx && command -v nginx >/dev/null && command -v wrk >/dev/null; then
	cat >"$T/nginx.conf" <<-CONF
		user root; worker_processes 1; pid $T/nginx.pid; error_log $T/nginx.log;
		events { worker_connections 256; }
		http { access_log off; sendfile on; keepalive_requests 1000000;
		       types { image/webp webp; } server { listen 127.0.0.1:18080; root $T; } }
	CONF
	cat >"$T/paths.lua" <<-'LUA'
		local i = 0
		function request()
			i = (i + 1) % 200
			return wrk.format("GET", (prefix:gsub("%%", i)))
		end
		function init(args) prefix = args[1] end
	LUA
	nginx -c "$T/nginx.conf" -p "$T"
	wrk_rate() {
		local path="/$1/variants/p%.webp"
		[[ $1 == lensfs ]] && path='/lensfs/pictures/p%.jpg@webp-w250.webp'
		wrk -t1 -c16 -d3s -s "$T/paths.lua" "http://127.0.0.1:18080" -- "$path" |
			awk '/Requests\/sec/ { print $2 } /Non-2xx/ { exit 1 }'
	}
	for peer in "${peers[@]}"; do wrk_rate "$peer" >/dev/null; done
	turns wrk_rate
	row 'nginx, sendfile, 16 connections' 'req/s'
	kill "$(cat "$T/nginx.pid")"
fi

# --- Trees -----------------------------------------------------------------------------------

find_seconds() { seconds_of find "$T/$1/tree" -size 1; }
ls_seconds() { seconds_of ls -lR "$T/$1/tree"; }
cold() { # COMMAND PEER
	drop_caches
	remount "$2"
	"$1" "$2"
}
if only tree; then
	turns cold find_seconds
	row "cold find -size over $FILES files" seconds
	for peer in "${peers[@]}"; do
		find_seconds "$peer" >/dev/null 2>&1 || true
		ls_seconds "$peer" >/dev/null 2>&1 || true
	done
	turns find_seconds
	row "warm find -size over $FILES files" seconds
	turns ls_seconds
	row "warm ls -lR over $FILES files" seconds
fi
if only stat; then
	for peer in "${peers[@]}"; do
		find "$T/$peer/tree" -type f 2>/dev/null | awk "NR <= 10000" >"$T/list.$peer" || true
		"$T/stream-tool" stat 1 "$T/list.$peer" >/dev/null
	done
	stat_rate() { "$T/stream-tool" stat 1 "$T/list.$1"; }
	turns stat_rate
	row 'stat storm, 10000 files' 'k/s'
fi

# --- One large file --------------------------------------------------------------------------

sequential() { "$T/stream-tool" seq "$T/$1/big"; }
random_reads() { "$T/stream-tool" random "$T/$1/big" 2; }
# The peer's own pages go, those of the disk stay: what is measured is the way to the kernel.
without_pages() { # COMMAND PEER
	remount "$2"
	cat "$T/disk/big" >/dev/null
	"$1" "$2"
}
if only stream; then
	turns without_pages sequential
	row "first sequential read of $BIG_MB MB, disk warm" MB/s
	turns sequential
	row "second sequential read" MB/s
	turns without_pages random_reads
	row 'random 4k reads, disk warm' k/s
	for peer in "${peers[@]}"; do sequential "$peer" >/dev/null; done
	turns random_reads
	row 'random 4k reads, warm' k/s
fi

# --- Memory ----------------------------------------------------------------------------------

if only memory; then
	remount lensfs
	pid=$(pgrep -n -f "^$LENSFS_BUILD/src/cli/lensfs .*$T/lensfs" || pgrep -n -x lensfs)
	rss() { awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; }
	before=$(rss)
	find "$T/lensfs/tree" -size 1 >/dev/null
	after=$(rss)
	printf '%-44s %10d %-7s  (%d kB before)\n' "lensfs after find over $FILES files" \
		"$(((after - before) * 1024 / FILES))" "B/file" "$before"
fi
