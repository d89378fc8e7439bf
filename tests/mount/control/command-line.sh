#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl as a program: help of all commands, wrong lines, JSON of all that answer, colours, an
# answer that cannot be written; and that the figures of a live view are those of the mount.
. "$(dirname "$0")/../lib.sh"
need jq script

lensctl() {
	local code=0
	timeout 60 "$LENSCTL" "${@:2}" >"$T/out" 2>"$T/err" || code=$?
	is "$code" "$1" "exit code of lensctl ${*:2} ($(cat "$T/out" "$T/err"))"
}
said() { for words; do has "$(cat "$T/out")" "$words"; done; }
told() { for words; do has "$(cat "$T/err")" "$words"; done; }

lensctl 0 --help
said 'usage: lensctl COMMAND' 'Exit codes' 'Those of probe' '--json'
sed '/^Every/,$d' "$T/out" | grep '^  [a-z]' | sed 's/^  //; s/ [A-Z[].*//' | grep -v '^-' >"$T/commands"
at_least "$(wc -l <"$T/commands")" 19 commands
while read -r command; do
	# shellcheck disable=SC2086 # two words may be one command
	lensctl 0 $command --help
	said "usage: lensctl $command" 'Exit codes'
	# shellcheck disable=SC2086
	lensctl 0 help $command
	said "usage: lensctl $command"
	case $command in
	metrics | accesslog | completion | help)
		lensctl 2 "$command" --json x
		told "unknown option '--json'"
		;;
	*) said '--json' ;;
	esac
	# shellcheck disable=SC2086
	lensctl "$([[ $command == probe ]] && echo 3 || echo 2)" $command --nonsense
	told "unknown option '--nonsense'" "usage: lensctl $command"
done <"$T/commands"
lensctl 2
told 'usage: lensctl COMMAND'
lensctl 0 help
said 'usage: lensctl COMMAND'
lensctl 2 help cache nonsense
told "unknown command 'cache nonsense'"
lensctl 2 nonsense
told "unknown command 'nonsense'; lensctl --help"
lensctl 2 stat .
told "unknown command 'stat'; did you mean 'stats'?"
lensctl 2 cache limt 1g .
told "unknown command 'cache limt'; did you mean 'cache limit'?"
lensctl 2 cache
lensctl 2 cache nonsense
lensctl 2 stats "$MNT" "$MNT"
told 'one too many'
lensctl 2 stats
told 'MOUNT is missing'
lensctl 0 --version
code=0
"$LENSCTL" --help >/dev/full 2>"$T/err" || code=$?
is "$code" 1 'exit code for a full disk'
told 'cannot write'

picture "$SRC/a.jpg" 64x48
head -c 200 "$SRC/a.jpg" >"$SRC/it's cut.jpg"
start
tried OK read "$MNT/a.jpg@webp"
tried EIO read "$MNT/it's cut.jpg@webp"
# CODE TYPE ARGUMENT…: JSON of this type, and nothing else on stdout.
json() {
	lensctl "$1" "${@:3}" --json
	is "$(jq -r type "$T/out")" "$2" "JSON of ${*:3}"
}
json 0 object stats "$MNT"
json 0 object explain "$MNT/a.jpg@webp"
is "$(jq -c '[.kind, .view, .state, .width]' "$T/out")" '["view","webp-q79-e4","present",64]'
json 1 object explain "$MNT/it's cut.jpg@webp"
has "$(jq -r .error "$T/out")" 'Input/output error'
json 1 object explain "$MNT/a.jpg@q101"
has "$(jq -r .reason "$T/out")" q101
json 0 object pressure "$MNT"
is "$(jq -r .level "$T/out")" normal
json 0 object pressure "$MNT" --set 1 --for 0.01s
json 0 object cache status "$MNT"
json 0 object cache verify "$MNT"
json 0 object cache limit 100m "$MNT"
is "$(jq .limit "$T/out")" 104857600
json 0 object cache free 0 "$MNT"
json 0 array cache forget "$MNT/it's cut.jpg"
is "$(jq -c '.[0].views' "$T/out")" '["webp-q79-e4"]'
json 0 array cache drop "$MNT/a.jpg"
is "$(jq .[0].variants "$T/out")" 1
json 0 array cache clear "$MNT"
json 0 object views
json 0 object top "$MNT"
json 0 array mounts
json 0 object log-level info "$MNT"
json 0 object reload "$MNT"
is "$(jq .changed "$T/out")" false
json 0 object probe "$MNT"

# errors, with the names as they are.
json 0 array errors "$MNT"
is "$(jq -c '[.[0].errno, .[0].path, .[0].view, length]' "$T/out")" '["EIO","it'"'"'s cut.jpg","webp-q79-e4",1]'
lensctl 0 errors "$MNT"
said WHEN EIO "it's cut.jpg" webp-q79-e4
tried EIO read "$MNT/it's cut.jpg@webp-w10"
json 0 array errors -n 1 "$MNT"
is "$(jq -r .[0].view "$T/out")" webp-q79-e4-w10

# top, by what is asked for.
json 0 object top "$MNT"
is "$(jq -r '.pictures[] | select(.path == "a.jpg") | .encodes' "$T/out")" 1
json 0 object top "$MNT" --by failures -n 1
is "$(jq -c '[.pictures[0].path, .pictures[0].failures, (.pictures | length)]' "$T/out")" '["it'"'"'s cut.jpg",2,1]'
json 0 object top "$MNT" --by bytes
is "$(jq -c '[.pictures[].path]' "$T/out")" '["a.jpg"]'
lensctl 0 top "$MNT"
said PICTURE a.jpg VIEW webp-q79-e4
lensctl 2 top "$MNT" --by colour

# Live: rates are those of what happened between two lines.
"$LENSCTL" stats -w 0.2 -n 60 "$MNT" --json >"$T/live" &
pid=$!
await 10 test -s "$T/live"
for w in 1 2 3 4 5; do tried OK read "$MNT/a.jpg@webp-w$w"; done
encoded() { [[ $(jq -s 'map(.encodes_per_second * .seconds) | add | round' "$T/live") == 5 ]]; }
await 10 encoded
kill "$pid"
jq -se 'all(.[]; .cache_bytes >= 0 and .level and .watch and (.queue | type == "number"))
	and any(.[]; .encodes_per_second > 0 and .ms_per_encode > 0)' "$T/live" >/dev/null
lensctl 0 stats --watch=0.05 -n 22 "$MNT"
is "$(wc -l <"$T/out")" 24 'lines, with two of headings'
said 'hits/s' 'latency' 'pressure' 'inotify'
lensctl 2 stats -w 0 "$MNT"
lensctl 0 stats "$MNT"
has "$(cat "$T/out")" 'log_level                 info'

# Colours are for terminals, and for who wants them.
on_terminal() { env "$@" script -qec "'$LENSCTL' mounts" /dev/null; }
has "$(on_terminal TERM=xterm)" $'\e[32m'
for env in 'NO_COLOR=1 TERM=xterm' 'TERM=dumb'; do
	# shellcheck disable=SC2086 # words
	[[ $(on_terminal $env) != *$'\e['* ]] || fail "colours with $env"
done
TERM=xterm lensctl 0 mounts
[[ $(cat "$T/out") != *$'\e['* ]] || fail 'colours in a file'
