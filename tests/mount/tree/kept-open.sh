#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A variant that is read a thousand times a second from the kernel's pages is in use, whatever name
# in which tree it was opened by: it outlives idle ones when the cache is over its bound.
. "$(dirname "$0")/../lib.sh"
need jq

mkdir "$SRC/d"
for n in 0:open 2:idle 3:other; do
	fake "$SRC/d/${n#*:}.jpg" "output=4000${n%:*}" sleep=100ms
done
start_fake cache_size=130k timeout=1
tree=$MNT/d@webp-q1
for n in open idle; do cat "$tree/$n.jpg.webp" >/dev/null; done
declare -A KEYS # asking for one later would be a use
for n in open idle; do KEYS[$n]=$(xattr "$tree/$n.jpg.webp" key); done
probe spin "$tree/open.jpg.webp" "$T/end" open >"$T/open" &
spin=$!
cat "$tree/other.jpg.webp" >/dev/null
used_at() {
	"$LENSCTL" cache status --json "$CACHE" |
		jq --arg key "${KEYS[$1]}" 'first((.top + .next)[] | select(.key == $key)).used'
}
used_since() { (($(used_at open) - $(used_at idle) >= 5)); }
await 60 used_since
for q in $(seq 2 31); do cat "$MNT/d@webp-q$q/other.jpg.webp" >/dev/null; done
touch "$T/end"
wait "$spin"
is "$(xattr "$tree/open.jpg.webp" state)" present 'what is read'
is "$(xattr "$tree/idle.jpg.webp" state)" evicted 'what nobody reads'
is "$(stat_of encodes)" 33 'encodes: nothing twice'
