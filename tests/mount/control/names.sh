#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whatever a picture is called: what is said of it is UTF-8, a line of its own, JSON, and comes to an
# end, in tables, the log, the journal of errors, the accesslog and metrics.
. "$(dirname "$0")/../lib.sh"
need jq iconv

names=($'C1 \xc2\x9b31m.jpg' $'Latin-1 gr\xfc\xdf.jpg' $'raw \x9b31m.jpg' $'line\nlensfs: forged\t\e[31m.jpg'
	"it's \"quoted\" \\x41 | {a=\"b\"} \$(id) %n.jpg" '<img src=x onerror=alert(1)>&amp;.jpg' 'right ‮gpj.exe')
# Cut to fit into a line or a column, it is cut within a letter.
deep=
for _ in 1 2 3; do deep+=$(printf '€%.0s' $(seq 80))/; done
mkdir -p "$SRC/$deep"
names+=("${deep}x.jpg" "${deep}xy.jpg" "${deep}xyz.jpg")
for name in "${names[@]}"; do fake "$SRC/$name" error=damaged; done
start_fake prefetch=off miss=wait

utf8() { iconv -f UTF-8 -t UTF-8 >/dev/null || fail "no UTF-8: $*"; }
# Neither C0, but for the newline, nor DEL nor C1.
plain() { never grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <(LC_ALL=C cat "$1"); }
lensctl() {
	timeout 20 "$LENSCTL" "$@" >"$T/out" 2>"$T/err" || (($? == 1)) || fail "lensctl $*: $?"
	for file in "$T/out" "$T/err"; do utf8 "lensctl $*" <"$file"; done
}

timeout 60 "$LENSCTL" accesslog "$MNT" >"$T/access" &
logging() { [[ -e $MNT/nothing$RANDOM || -s $T/access ]]; }
await 10 logging
for name in "${names[@]}"; do
	lensctl warm --json -v webp "$MNT/$name"
	is "$(jq '.failed' "$T/out")" 1 'failures'
	for command in explain 'cache drop' 'cache forget' probe; do
		for json in '' --json; do
			# shellcheck disable=SC2086
			timeout 20 "$LENSCTL" $command $json "$MNT/$name@webp" >"$T/out" 2>"$T/err" || (($? != 124))
			utf8 "$command" <"$T/out"
			utf8 "$command" <"$T/err"
			plain "$T/out"
			plain "$T/err"
			[[ -z $json ]] || jq -e . "$T/out" >/dev/null
			# It is forgotten, and fails once more for what comes.
			tried EIO read "$MNT/$name@webp"
		done
	done
	timeout 20 "$LENSCTL" cache drop "$MNT/$name is not there" >"$T/out" 2>"$T/err" || true
	utf8 'cache drop' <"$T/err"
	is "$(wc -l <"$T/err")" 1 'lines of its refusal'
	never grep -F '\x27' <(tr -d '\n' <"$T/err" | sed "s/it\\\\x27s//g")
	timeout 20 "$LENSCTL" metrics --textfile "$T/m.prom" "$MNT/$name" 2>/dev/null || true
	utf8 metrics <"$T/m.prom"
	is "$(grep -c '^lensfs_up{mountpoint="' "$T/m.prom")" 1 'samples of lensfs_up'
	is "$(grep -cv '^#\|^lensfs_' "$T/m.prom" || true)" 0 'lines that are no samples'
done
for command in errors 'top --by failures'; do
	# shellcheck disable=SC2086
	lensctl $command "$MNT"
	plain "$T/out"
	at_least "$(wc -l <"$T/out")" "${#names[@]}" "lines of $command"
	# shellcheck disable=SC2086
	lensctl $command --json "$MNT"
	jq -e . "$T/out" >/dev/null
done
lensctl errors --json "$MNT"
is "$(jq length "$T/out")" "${#names[@]}" 'errors'
is "$(jq -r '.[0].path' "$T/out")" "${names[0]}" 'the name of the first'
is "$(jq -r '.[3].path' "$T/out")" "${names[3]}" 'the name of one of two lines'
for file in "$LOG" "$MNT/.lensfs/errors" "$MNT/.lensfs/metrics" "$T/access"; do
	utf8 "$file" <"$file"
	plain "$file"
done
never grep -v ' \[uid:\|^#' "$T/access"
never grep '^lensfs: forged' "$LOG"
for file in stats.json top.json; do jq -e . "$MNT/.lensfs/$file" >/dev/null; done
