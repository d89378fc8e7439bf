#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# How long one `cp` takes that reads `@$VIEW` of 60 photographs in turn, none of them in the cache:
#
#	ahead   a mount with prefetch, as it is by default
#	alone   one with prefetch=off
#	sharp   the same pictures by sharp (npm) in one node that has begun already, two at a time, each
#	        with one thread (SHARP_CONCURRENCY=1): what a build script would do. Where there is
#	        no npm, or it cannot get sharp, it is left out. $SHARP names a folder that has sharp
#	        in its node_modules.
#	sharp2x the same with fastShrinkOnLoad: false: the JPEG is decoded at twice the size of the
#	        result or more, and resized from there, as lensfs and vipsthumbnail do. Without it sharp
#	        lets the JPEG decoder do nearly all of the resizing, and warns of moiré
#
# $ROUNDS rounds of these and of these backwards, so that a machine that becomes busier
# or idler is so for all; medians. "busy" is the processor time of lensfs and its encoders by that of
# all processors meanwhile (/proc/PID/stat): what others use of the machine does not count, but
# takes from it, so it means something where the load before was small. Sources are in the page
# cache. The libvips of both are printed: they are seldom the same.
#
# The photographs are those of $LENSFS_PHOTOS, or made as in bench/first_read.sh.
#
# usage: LENSFS_BUILD=build tests/bench/prefetch.sh     ($ROUNDS, $PHOTOS, $VIEW)
. "$(dirname "$0")/../mount/lib.sh"

: "${LENSFS_BUILD:?names no build folder}" "${ROUNDS:=2}" "${PHOTOS:=60}" "${VIEW:=w800-webp-q75}"
processors=$(nproc)
ticks_per_second=$(getconf CLK_TCK)
mkdir "$T/out"

# --- Photographs ---------------------------------------------------------------------------

make_photos() {
	local sizes=(2400x1800 2800x2100 3000x2000 3264x2448 3648x2736 4000x3000) i
	for i in $(seq 0 11); do
		echo "$T/photo.$i.jpg[Q=90]" "${sizes[i % 6]}" pattern=photo "seed=$i"
	done | xargs -P "$processors" -n 4 make-picture
	for ((i = 0; i < PHOTOS; i++)); do
		{ cat "$T/photo.$((i % 12)).jpg"; echo "$i"; } >"$SRC/$(printf %04d "$i").jpg"
	done
	rm "$T"/photo.*.jpg
}
if [[ -n ${LENSFS_PHOTOS:-} ]]; then
	find "$LENSFS_PHOTOS" -maxdepth 1 -type f -size -40M | sort | while read -r path; do
		case $(kind "$path") in image/jpeg | image/webp | image/png) cp "$path" "$SRC/" ;; esac
	done
	photos="from $LENSFS_PHOTOS"
else
	make_photos
	photos=made
fi
find "$SRC" -type f | sort | sed "${PHOTOS}q" >"$T/list"
mapfile -t names < <(sed "s,^$SRC/,$MNT/,; s,\$,@$VIEW," "$T/list")
count=${#names[@]}

# --- Ways ----------------------------------------------------------------------------------

# Of the processes named, and of their children that have ended.
spent() {
	local pid sum=0 stat
	for pid; do
		stat=$(cat "/proc/$pid/stat") || continue # it has ended
		read -ra stat <<<"${stat##*) }"
		sum=$((sum + stat[11] + stat[12] + stat[13] + stat[14]))
	done 2>/dev/null
	echo "$sum"
}
spent_by_mount() {
	# shellcheck disable=SC2046 # several
	spent "$DAEMON" "$(zygote_of "$DAEMON")" $(encoders_of "$DAEMON")
}
run_mount() { # WAY OPTIONS…
	local way=$1 begin before
	shift
	rm -rf "$CACHE" "$T/out"
	mkdir "$T/out"
	start "$@"
	before=$(spent_by_mount)
	begin=$EPOCHREALTIME
	cp -t "$T/out" "${names[@]}"
	awk "BEGIN { print $EPOCHREALTIME - $begin }" | tee -a "$T/$way" >"$T/last"
	awk "BEGIN { print 100 * ($(spent_by_mount) - $before) / $ticks_per_second / $(<"$T/last") \
		/ $processors }" >>"$T/$way.busy"
	is "$(stat_of encodes)" "$count" encodes
	grep -E '"prefetch' "$MNT/.lensfs/stats.json" | tr -d ' \n' >"$T/$way.figures"
	stop
}
run_ahead() { run_mount ahead; }
run_alone() { run_mount alone prefetch=off; }

cat >"$T/sharp.cjs" <<'JS'
const sharp = require("sharp"), fs = require("fs");
const view = process.argv[3], out = process.argv[4], fastShrinkOnLoad = process.argv[5] === "fast";
const list = fs.readFileSync(process.argv[2], "utf8").trim().split("\n");
const token = (name) => (new RegExp(`(?:^|-)${name}(\\d+)`).exec(view) || [])[1];
async function one(path) {
	let picture = sharp(path).rotate();
	if (token("w")) picture = picture.resize({ width: +token("w"), withoutEnlargement: true, fastShrinkOnLoad });
	const quality = +token("q");
	if (/webp/.test(view)) picture = picture.webp({ quality: quality || 79, effort: 4 });
	else if (/avif/.test(view)) picture = picture.avif({ quality: quality || 63, effort: 1 });
	else picture = picture.jpeg({ quality: quality || 80 });
	await picture.toFile(`${out}/${path.split("/").pop()}.out`);
}
async function worker() {
	for (let path; (path = list.shift());) await one(path);
}
if (list[0] === "version") {
	console.log(`sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`);
} else {
	sharp.cache(false);
	const begin = performance.now();
	Promise.all([worker(), worker()]).then(() => console.log((performance.now() - begin) / 1000));
}
JS
sharp() { # WAY fast|exact
	rm -rf "$T/out"
	mkdir "$T/out"
	(cd "$SHARP" && SHARP_CONCURRENCY=1 NODE_PATH=$SHARP/node_modules \
		nice -n 10 chrt -b 0 node "$T/sharp.cjs" "$T/list" "$VIEW" "$T/out" "$2") >>"$T/$1"
	is "$(find "$T/out" -type f -size +0 | wc -l)" "$count" 'files that sharp made'
}
run_sharp() { sharp sharp fast; }
run_sharp2x() { sharp sharp2x exact; }
sharp_version() {
	echo version >"$T/version"
	(cd "$SHARP" && NODE_PATH=$SHARP/node_modules node "$T/sharp.cjs" "$T/version" x x)
}
find_sharp() {
	[[ -n ${SHARP:-} ]] && return
	command -v npm >/dev/null || return 1
	SHARP=$T/npm
	mkdir "$SHARP"
	(cd "$SHARP" && timeout 120 npm install --no-audit --no-fund sharp@0.35) >"$T/npm.log" 2>&1
}

# --- The table -----------------------------------------------------------------------------

median() { sort -g "$1" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
ways='ahead alone'
find_sharp && ways+=' sharp sharp2x'
printf '%d photographs (%s), @%s, %d processors, load before %s\n' "$count" "$photos" "$VIEW" \
	"$processors" "$(cut -d' ' -f1-3 /proc/loadavg)"
cat "$SRC"/* >/dev/null
for ((round = 0; round < ROUNDS; round++)); do
	for way in $ways $(tr ' ' '\n' <<<"$ways" | tac); do "run_$way"; done
done
alone=$(median "$T/alone")
printf '%-7s %9s %8s %7s\n' '' seconds 'by alone' busy
for way in $ways; do
	printf '%-7s %9.2f %8.2f %7s\n' "$way" "$(median "$T/$way")" \
		"$(awk "BEGIN { print $(median "$T/$way") / $alone }")" \
		"$([[ ! -e $T/$way.busy ]] || printf '%.0f %%' "$(median "$T/$way.busy")")"
done
"$LENSFS" --version
echo "of the last with prefetch: $(<"$T/ahead.figures")"
[[ $ways != *sharp* ]] || {
	sharp_version
	awk "BEGIN { printf \"ahead by sharp: %.2f, by sharp2x: %.2f\n\", $(median "$T/ahead") / $(median "$T/sharp"),
		$(median "$T/ahead") / $(median "$T/sharp2x") }"
}
