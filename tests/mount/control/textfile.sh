#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl metrics --textfile: what node_exporter's textfile collector reads. Several mounts are told
# apart in one folder, whoever reads finds a whole file, and a mount that has ended leaves none of
# its figures.
. "$(dirname "$0")/../lib.sh"
need python3

dir=$T/collector file=$T/collector/a.prom
mkdir "$dir" "$T/b"
metrics() {
	local code=0
	timeout 60 "$LENSCTL" metrics "${@:2}" >"$T/out" 2>"$T/err" || code=$?
	is "$code" "$1" "exit code of metrics ${*:2} ($(cat "$T/err"))"
}
samples() { python3 "$(dirname "$0")/../exposition.py" "$1" >"$T/samples"; }
sample() { awk -v name="$1" '{ value = $NF; sub(/ [^ ]*$/, "") } $0 == name { print value }' "$T/samples"; }

picture "$SRC/a.jpg" 64x48
start_fake
start_fake -m "$T/b" -c "$T/cache-b"
cat "$MNT/a.jpg@webp" >/dev/null
metrics 0 "$MNT"
has "$(cat "$T/out")" $'\nlensfs_cache_entries 1\n'

umask 077
metrics 0 "$MNT" --textfile "$file"
is "$(cat "$T/out")" ''
is "$(stat -c %a "$file")" 644
metrics 0 -t "$dir/b.prom" "$T/b"
samples "$file"
is "$(sample "lensfs_up{mountpoint=\"$MNT\"}")" 1
is "$(sample "lensfs_cache_entries{mountpoint=\"$MNT\"}")" 1
is "$(sample "lensfs_encoder_ends_total{mountpoint=\"$MNT\",cause=\"crash\"}")" 0
own() { is "$(grep -c "{mountpoint=\"$1\"" "$T/samples")" "$(wc -l <"$T/samples")" 'samples that say of which mount'; }
own "$MNT"
samples "$dir/b.prom"
own "$T/b"
at_least "$(wc -l <"$T/samples")" 50 'samples of the other'
# As one: what is told twice is refused.
{ cat "$file"; grep -v '^#' "$dir/b.prom"; } | sort -s -t'{' -k1,1 | grep -v '^#' >"$T/both"
is "$(cut -d' ' -f1 "$T/both" | sort | uniq -d)" '' 'samples that both files have'

# Whoever reads, reads all of it, while it is written again and again.
( while [[ ! -e $T/stop ]]; do echo "$(tail -n 1 "$file" | cut -d' ' -f1)."; done ) >"$T/ends" &
reader=$!
for _ in $(seq 20); do metrics 0 -t "$file" "$MNT"; done
touch "$T/stop"
wait "$reader"
is "$(sort -u "$T/ends")" "$(tail -n 1 "$file" | cut -d' ' -f1)." 'last samples read meanwhile'

# By any name for it, one label.
(cd "$MNT/.." && timeout 60 "$LENSCTL" metrics -t "$file" "./${MNT##*/}/") || fail 'by a relative name'
samples "$file"
is "$(sample "lensfs_up{mountpoint=\"$MNT\"}")" 1

# One that has ended, and one that is mounted no more.
kill -KILL "$DAEMON"
lost "$T/b"
await 10 dead "$DAEMON"
metrics 5 -t "$dir/b.prom" "$T/b"
samples "$dir/b.prom"
is "$(wc -l <"$T/samples")" 1 'samples of a mount that has ended'
is "$(cat "$T/samples")" "lensfs_up{mountpoint=\"$T/b\"} 0"
# Names that the format has to escape.
metrics 5 -t "$dir/b.prom" "$T/"$'a\n"b\\'
samples "$dir/b.prom"
is "$(cat "$T/samples")" 'lensfs_up{mountpoint="'"$T"'/a\n\"b\\"} 0'
stop
metrics 5 -t "$file" "$MNT"
samples "$file"
is "$(cat "$T/samples")" "lensfs_up{mountpoint=\"$MNT\"} 0"
is "$(stat -c %a "$file")" 644

# What cannot be written stays as it was, and nothing is left beside it.
metrics 1 -t "$T/none/a.prom" "$MNT"
has "$(cat "$T/err")" "cannot write '$T/none/a.prom': No such file"
is "$(find "$dir" -type f | sort | xargs -n 1 basename | paste -sd' ')" 'a.prom b.prom'
metrics 2 --json "$MNT"
