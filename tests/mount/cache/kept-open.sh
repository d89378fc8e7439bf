#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Variants that are read a thousand times a second, all from the kernel's pages, outlive idle ones
# when the cache is over its bound: one that is opened by its name each time, and one that a server
# keeps open and never looks up again, of which the daemon hears nothing at all.
. "$(dirname "$0")/../lib.sh"
need jq

for n in 0:open 1:named 2:idle 3:other; do
	fake "$SRC/${n#*:}.jpg" "output=4000${n%:*}" sleep=100ms
done
start_fake cache_size=170k timeout=1
VIEW=@webp-q1 SPINS=()

# As old as each other, as large and as dear.
for n in open named idle; do cat "$MNT/$n.jpg$VIEW" >/dev/null; done
declare -A KEYS # asking for one later would be a use
for n in open named idle; do KEYS[$n]=$(xattr "$MNT/$n.jpg$VIEW" key); done
probe spin "$MNT/open.jpg$VIEW" "$T/end" open >"$T/open" &
SPINS+=($!)
probe spin "$MNT/named.jpg$VIEW" "$T/end" named >"$T/named" &
SPINS+=($!)
cat "$MNT/other.jpg$VIEW" >/dev/null
reads=$(stat_of reads) begun=$(now_ms)
# Their names have expired, the kernel was asked about them, and what it still knows counts as used:
# later than the idle one, of which nothing is heard. (The cache folder is asked: that reads nothing
# in the mount.)
used_at() {
	"$LENSCTL" cache status --json "$CACHE" |
		jq --arg key "${KEYS[$1]}" 'first((.top + .next)[] | select(.key == $key)).used'
}
used_since() { (($(used_at "$1") - $(used_at idle) >= 5)); }
await 60 used_since named
await 60 used_since open
at_most $(($(stat_of reads) - reads)) 6 'reads that the daemon saw'
for q in $(seq 2 31); do cat "$MNT/other.jpg@webp-q$q" >/dev/null; done
took=$(($(now_ms) - begun))
touch "$T/end"
for job in "${SPINS[@]}"; do wait "$job"; done
for how in open named; do
	at_least $(($(<"$T/$how") * 1000 / took)) 1000 "reads a second of the one $how"
	is "$(xattr "$MNT/$how.jpg$VIEW" state)" present "what is read, $how"
done
is "$(xattr "$MNT/idle.jpg$VIEW" state)" evicted 'what nobody reads'
at_least "$(stat_of evictions)" 25 'evictions'
is "$(stat_of encodes)" 34 'encodes: nothing twice'
