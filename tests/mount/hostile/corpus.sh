#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Pictures made to harm (tests/corpus/hostile.py) and the pictures of $LENSFS_MEDIA: each is
# answered before the deadline is over, the daemon never dies, and afterwards it has as many
# descriptors, as little memory and as sound pictures as before. A sixteenth of the cut and
# flipped ones in the ordinary run, all of them with LENSFS_HOSTILE=all (tests/lanes/hostile).
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../hostile.sh"

# libheif 1.19 has assertions about the file's bytes.
CODECS_MAY_ASSERT=yes
few=few DEADLINE=2 views=(webp-w100)
! sanitized || DEADLINE=10
[[ ${LENSFS_HOSTILE:-} != all ]] || few='' DEADLINE=10 views=(webp-w100 w64-q50.jpg png)
# shellcheck disable=SC2086 # nothing, or one word
hostile_corpus "$T/samples" "$SRC" $few
mkdir "$SRC/good"
cp "$T"/samples/* "$SRC/good/"
if [[ -d ${LENSFS_MEDIA:-} ]]; then cp -r "$LENSFS_MEDIA" "$SRC/media"; fi

# What none of them changes: kilobytes, and descriptors without those of the descriptor cache, of
# encoders (socket and pidfd) and of libfuse (a pipe a thread, made at its first splice).
own_descriptors() {
	local all pipes
	all=$(find "/proc/$DAEMON/fd" -type l | wc -l)
	pipes=$(find "/proc/$DAEMON/fd" -lname 'pipe:*' | wc -l)
	echo $((all - pipes - $(stat_of descriptors) - 2 * $(stat_of encoders)))
}
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$DAEMON/status"; }

# answer_all <PATHS: one line each: outcome, milliseconds, path.
answer_all() {
	local path begin
	while read -r path; do
		begin=$(now_ms)
		echo "$(try read "$path") $(($(now_ms) - begin)) ${path#"$MNT"/}"
	done
}
good_are_good() {
	local file
	for file in "$T"/samples/*.jpg "$T"/samples/*.png "$T"/samples/*.webp; do
		tried OK read "$MNT/good/${file##*/}@webp-q$1"
	done
}

start deadline="$DEADLINE"
good_are_good 40
# Every room of the daemon has been in use once: a refusal, a retry and a dead encoder too.
kill -KILL "$(encoders_of "$DAEMON" | head -n 1)"
tried OK read "$MNT/good/sample.jpg@w20-png"
never cat "$MNT/cut/jpg-0.jpg@webp" 2>/dev/null
await 10 stat_is running 0
descriptors=$(own_descriptors)
rss=$(rss)

for view in "${views[@]}"; do
	find "$SRC" -type f -printf "$MNT/%P@$view\n"
done | sort >"$T/paths"
# As many at a time as there are encoders, so that nobody waits for another one's picture.
rm -f "$T"/answers.*
split -n "r/$(nproc)" "$T/paths" "$T/paths."
for part in "$T"/paths.*; do answer_all <"$part" >"$T/answers.${part##*.}" & done
# Not a bare `wait`, which would wait for the daemon.
for job in $(jobs -p); do [[ $job == "$DAEMON" ]] || wait "$job"; done
cat "$T"/answers.* >"$T/answers"
is "$(wc -l <"$T/answers")" "$(wc -l <"$T/paths")" 'answers'

never dead "$DAEMON"
good_are_good 41
awk -v limit=$((DEADLINE * 1000 + 3000)) '
	$1 !~ /^(OK|EIO|EFBIG|ETIMEDOUT|ENOMEM)$/ &&
		!($1 == "ENOENT" && ($3 ~ /^(cut|flip|heavy|media)/ || $3 ~ /[.]jxl@/)) { print "outcome:", $0; bad = 1 }
	$3 ~ /^refused/ && $1 == "OK" { print "not refused:", $0; bad = 1 }
	$2 > limit { print "late:", $0; bad = 1 }
	END { exit bad }' "$T/answers" >&2

await 10 stat_is running 0
await 10 stat_is queue 0
descriptors_are_back() { (($(own_descriptors) <= descriptors)); }
await 10 descriptors_are_back
# What it knows of some thousand names more is a few hundred bytes each.
sanitized || at_most "$(rss)" $((rss + 8192 + $(wc -l <"$T/paths"))) 'kilobytes of the daemon'
say "$(cut -d' ' -f1 "$T/answers" | sort | uniq -c | tr -s ' \n' ' ')of $(wc -l <"$T/answers"):" \
	"$(stat_of encoder_crashes) crashes, $(stat_of encoder_deadlines) deadlines;" \
	"descriptors $descriptors to $(own_descriptors), daemon $rss to $(rss) kB"
say "slowest: $(sort -k2,2n "$T/answers" | tail -n 6 | tr '\n' ';')"
