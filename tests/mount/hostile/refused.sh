#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Headers that claim more than any limit allows are refused by the header alone: the encoder
# needs less than 64 MiB more for them than for a tiny sound picture, and lives on.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../hostile.sh"

need_root # to ask for the peak of another user's process
hostile_corpus "$T/samples" "$SRC" few
picture "$SRC/tiny.jpg" 40x30
start workers=1 deadline=20

peak() { awk '/^VmHWM/ { print $2 }' "/proc/$1/status"; }
# The peak since now (proc_pid_clear_refs(5)).
peak_forget() { echo 5 >"/proc/$1/clear_refs"; }
encoder() { encoders_of "$DAEMON" | head -n 1; }
# cost NAME: outcome, microseconds, and kilobytes at the encoder's peak.
cost() {
	local pid outcome begin end
	pid=$(encoder)
	peak_forget "$pid"
	begin=$EPOCHREALTIME
	outcome=$(try open "$MNT/$1")
	end=$EPOCHREALTIME
	is "$(encoder)" "$pid" "encoder after $1"
	echo "$outcome $((${end/./} - ${begin/./})) $(peak "$pid")"
}

tried OK read "$MNT/tiny.jpg@webp-q1" # so that there is an encoder
for q in $(seq 2 10); do cost "tiny.jpg@webp-q$q"; done | sort -k2,2n | sed -n 5p |
	read -r outcome tiny_usec tiny_kb
is "$outcome" OK 'the tiny picture'
printf '%-28s %-7s %10s %10s\n' 'refused header' answer 'x tiny' 'MiB more'
printf '%-28s %-7s %7s us %7s kB\n' tiny.jpg "$outcome" "$tiny_usec" "$tiny_kb"
for path in "$SRC"/refused/*; do
	name=${path##*/}
	# Read by an encoder only where its format is one that this libvips may read.
	[[ $name != *.jxl ]] || continue
	cost "refused/$name@webp-w100" | read -r outcome usec kb
	[[ $outcome == EFBIG || $outcome == EIO ]] || fail "$name: $outcome"
	awk -v name="$name" -v outcome="$outcome" -v usec="$usec" -v kb=$((kb - tiny_kb)) \
		-v tiny="$tiny_usec" 'BEGIN { printf "%-28s %-7s %10.1f %10.1f\n", name, outcome,
			usec / tiny, kb / 1024 }'
	at_most $((kb - tiny_kb)) 65536 "kilobytes for $name"
done
tried OK read "$MNT/tiny.jpg@webp-q11"
is "$(stat_of encoder_crashes)" 0 'crashes'
