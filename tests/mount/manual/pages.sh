#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The manual pages are sound, and say what the programs say of themselves: every command and option
# of lensctl, every option of lensfs, every token. They are made of the same tables, so this asks
# that no table is left out and nothing of a name is lost on the way to the reader.
. "$(dirname "$0")/../lib.sh"
need jq mandoc

pages=$(dirname "$LENSFS")/../../contrib/man
[[ -e $pages/lensctl.1 ]] || skip 'the pages were not made (scdoc)'
for page in lensctl.1 lensfs.1 lensfs.conf.5 lensfs-views.7; do
	mandoc -Tlint -Werror "$pages/$page" >&2 || fail "$page is no sound page"
	mandoc -Tutf8 -Owidth=200 "$pages/$page" | col -b | sed 's/^ *//' >"$T/$page"
	never grep -q '@[a-z ]*@$' "$T/$page"
done
# says PAGE WORDS…: a line that begins so.
says() {
	local words
	for words in "${@:2}"; do
		grep -qF -- "$words" "$T/$1" || fail "$1 says nothing of '$words'"
	done
}

"$LENSCTL" --help | sed '/^Every/,$d' | grep '^  [a-z]' | sed 's/^  //; s/ [A-Z[].*//' >"$T/commands"
while read -r command; do
	says lensctl.1 "lensctl $command"
	# shellcheck disable=SC2086 # two words may be one command
	"$LENSCTL" $command --help | sed -n 's/^  \(-.*\)/\1/p' >"$T/options"
	while read -r option; do says lensctl.1 "$option"; done <"$T/options"
done <"$T/commands"
"$LENSFS" --help | sed -n 's/^  *\([a-z_]*=[^ ]*\|-[^ ]*\) .*/\1/p' >"$T/options"
at_least "$(wc -l <"$T/options")" 20 'options of lensfs'
while read -r option; do says lensfs.1 "${option%,}"; done <"$T/options"
"$LENSCTL" views --json | jq -r '.tokens[].spelled' | while read -r token; do says lensfs-views.7 "$token"; done
says lensfs.conf.5 'cache_size = SIZE' 'only_presets = yes|no' 'tokens = ' 'position = ' 'tile = yes or no'
says lensfs.conf.5 'token wm_NAME,'
says lensctl.1 '@w200-webp\0'
