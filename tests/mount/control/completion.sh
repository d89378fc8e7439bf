#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The shells complete what lensctl takes: asked of the shells themselves.
. "$(dirname "$0")/../lib.sh"

mkdir "$T/here" "$T/here/folder"
touch "$T/here/photo.jpg"
cd "$T/here"
for shell in bash zsh fish; do "$LENSCTL" completion "$shell" >"$T/$shell"; done
code=0
"$LENSCTL" completion csh 2>/dev/null || code=$?
is "$code" 2 'exit code for another shell'

# completes SHELL WORDS… -- LINE…: the last word of the line may become these, all of them.
completes() {
	local shell=$1 wanted=()
	shift
	while [[ $1 != -- ]]; do wanted+=("$1"); shift; done
	shift
	"in_$shell" "$@" >"$T/got"
	for word in "${wanted[@]}"; do
		grep -qxF -e "$word" "$T/got" || fail "$shell: '$*' gives no '$word', but: $(paste -sd' ' "$T/got")"
	done
}
no_more() { is "$(wc -l <"$T/got")" "$1" 'words given'; }
in_bash() {
	bash --norc -c '
		. "$1"; shift
		compopt() { :; }
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_lensctl
		printf "%s\n" "${COMPREPLY[@]}"' bash "$T/bash" "$@"
}
in_fish() { fish --no-config -c 'source $argv[1]; complete -C "$argv[2]" | cut -f1' "$T/fish" "$(printf '%q ' "${@:1:$#-1}")${*: -1}"; }
# In a terminal of its own, because its completion is the line editor's: what the line has become
# after a tab is printed by the shell itself, which takes keys in their order.
zsh_makes() {
	local got
	mkdir -p "$T/functions"
	cp "$T/zsh" "$T/functions/_lensctl"
	got=$(timeout 60 zsh -f -c '
		zmodload zsh/zpty
		zpty shell zsh -f -i
		zpty -w shell "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D
			print READY\$((1 + 1))"
		zpty -r -m shell text "*READY2*"
		zpty -n -w shell "$2"$'"'"'\t\x01print -r -- GOT \n'"'"'
		zpty -w shell "print DONE\$((1 + 1))"
		zpty -r -m shell text "*DONE2*"
		print -r -- "$text"' zsh "$T/functions" "$1" | tr -d '\r' | grep -a '^GOT ' | head -n 1)
	got=${got%% }
	is "${got% }" "GOT $2" "what zsh makes of '$1'"
}

every_shell() {
	completes "$1" explain stats cache warm -- lensctl ''
	completes "$1" stats -- lensctl st
	no_more 1
	completes "$1" status verify clear drop forget limit free -- lensctl cache ''
	no_more 7
	completes "$1" --watch --count --json --help -- lensctl stats --
	completes "$1" --repair -- lensctl cache verify --r
	completes "$1" high critical -- lensctl pressure --set ''
	completes "$1" debug info -- lensctl log-level ''
	completes "$1" time failures -- lensctl top --by ''
	no_more 4
}
every_shell bash
completes bash photo.jpg folder -- lensctl explain ''
completes bash folder -- lensctl stats ''
no_more 1
completes bash webp-q80-lossless -- lensctl warm --view webp-q80-los
completes bash webp -- lensctl bench -v we
if command -v fish >/dev/null; then
	every_shell fish
	completes fish photo.jpg folder/ -- lensctl explain ''
	completes fish webp-q80-lossless -- lensctl warm --view webp-q80-los
fi
if command -v zsh >/dev/null; then
	zsh_makes 'lensctl st' 'lensctl stats'
	zsh_makes 'lensctl cache ver' 'lensctl cache verify'
	zsh_makes 'lensctl cache verify --rep' 'lensctl cache verify --repair'
	zsh_makes 'lensctl top --by fail' 'lensctl top --by failures'
	zsh_makes 'lensctl warm --view webp-q80-lossl' 'lensctl warm --view webp-q80-lossless'
	zsh_makes 'lensctl explain pho' 'lensctl explain photo.jpg'
	zsh_makes 'lensctl log-level deb' 'lensctl log-level debug'
fi
