#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every command of lensctl that asks a mount says what is the matter where there is none, where it
# has ended, and where it is another user's; by its words and by its exit code.
. "$(dirname "$0")/../lib.sh"

commands=(stats 'stats -w 0.1 -n 1' top errors metrics pressure 'pressure --set 0 --for 1s' reload
	'log-level info' views 'warm -v webp' 'warm --check -v webp' 'warm --evict' 'cache status'
	'cache verify' 'cache clear' 'cache drop' 'cache forget' 'cache limit 1g' 'cache free 1g')
# all CODE WORDS PATH [WRAPPER…]: what each says of this path.
all() {
	local code text command
	for command in "${commands[@]}"; do
		code=0
		# shellcheck disable=SC2086 # words
		text=$(timeout 30 "${@:4}" "$program" $command "$3" 2>&1) || code=$?
		[[ $command == 'cache verify' && $code == 8 ]] && code=$1 # as fsck has it
		is "$code" "$1" "exit code of $command ($text)"
		has "$text" "$2"
	done
}
program=$LENSCTL
picture "$SRC/a.jpg" 64x48
all 5 "'$SRC' is not in a lensfs mount" "$SRC"
commands+=(explain)
all 5 "'$SRC/a.jpg' is not in a lensfs mount" "$SRC/a.jpg"

unset 'commands[-1]' # which takes the mountpoint as what it covers
start
if [[ $(id -u) == 0 ]] && command -v setpriv >/dev/null; then
	nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	cp "$LENSCTL" "$T/lensctl"
	chmod 755 "$T"
	program=$T/lensctl
	all 3 "'$MNT': no permission: only the user who mounted it" "$MNT" "${nobody[@]}"
	commands_of_all=("${commands[@]}")
	commands=(explain)
	all 3 "no permission: only the user who mounted it" "$MNT/a.jpg@webp" "${nobody[@]}"
	# Others are let in, and this is not for them.
	stop
	start allow_other
	commands=(explain)
	mkdir -m 700 "$SRC/private"
	all 3 "may not read this in the source folder" "$MNT/private/a.jpg@webp" "${nobody[@]}"
	commands=('cache status' 'cache verify' 'cache clear')
	all 3 "'$CACHE': no permission" "$CACHE" "${nobody[@]}"
	commands=("${commands_of_all[@]}")
	program=$LENSCTL
fi

kill -KILL "$DAEMON"
await 10 dead "$DAEMON"
lost
all 5 "the lensfs that was mounted at '$MNT' has ended" "$MNT"
commands=(explain)
all 5 "or clear it away: fusermount3 -uz '$MNT'" "$MNT/a.jpg@webp"
