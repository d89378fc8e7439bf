#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A program beside lensfs, in its control group, takes more and more memory: a cache folder on
# tmpfs shrinks as it grows, and what is cached and mirrored is read all the while. When it has gone
# all is as it was.
. "$(dirname "$0")/../lib.sh"
need python3

memory_group 200
mkdir "$CACHE"
mount -t tmpfs -o size=100m lensfs-test "$CACHE" || skip 'may not mount a tmpfs here'
at_end "umount -l '$CACHE'"

for i in $(seq 40); do fake "$SRC/$i.jpg" "output=1000000" "sleep=${i}ms"; done
picture "$SRC/real.jpg" 320x200
start_fake -w "$T/in-group" prefetch=off
for i in $(seq 40); do cat "$MNT/$i.jpg@webp" >/dev/null; done
is "$(stat_of entries)" 40
is "$(stat_of level)" '"normal"'

# Grows until so many percent of the limit are in use, whoever has them; never so far that the
# kernel would have to kill somebody.
usage=$(ls "$GROUP"/memory.{usage_in_bytes,current} 2>/dev/null || true)
echo 0 >"$T/target"
"$T/in-group" python3 -c '
import sys, time
held = []
def number(path):
    with open(path) as file:
        return int(file.read() or 0)
while True:
    if number(sys.argv[2]) < number(sys.argv[1]) / 100 * (200 << 20):
        held.append(bytearray(b"x" * (1 << 20)))
    time.sleep(0.02)' "$T/target" "$usage" &
hog=$!
at_end "kill -KILL $hog 2>/dev/null || true"
level_is() { [[ $(stat_of level) == "\"$1\"" ]]; }
above_normal() { level_is elevated || level_is high || level_is critical; }
echo 89 >"$T/target"
await 30 above_normal
fewer_than() { (($(stat_of entries) < $1)); }
await 10 fewer_than 40
high_or_more() { level_is high || level_is critical; }
echo 95 >"$T/target"
await 30 high_or_more
await 10 fewer_than 25
never dead "$DAEMON"
cmp "$MNT/real.jpg" "$SRC/real.jpg"
tried OK read "$MNT/40.jpg@webp" # the dearest, and so still cached
is "$(stat_of zygote_restarts)" 0 'zygotes lost'

kill -KILL "$hog" 2>/dev/null || true
wait "$hog" || true
await 30 level_is normal
is "$(stat_of cache_held)" 0
tried OK read "$MNT/2.jpg@webp-q40"
