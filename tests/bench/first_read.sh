#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# How long the first read of a variant takes: `@w800-webp-q75` of 60 photographs, none of them in
# the cache, against the same work without a mount:
#
#	process   lensfs-encoder's own engine in one process that is initialised already, as many
#	          jobs at once as readers (bench/first-read.c)
#	mount     readers of a mount with an empty cache folder
#	thumbnail `vipsthumbnail`, one call a picture, as many at once as readers
#	batch     `vipsthumbnail` with its share of the pictures in one call each
#
# once with as many readers as processors and once with one reader, in order. Sources are in the
# page cache. Every figure is a median of $ROUNDS rounds in which all take turns, all at the
# niceness that encoders have, so that they share a machine that is not idle alike. The last
# line says how busy the processors were while the mount had its readers, by /proc/stat: all
# that runs on the machine counts, so it means something where the load before was small.
#
# The photographs are those of $LENSFS_PHOTOS, or made: twelve pictures of 4 to 12 megapixels
# with detail at every scale (make-picture, pattern=photo), each five times with another tail,
# so that no two have the same content.
#
# usage: LENSFS_BUILD=build tests/bench/first_read.sh     ($ROUNDS, $PHOTOS)
. "$(dirname "$0")/../mount/lib.sh"

need vipsthumbnail
: "${LENSFS_BUILD:?names no build folder}" "${ROUNDS:=5}" "${PHOTOS:=60}"
VIEW=w800-webp-q75
tool=$LENSFS_BUILD/tests/bench/first-read
processors=$(nproc)
polite=(nice -n 10 chrt -b 0)
mkdir "$T/out"
export TMPDIR=$T/out

# --- Photographs ---------------------------------------------------------------------------

make_photos() {
	local sizes=(2400x1800 2800x2100 3000x2000 3264x2448 3648x2736 4000x3000) i
	for i in $(seq 0 11); do
		echo "$T/photo.$i.jpg[Q=90]" "${sizes[i % 6]}" pattern=photo "seed=$i"
	done | xargs -P "$processors" -n 4 make-picture
	for ((i = 0; i < PHOTOS; i++)); do
		{ cat "$T/photo.$((i % 12)).jpg"; echo "$i"; } >"$SRC/$i.jpg"
	done
	rm "$T"/photo.*.jpg
}
if [[ -n ${LENSFS_PHOTOS:-} ]]; then
	find "$LENSFS_PHOTOS" -maxdepth 1 -type f -size -40M | sort | while read -r path; do
		case $(kind "$path") in image/jpeg | image/webp | image/png) cp "$path" "$SRC/" ;; esac
	done
	# The engine refuses what is over 100 megapixels, and so no peer shall have it.
	photos="from $LENSFS_PHOTOS"
else
	make_photos
	photos='made'
fi
find "$SRC" -type f | sort -V | sed "${PHOTOS}q" >"$T/list"
sed "s,^$SRC/,$MNT/," "$T/list" >"$T/list.mount"
count=$(wc -l <"$T/list")
at_least "$count" "$processors" 'photographs'

# --- Ways ----------------------------------------------------------------------------------

seconds_of() {
	local start=$EPOCHREALTIME
	"$@" >/dev/null || return 1
	awk "BEGIN { print $EPOCHREALTIME - $start }"
}
run_process() { "${polite[@]}" "$tool" encode "$1" "$VIEW" <"$T/list"; }
thumbnails() { # READERS PICTURES-A-CALL
	# shellcheck disable=SC2016 # for vipsthumbnail
	"${polite[@]}" xargs -P "$1" -n "$2" vipsthumbnail --size '800x>' \
		--output "$T/out/%s.webp[Q=75,effort=4,strip]" <"$T/list"
}
run_thumbnail() { seconds_of thumbnails "$1" 1; }
run_batch() { seconds_of thumbnails "$1" $(((count + $1 - 1) / $1)); }
processor_ticks() { awk '/^cpu / { print $2+$3+$4+$6+$7+$8+$9, $5 }' /proc/stat; }
run_mount() { # READERS; notes how busy the processors were
	local before after
	rm -rf "$CACHE"
	start
	read -ra before < <(processor_ticks)
	"$tool" read "$1" "@$VIEW" <"$T/list.mount"
	read -ra after < <(processor_ticks)
	echo $((100 * (after[0] - before[0]) / (after[0] + after[1] - before[0] - before[1]))) \
		>>"$T/busy.$1"
	is "$(stat_of encodes)" "$count" 'encodes'
	stop
}

# --- The table -----------------------------------------------------------------------------

median() { sort -g "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
measure() { # READERS
	local round way
	for ((round = 0; round < ROUNDS; round++)); do
		for way in process mount thumbnail batch; do "run_$way" "$1" >>"$T/$1.$way"; done
	done
}
row() { # READERS
	awk -v readers="$1" -v n="$count" -v p="$(median "$T/$1.process")" \
		-v m="$(median "$T/$1.mount")" -v t="$(median "$T/$1.thumbnail")" \
		-v b="$(median "$T/$1.batch")" 'BEGIN {
		printf "%-8d %9.2f s %6.2f %9.2f %9.2f | %+9.2f %10.2f %9.2f\n", readers, p, m / p,
			t / p, b / p, (m - p) / n * 1000, t / m, b / m }'
}

printf '%d photographs (%s), %d processors, load before %s\n' "$count" "$photos" "$processors" \
	"$(cut -d' ' -f1-3 /proc/loadavg)"
measure "$processors" >&2
((processors == 1)) || measure 1 >&2
printf '%-8s %11s %6s %9s %9s | %9s %10s %9s\n' readers process mount thumbnail batch \
	'ms/photo' 'thumbnail/' 'batch/' '' '' 'ratios:' '' '' 'extra' 'mount' 'mount'
row "$processors"
((processors == 1)) || row 1
printf 'processors busy while the mount had %d readers: %d %% (%s)\n' "$processors" \
	"$(median "$T/busy.$processors")" "$(vipsthumbnail --version)"
