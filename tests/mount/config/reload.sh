#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Another configuration is in force within a second, whichever way it comes, for names that were
# answered before as well; what makes no sense changes nothing, and is said.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
conf=$T/one.conf
says() { printf '[view thumb]\ntokens = %s\n' "$1"; }
shows() { xattr_is "$MNT/a.jpg@thumb" view "$1"; }
warm() { tried OK read "$MNT/a.jpg@thumb"; }
# soon VIEW: what the kernel was told before is not believed any more within the promised time.
soon() {
	local end=$(($(now_ms) + 1000))
	until shows "$1"; do
		(($(now_ms) < end)) || fail "after a second it is not $1"
		sleep 0.02
	done
}

says webp-w20 >"$conf"
start "config=$conf"
shows webp-q79-e4-w20
warm

# An editor replaces it, a shell writes into it.
says webp-w21 >"$T/new"
mv "$T/new" "$conf"
soon webp-q79-e4-w21
warm
says webp-w22 >"$conf"
soon webp-q79-e4-w22
warm
is "$(stat_of config_changes)" 2 'changes'

# Names that were none become views, and go again.
tried ENOENT open "$MNT/a.jpg@later"
tried ENOENT open "$MNT/a.jpg@later.webp"
{ says webp-w22; printf '[view later]\ntokens = webp-w9\n'; } >"$conf"
await 1 xattr_is "$MNT/a.jpg@later" view webp-q79-e4-w9
tried OK read "$MNT/a.jpg@later.webp"
says webp-w22 >"$conf"
gone() { [[ $(try open "$MNT/a.jpg@later") == ENOENT ]]; }
await 1 gone

# What is open stays as it was.
exec {held}<"$MNT/a.jpg@thumb"
sum=$(md5sum <"$MNT/a.jpg@thumb")
says webp-w30 >"$conf"
soon webp-q79-e4-w30
is "$(md5sum <&"$held")" "$sum" 'what was open'
exec {held}<&-

# Where nothing is watched, and the kernel may believe a minute.
stop
start "config=$conf" timeout=60
shows webp-q79-e4-w30
tried ENOENT open "$MNT/a.jpg@later"
{ says webp-w23; printf '[view later]\ntokens = webp-w9\n'; } >"$conf"
soon webp-q79-e4-w23
tried OK read "$MNT/a.jpg@later"
says webp-w30 >"$conf"
soon webp-q79-e4-w30

# SIGHUP and lensctl, with a file that nothing tells the change of: the folder is behind a link
# that is swapped, outside of what is watched.
stop
mkdir -p "$T/v1" "$T/v2"
says webp-w31 >"$T/v1/one.conf"
says webp-w32 >"$T/v2/one.conf"
ln -s v1 "$T/current"
start "config=$T/current/one.conf"
shows webp-q79-e4-w31
ln -sfn v2 "$T/current"
sleep 0.3
shows webp-q79-e4-w31 || fail 'this change was told: the case needs another way to hide it'
kill -HUP "$DAEMON"
soon webp-q79-e4-w32
warm
ln -sfn v1 "$T/current"
sleep 0.1
has "$("$LENSCTL" reload "$MNT")" 'another configuration is in force'
shows webp-q79-e4-w31
has "$("$LENSCTL" reload "$MNT/a.jpg")" 'in force already'

# A bad one is refused, and the old one stays; the reason is said, logged and shown.
warm
printf '[view thumb]\ntokens = webp\nmiss = maybe\n' >"$T/v1/one.conf"
await 1 stat_is config_refusals 1
code=0
text=$("$LENSCTL" reload "$MNT" 2>&1) || code=$?
is "$code" 1 'exit code of lensctl reload'
has "$text" "one.conf:3: 'miss' wants wait, enoent or original"
has "$(cat "$LOG")" 'the configuration stays as it was: '
has "$(stat_of config_refusal)" 'one.conf:3: '
shows webp-q79-e4-w31
rm "$T/v1/one.conf"
await 1 stat_is config_refusals 3
shows webp-q79-e4-w31
says webp-w33 >"$T/v1/one.conf"
soon webp-q79-e4-w33
is "$(stat_of config_refusal)" null 'refusal'
