#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A living encoder as /proc shows it: locked in every way that stats speak of, without the
# daemon's environment, and with no descriptor but its socket.
unset LENSFS_TEST_SANDBOX # which this asks about
. "$(dirname "$0")/../lib.sh"

status_of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' '; }

picture "$SRC/a.jpg" 64x48
exec 9<"$T" # what the daemon was started with by somebody careless
export LENSFS_SECRET=hunter2
start workers=1
exec 9<&-
is "$(probe try read "$MNT/a.jpg@webp")" OK
encoder=$(encoders_of "$DAEMON")
zygote=$(zygote_of "$DAEMON")
held=$(stat_of sandbox)
is "$("$LENSCTL" stats "$MNT" | sed -n 's/^sandbox *//p')" "${held//\"/}"

has "$held" no-new-privs
is "$(status_of "$encoder" NoNewPrivs)" 1
for set in CapInh CapPrm CapEff CapAmb; do
	is "$(status_of "$encoder" "$set")" 0000000000000000 "$set"
done
if [[ $(id -u) == 0 ]]; then
	has "$held" ' user caps '
	is "$(status_of "$encoder" Uid)" '65534 65534 65534 65534'
	is "$(status_of "$encoder" Gid)" '65534 65534 65534 65534'
	is "$(status_of "$encoder" Groups | tr -d ' ')" ''
	is "$(status_of "$encoder" CapBnd)" 0000000000000000 CapBnd
	is "$(status_of "$zygote" Uid)" '0 0 0 0' 'user of the zygote'
else
	is "$(status_of "$encoder" Uid)" "$(status_of self Uid)"
fi
if [[ $held == *seccomp* ]]; then
	is "$(status_of "$encoder" Seccomp)" 2
	is "$(status_of "$zygote" Seccomp)" "$(status_of self Seccomp)" 'filter of the zygote'
fi
has "$held" rlimits
limit_of() { sed -n "s/^$1  *\([0-9a-z]*\)  *\([0-9a-z]*\) .*/\1 \2/p" "/proc/$encoder/limits"; }
is "$(limit_of 'Max core file size')" '0 0' 'core files'
is "$(limit_of 'Max open files')" '32 32' 'descriptors'
is "$(limit_of 'Max file size')" '4294967296 4294967296' 'the size of files'
is "$(cat "/proc/$encoder/oom_score_adj")" 500
is "$(ps -o ni= -p "$encoder" | tr -d ' ')" 10 'nice'

# Out of a debugger's reach, and so of ours unless we are root.
is "$(stat -c %U "/proc/$encoder/status")" root 'owner of what is not dumpable'
need_root
is "$(tr -d '\0' <"/proc/$encoder/environ")" '' 'environment'
is "$(tr -d '\0' <"/proc/$zygote/environ")" '' 'environment of the zygote'
is "$(find "/proc/$encoder/fd" -mindepth 1 -printf '%f ' | tr ' ' '\n' | sort -n | paste -sd' ' | sed 's/^ *//')" \
	'0 1 2 3' 'descriptors'
is "$(readlink "/proc/$encoder/fd/0") $(readlink "/proc/$encoder/fd/1")" '/dev/null /dev/null'
is "$(readlink "/proc/$encoder/fd/2")" "$LOG"
has "$(readlink "/proc/$encoder/fd/3")" socket:
