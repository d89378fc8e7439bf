#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Where nothing tells of changes, the configuration is read at SIGHUP and at lensctl's word.
. "$(dirname "$0")/../lib.sh"

need_root # for lacking
picture "$SRC/a.jpg" 64x48
conf=$T/one.conf
says() { printf '[view thumb]\ntokens = %s\n' "$1" >"$conf"; }
shows() { xattr_is "$MNT/a.jpg@thumb" view "webp-q79-e4-$1"; }

says webp-w30
start -w 'lacking inotify_init1' "config=$conf"
has "$(<"$LOG")" 'changes of the configuration are not heard of'
shows w30
says webp-w31
kill -HUP "$DAEMON"
await 1 shows w31
says webp-w32
has "$("$LENSCTL" reload "$MNT")" 'another configuration is in force'
await 1 shows w32
has "$("$LENSCTL" reload "$MNT/a.jpg")" 'in force already'
is "$(stat_of config_changes)" 2 'changes'
