#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `list` of the configuration: a mount that began with one lists others within a second, in folders
# that the kernel has listed before as well; one that began with none says that it cannot.
. "$(dirname "$0")/../lib.sh"

conf=$T/one.conf
mkdir "$SRC/d"
fake "$SRC/a.jpg" output=1000
fake "$SRC/d/b.jpg" output=1000
says() { printf '[mount]\nlist = %s\n[view thumb]\ntokens = webp-w20\n' "$1" >"$conf"; }
lists() { [[ "$(ls -A "$MNT/$1" | tr '\n' ' ')" == "$2" ]]; }

says thumb
start_fake "config=$conf"
lists '' 'a.jpg a.jpg@thumb d '
lists d 'b.jpg b.jpg@thumb '
has "$(cat "$MNT/.lensfs/config")" 'list = thumb'
says webp.webp:thumb
await 1 lists '' 'a.jpg a.jpg@thumb a.jpg@webp.webp d '
await 1 lists d 'b.jpg b.jpg@thumb b.jpg@webp.webp '
tried OK read "$MNT/d/b.jpg@webp.webp"
# What is listed may change while its name stays, and so may its number.
printf '[mount]\nlist = thumb\n[view thumb]\ntokens = png-w30\n' >"$conf"
await 1 lists d 'b.jpg b.jpg@thumb '
is "$(find "$MNT/d" -name '*@thumb' -printf '%i')" "$(stat -c %i "$MNT/d/b.jpg@thumb")" 'number listed'
# None for a while, and then some again.
says ''
await 1 lists d 'b.jpg '
await 1 lists '' 'a.jpg d '
tried OK read "$MNT/d/b.jpg@thumb"
# No name of a view was answered in the root since, which would have it listed anew by itself.
says thumb
await 1 lists '' 'a.jpg a.jpg@thumb d '
await 1 lists d 'b.jpg b.jpg@thumb '
# A list without sense: the old one stays.
says thumb:nonsense
code=0
text=$("$LENSCTL" reload "$MNT" 2>&1) || code=$?
is "$code" 1 'exit code of lensctl reload'
has "$text" "one.conf:2: 'thumb:nonsense' is no list of views: unknown token 'nonsense'"
lists d 'b.jpg b.jpg@thumb '
stop

# The option goes before the file, also when that changes.
says thumb
start_fake "config=$conf" list=webp
lists d 'b.jpg b.jpg@webp '
says png
"$LENSCTL" reload "$MNT" >/dev/null
lists d 'b.jpg b.jpg@webp '
stop
# With presets alone, what is listed can be opened.
printf '[mount]\nonly_presets = yes\nlist = webp\n' >"$conf"
refused 9 "$conf:3:|'webp' is no list of views" -f -o "config=$conf,cache=$CACHE" "$SRC" "$MNT"

# What is left out until it is made is listed when it is, by a folder that did not change.
printf '[mount]\nmiss = enoent\nlist = webp:thumb\n[view thumb]\ntokens = w20\nmiss = wait\n' >"$conf"
rm -r "$CACHE"
fake "$SRC/d/b.jpg" output=1000 sleep=300ms
start_fake "config=$conf"
lists d 'b.jpg b.jpg@thumb '
await 5 lists d 'b.jpg b.jpg@thumb b.jpg@webp '
is "$(stat_of misses)" 1 'jobs'
stop

# A mount that lists none leaves folders to the kernel, for ever.
says ''
start_fake "config=$conf"
lists d 'b.jpg '
says thumb
await 1 stat_is config_refusals 1
has "$(stat_of config_refusal)" "'list' needs a new mount"
lists d 'b.jpg '
has "$(cat "$MNT/.lensfs/config")" 'list = '
printf '[mount]\nmiss = enoent\n' >"$conf"
await 1 stat_is config_changes 1
is "$(stat_of config_refusal)" null 'refusal'
