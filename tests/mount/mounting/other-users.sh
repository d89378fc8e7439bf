#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Other users are let in only when asked; then files that they may not read in the source are
# closed to them in the mount, and so are these files' views.
. "$(dirname "$0")/../lib.sh"

need_root
need setpriv
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
picture "$SRC/open.jpg" 64x48
picture "$SRC/closed.jpg" 64x48 seed=2
mkdir "$SRC/closed"
cp "$SRC/open.jpg" "$SRC/closed/inner.jpg"
chmod 600 "$SRC/closed.jpg"
chmod 700 "$SRC/closed"
chmod 755 "$T"
tools=$(type -P probe)
cp "$tools" "$T/probe"
tried_as_nobody() { is "$(as_nobody "$T/probe" try "${@:2}")" "$1" "$*"; }

start
tried_as_nobody EACCES stat "$MNT/open.jpg"
tried_as_nobody EACCES opath "$MNT/open.jpg@webp"
tried OK read "$MNT/closed.jpg@webp"
stop

start allow_other
tried_as_nobody OK read "$MNT/open.jpg"
tried_as_nobody OK read "$MNT/open.jpg@webp"
tried_as_nobody OK read "$MNT/.lensfs/stats.json"
encodes=$(stat_of encodes)
tried_as_nobody EACCES open "$MNT/closed.jpg"
tried_as_nobody EACCES open "$MNT/closed.jpg@webp"
tried_as_nobody EACCES open "$MNT/closed.jpg@avif"
tried_as_nobody EACCES open "$MNT/closed/inner.jpg"
tried_as_nobody EACCES open "$MNT/closed/inner.jpg@webp"
tried_as_nobody EACCES getxattr "$MNT/closed.jpg@webp" user.mime_type
tried_as_nobody EROFS creat "$MNT/new"
is "$(stat -c %a "$MNT/closed.jpg@webp")" 400 'mode of a view'
at_most "$(stat_of encodes)" $((encodes + 1)) 'encodes'
