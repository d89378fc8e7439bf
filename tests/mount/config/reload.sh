#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Another configuration is in force within a second, for names that were answered before as well;
# what makes no sense changes nothing, and is said.
. "$(dirname "$0")/../lib.sh"

picture "$SRC/a.jpg" 64x48
conf=$T/one.conf
says() { printf '[view thumb]\ntokens = %s\n' "$1"; }
shows() { xattr_is "$MNT/a.jpg@thumb" view "$1"; }
warm() { tried OK read "$MNT/a.jpg@thumb"; }
# What the kernel was told before is not believed any more within the promised time.
soon() { await 1 shows "$1"; }

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

# A bad one is refused, and the old one stays; the reason is said, logged and shown.
warm
printf '[view thumb]\ntokens = webp\nmiss = maybe\n' >"$conf"
await 1 stat_is config_refusals 1
code=0
text=$("$LENSCTL" reload "$MNT" 2>&1) || code=$?
is "$code" 1 'exit code of lensctl reload'
has "$text" "one.conf:3: 'miss' wants wait, enoent or original"
has "$(cat "$LOG")" 'the configuration stays as it was: '
has "$(stat_of config_refusal)" 'one.conf:3: '
shows webp-q79-e4-w30
rm "$conf"
await 1 stat_is config_refusals 3
shows webp-q79-e4-w30
says webp-w33 >"$conf"
soon webp-q79-e4-w33
is "$(stat_of config_refusal)" null 'refusal'
