#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# -o sandbox=require holds for as long as the mount does: a zygote that is started again and lacks
# a part encodes nothing, and what waits for it is told why.
. "$(dirname "$0")/../lib.sh"

need_root
cat >"$T/encoder" <<-EOF
	#!/bin/sh
	[ -e '$T/lacking' ] && exec '$(command -v lacking)' landlock_create_ruleset '$FAKE_ENCODER'
	exec '$FAKE_ENCODER'
EOF
chmod +x "$T/encoder"
fake "$SRC/a.jpg" output=5000
start_fake
[[ $(stat_of sandbox) == *landlock*seccomp* ]] || skip 'no whole sandbox here'
stop

start sandbox=require deadline=2 "encoder=$T/encoder"
tried OK read "$MNT/a.jpg@w32"
true >"$T/lacking"
kill -KILL "$(zygote_of "$DAEMON")"
tried EIO read "$MNT/a.jpg@w16"
has "$(cat "$MNT/.lensfs/errors")" 'sandbox=require: encoders cannot have landlock'
rm "$T/lacking"
tried OK read "$MNT/a.jpg@w16"
