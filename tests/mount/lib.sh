# SPDX-License-Identifier: MIT
#
# What every mount case stands on. A case is one file, tests/mount/AREA/BEHAVIOUR.sh, that
# sources this and then says what must be true; its path is its name, and nothing is registered
# by hand. It ends with 0 (true), 77 (cannot be asked here) or anything else (false).
#
#	. "$(dirname "$0")/../lib.sh"
#	picture "$SRC/a.jpg" 640x480
#	start
#	...
#
# A case has a folder of its own, $T, with source, mountpoint and cache in it, and daemons of its
# own in the foreground, whose log is a file. Any command that fails ends the case (set -e), so
# commands are the assertions. Whatever happens, the trap unmounts and kills, by process id; and
# a case that went well has still failed when a daemon did not end with 0 on SIGTERM, left an
# encoder behind, or wrote a sanitizer's report into its log.
#
# Waiting is always for a fact, with a bound (await). A bound is there to end a broken case, not
# to measure: it is generous, save where a time is the promise itself.
#
# The environment names the programs: $LENSFS, $LENSCTL, $LENSFS_ENCODER_FAKE, and
# $LENSFS_TEST_TOOLS, the folder with make-picture and probe; or $LENSFS_BUILD, the build folder
# that has them all. $LENSFS_MEDIA, where set, is a folder of further pictures. With
# $LENSFS_TEST_SANDBOX=off encoders run without their sandbox, which a leak checker needs.
# shellcheck shell=bash

set -eEuo pipefail
shopt -s lastpipe inherit_errexit
export LC_ALL=C.UTF-8 TZ=UTC
umask 022

if [[ -n ${LENSFS_BUILD:-} ]]; then
	: "${LENSFS:=$LENSFS_BUILD/src/cli/lensfs}"
	: "${LENSCTL:=$LENSFS_BUILD/src/cli/lensctl}"
	: "${LENSFS_ENCODER_FAKE:=$LENSFS_BUILD/tests/fake/lensfs-encoder-fake}"
	: "${LENSFS_TEST_TOOLS:=$LENSFS_BUILD/tests/mount}"
fi
FAKE_ENCODER=${LENSFS_ENCODER_FAKE:?names no fake encoder; set LENSFS_BUILD to a build folder}
PATH=${LENSFS_TEST_TOOLS:?}:$PATH

T=$(mktemp -d "${TMPDIR:-/tmp}/lensfs-case.XXXXXX")
SRC=$T/source MNT=$T/mount CACHE=$T/cache LOG=$T/log
declare -A DAEMONS=() # mountpoint → process id
DAEMON=               # of the last one started
export XDG_CONFIG_HOME=$T/config-home # where a case may have *.conf of its own, in lensfs/

AT_END=() # commands, for what a case did outside its folder

say() { printf '%s\n' "$*" >&2; }
# The line of the case itself, however deep in here it failed.
where() { echo "${0##*/} line ${BASH_LINENO[-2]:-?}"; }
fail() { say "FAILED: $(where): $*"; exit 1; }
skip() { say "skipped: $*"; exit 77; }
need() { for tool; do command -v "$tool" >/dev/null || skip "no $tool here"; done; }
at_end() { AT_END+=("$*"); }
need_root() { [[ $(id -u) == 0 ]] || skip 'not root'; }

# --- Facts, and waiting for them -----------------------------------------------------------

is() { [[ $1 == "$2" ]] || fail "${3:-it} is '$1', not '$2'"; }
isnt() { [[ $1 != "$2" ]] || fail "${3:-it} is '$1'"; }
at_most() { (($1 <= $2)) || fail "${3:-it} is $1, over $2"; }
at_least() { (($1 >= $2)) || fail "${3:-it} is $1, under $2"; }
has() { [[ $1 == *"$2"* ]] || fail "'$1' says nothing of '$2'"; }
# Fails when the command succeeds: `! command` alone would not end the case.
never() { if "$@"; then fail "this should have failed: $*"; fi; }

dead() { [[ ! -e /proc/$1/stat || $(ps -o stat= -p "$1") == Z* ]]; }
mounted() { grep -qF " $1 fuse.lensfs " /proc/self/mounts; }
now_ms() { local t=$EPOCHREALTIME; echo $((${t/./} / 1000)); }

# await SECONDS COMMAND…: until it succeeds.
await() {
	local end=$(($(now_ms) + $1 * 1000))
	shift
	until "$@"; do
		(($(now_ms) < end)) || fail "waited in vain for: $*"
		sleep 0.02
	done
}

# The outcome of one system call, "OK" or the name of its errno: see probe.c.
try() { probe try "$@"; }
tried() { is "$(try "${@:2}")" "$1" "$*"; }

# stat_of FIGURE [MOUNTPOINT]: one figure of stats.json.
stat_of() {
	local line
	line=$(grep -F "\"$1\":" "${2:-$MNT}/.lensfs/stats.json") || fail "no figure '$1'"
	line=${line#*: }
	echo "${line%,}"
}
stat_is() { [[ $(stat_of "$1") == "$2" ]]; }

# Whose malloc keeps what is freed.
sanitized() { grep -qaE '__(asan|tsan)_init' "$LENSFS"; }

# xattr PATH NAME: as the system.* twin, which encodes nothing. Not by getfattr, which would
# lstat() first, and so encode.
xattr() { probe xattr "$1" "system.lensfs.$2"; }
xattr_is() { [[ $(xattr "$1" "$2" 2>/dev/null) == "$3" ]]; }

# kind FILE: its media type, by its first bytes.
kind() {
	case $(head -c 16 "$1" | od -An -v -tx1 | tr -d ' \n') in
	ffd8ff*) echo image/jpeg ;;
	89504e470d0a1a0a*) echo image/png ;;
	47494638*) echo image/gif ;;
	52494646????????57454250*) echo image/webp ;;
	????????6674797061766966*) echo image/avif ;;
	ff0a* | 0000000c4a584c20*) echo image/jxl ;;
	49492a00* | 4d4d002a*) echo image/tiff ;;
	*) echo unknown ;;
	esac
}

# --- Sources -------------------------------------------------------------------------------

# picture FILE WIDTHxHEIGHT [KEY=VALUE…]: see make-picture.c.
picture() { make-picture "$@"; }

# fake FILE DIRECTIVE…: a source for the fake encoder, see its head.
fake() {
	{ printf '\377\330\377\340\000\020JFIF\n'; printf 'FAKE %s\n' "${@:2}"; } >"$1"
}

# --- A world of its own --------------------------------------------------------------------

# own_mounts: goes on in a mount namespace of its own, so that what the case mounts over folders of
# the system nobody else sees. To stand first: the case begins anew there.
own_mounts() {
	need_root
	[[ -z ${LENSFS_OWN_MOUNTS:-} ]] || return 0
	trap - EXIT ERR
	rm -rf --one-file-system "$T"
	unshare --mount true 2>/dev/null || skip 'may make no mount namespace here'
	LENSFS_OWN_MOUNTS=1 exec unshare --mount --propagation private "$0"
}

# lensfs_installed: lensfs and mount.lensfs are where the system looks for them, in that world.
lensfs_installed() {
	mkdir -p "$T/sbin"
	mount -t tmpfs none /usr/local/bin
	ln -s "$LENSFS" /usr/local/bin/lensfs
	mount -t overlay -o "lowerdir=$T/sbin:/sbin" none /sbin
	ln -s "$LENSFS" "$T/sbin/mount.lensfs"
}

# ended MOUNTPOINT PID: it is unmounted, and the daemon that was in the background is gone.
ended() {
	await 15 dead "$2"
	never mounted "$1"
}

# --- Control groups ------------------------------------------------------------------------

# memory_group MEBIBYTES: makes one with this limit and names it $GROUP; $T/in-group COMMAND… runs in
# it. Whoever was in it may still be on the way out when it is removed.
memory_group() {
	local version1=/sys/fs/cgroup/memory version2=/sys/fs/cgroup limit
	need_root
	if [[ -e $version1/memory.limit_in_bytes ]]; then
		GROUP=$version1/lensfs-test.$$ limit=memory.limit_in_bytes
	elif grep -qw memory "$version2/cgroup.subtree_control" 2>/dev/null; then
		GROUP=$version2/lensfs-test.$$ limit=memory.max
	else
		skip 'no memory controller here'
	fi
	mkdir "$GROUP" 2>/dev/null || skip 'may make no control group here'
	at_end remove_memory_group
	echo $(($1 << 20)) >"$GROUP/$limit"
	printf '#!/bin/sh\necho $$ >%s/cgroup.procs && exec "$@"\n' "$GROUP" >"$T/in-group"
	chmod +x "$T/in-group"
}
remove_memory_group() {
	for _ in $(seq 100); do rmdir "$GROUP" 2>/dev/null && break; sleep 0.1; done
}

# --- Daemons -------------------------------------------------------------------------------

answers() { dead "$1" || { mounted "$2" && [[ -s $2/.lensfs/stats.json ]]; }; }

# start [-s SOURCE] [-m MOUNTPOINT] [-c CACHE] [-w WRAPPER] [OPTION…]: mounts, and returns when
# the mount answers. Keeps nothing free of the disk, which may be fuller than that. WRAPPER is a command before lensfs, such as `prlimit -n256`; it must exec.
start() {
	local src=$SRC mnt=$MNT cache=$CACHE wrapper= opts= flag OPTIND=1
	[[ -z ${LENSFS_TEST_SANDBOX:-} ]] || opts=,sandbox=$LENSFS_TEST_SANDBOX
	while getopts s:m:c:w: flag; do
		case $flag in
		s) src=$OPTARG ;;
		m) mnt=$OPTARG ;;
		c) cache=$OPTARG ;;
		w) wrapper=$OPTARG ;;
		*) fail "start: -$flag" ;;
		esac
	done
	shift $((OPTIND - 1))
	for option; do opts+=,$option; done
	# Cases count what is encoded; those that are about prefetch have it as users do.
	[[ $0 != */mount/* || $0 == */mount/prefetch/* || $opts == *,prefetch=* ]] ||
		opts+=,prefetch=off
	mkdir -p "$mnt"
	# shellcheck disable=SC2086
	$wrapper "$LENSFS" -f -o "cache=$cache,cache_free=0$opts" "$src" "$mnt" 2>>"$LOG" &
	DAEMON=$!
	DAEMONS[$mnt]=$DAEMON
	await 20 answers "$DAEMON" "$mnt"
	never dead "$DAEMON"
}

start_fake() { start "$@" "encoder=$FAKE_ENCODER"; }

# What a daemon leaves behind is found by its stderr, which it shares with its encoders.
holders() { find /proc/[0-9]*/fd/2 -maxdepth 0 -lname "$LOG" 2>/dev/null | cut -d/ -f3; }
zygote_of() { pgrep -P "$1" lensfs-encoder; }
encoders_of() { pgrep -P "$(zygote_of "$1")" || true; }
no_holders() { [[ -z $(holders) ]]; }

# exits PID CODE: it ends with this code. Only for children.
exits() {
	local code=0
	await 15 dead "$1"
	wait "$1" || code=$?
	is "$code" "$2" "exit code of lensfs"
}

# stop [MOUNTPOINT]: SIGTERM, and everything that must hold then.
stop() {
	local mnt=${1:-$MNT} pid
	pid=${DAEMONS[$mnt]}
	kill -TERM "$pid"
	exits "$pid" 0
	unset "DAEMONS[$mnt]"
	never mounted "$mnt"
	((${#DAEMONS[@]} > 0)) || await 5 no_holders
}

# lost [MOUNTPOINT]: the daemon is no more, and nobody shall miss it.
lost() { unset "DAEMONS[${1:-$MNT}]"; }

# refused CODE WORDS ARGUMENT…: lensfs exits with CODE, and its message has all of the WORDS,
# which are separated by `|`.
refused() {
	local code=0 message words
	message=$(timeout 20 "$LENSFS" "${@:3}" 2>&1) || code=$?
	is "$code" "$1" "exit code of lensfs ($message)"
	IFS='|' read -ra words <<<"$2"
	for word in "${words[@]}"; do has "$message" "$word"; done
}

# --- The end -------------------------------------------------------------------------------

REPORTS='(Address|Leak|Thread|Memory)Sanitizer|runtime error:|Assertion .* failed|assertion .* failed|stack smashing|(double free|corrupted size|invalid pointer)|GLib.*CRITICAL'

# What a codec's own assertion says when it ends its encoder: allowed where a case says so.
CODECS_MAY_ASSERT=
CODEC_ASSERTION='^lensfs-encoder: \./lib[a-z]*/.*Assertion .* failed'
reports() {
	local allowed='^$'
	[[ -z $CODECS_MAY_ASSERT ]] || allowed=$CODEC_ASSERTION
	grep -avE "$allowed" "$LOG" | grep -aE "$REPORTS"
}

clear_away() {
	for mnt in "${!DAEMONS[@]}"; do kill -KILL "${DAEMONS[$mnt]}" 2>/dev/null || true; done
	for pid in $(holders); do kill -KILL "$pid" 2>/dev/null || true; done
	awk '$3 == "fuse.lensfs" {print $2}' /proc/self/mounts | while read -r mnt; do
		[[ $mnt == "$T"/* ]] || continue
		umount -l "$mnt" 2>/dev/null || fusermount3 -uzq "$mnt" || true
	done
	for pid in $(jobs -p); do kill -KILL "$pid" 2>/dev/null || true; done
	for command in "${AT_END[@]}"; do eval "$command"; done
}

# After a good end: what every case must leave behind. Checks run in subshells, which `fail` may
# end; only waiting cannot, since the daemons are children of this shell.
ended_well() {
	local mnt pid code
	for mnt in "${!DAEMONS[@]}"; do
		pid=${DAEMONS[$mnt]}
		kill -TERM "$pid" 2>/dev/null
		(await 15 dead "$pid") || return 1
		wait "$pid"
		code=$?
		(is "$code" 0 'exit code of lensfs on SIGTERM') || return 1
		unset "DAEMONS[$mnt]"
		(never mounted "$mnt") || return 1
	done
	(await 5 no_holders) || { say "left behind: $(ps -o args= -p "$(holders | paste -sd,)")"; return 1; }
	[[ ! -e $LOG ]] || (never reports) || return 1
}

case_end() {
	local status=$?
	trap - EXIT ERR
	set +e
	((status != 0)) || ended_well || status=1
	clear_away
	((status == 0 || status == 77)) || show_log
	if [[ -n ${LENSFS_KEEP:-} ]]; then say "kept: $T"; else rm -rf --one-file-system "$T"; fi
	exit "$status"
}

show_log() {
	[[ -s $LOG ]] || return 0
	say "--- end of the daemon's log:"
	tail -n 40 "$LOG" >&2
}

trap 'say "FAILED: $(where), ${BASH_SOURCE[0]##*/} line $LINENO: $BASH_COMMAND"' ERR
trap case_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[[ -w /dev/fuse ]] || skip 'no /dev/fuse here'
mkdir "$SRC" "$MNT"
