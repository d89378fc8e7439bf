#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The systemd unit is one that systemd understands, mounts where everybody sees it, and leaves lensfs
# and its encoders' sandbox all that they need: tried with its capabilities and system calls.
. "$(dirname "$0")/../lib.sh"

unit=${LENSFS%/src/cli/lensfs}/contrib/systemd/lensfs@.service
[[ -e $unit ]] || skip "no unit at $unit"
setting() { sed -n "s/^$1=//p" "$unit"; }

# What makes a mount namespace hides the mount from everybody else (systemd.exec(5)).
never grep -E '^(PrivateTmp|PrivateDevices|PrivateMounts|ProtectSystem|ProtectHome|ProtectKernel|ProtectControlGroups|ProtectHostname|ProtectProc|ProcSubset|DynamicUser|MountFlags|RootDirectory|RootImage|BindPaths|BindReadOnlyPaths|ReadOnlyPaths|ReadWritePaths|InaccessiblePaths|TemporaryFileSystem|ExecPaths|NoExecPaths|PrivateNetwork|PrivateIPC|LogNamespace)' "$unit"

if command -v systemd-analyze >/dev/null; then
	mkdir "$T/units"
	# Where it will be installed there is nothing yet.
	sed "s|=/[^ ]*/lensfs |=$LENSFS |; s|=/[^ ]*/lensctl |=$LENSCTL |" "$unit" >"$T/units/lensfs@.service"
	cp "$T/units/lensfs@.service" "$T/units/lensfs@photos.service"
	said=$(systemd-analyze verify --man=no --recursive-errors=no "$T/units/lensfs@photos.service" 2>&1) ||
		fail "systemd-analyze verify: $said"
	is "$said" '' 'what systemd-analyze says'
	# Of 100: the higher the more exposed. What is left is that it mounts, as root.
	if systemd-analyze --help | grep -q -- --offline; then
		systemd-analyze security --offline=true --threshold=50 "$T/units/lensfs@photos.service" \
			>"$T/exposed" 2>&1 || fail "exposed: $(tail -n 3 "$T/exposed")"
	fi
fi

need_root
need setpriv
caps=$(setting CapabilityBoundingSet)
caps=${caps//CAP_/+}
picture "$SRC/a.jpg" 64x48
chown 65534 "$SRC/a.jpg"
chmod 600 "$SRC/a.jpg"
confined="setpriv --no-new-privs --bounding-set=-all,$(tr ' ' , <<<"${caps,,}") --inh-caps=-all"
case ${LENSFS_TEST_SANDBOX:-} in off) sandbox=off ;; *) sandbox=require ;; esac
sanitized && sandbox=off
start -w "$confined" "sandbox=$sandbox,allow_other"
is "$(sed -n 's/^CapPrm:\t//p' "/proc/$DAEMON/status")" \
	"$(printf %016x $((1 << 21 | 1 << 2 | 1 << 7 | 1 << 6 | 1 << 8 | 1 << 5)))" 'its capabilities'
is "$(probe try read "$MNT/a.jpg@webp-w20")" OK
"$LENSCTL" reload "$MNT"
fusermount3 -u "$MNT"
exits "$DAEMON" 0
lost

# Every system call that mounting, encoding and unmounting take is one that the unit lets pass.
command -v systemd-analyze >/dev/null || exit 0
need strace
sanitized && exit 0
calls_of() {
	local word
	for word; do
		case $word in
		@*) systemd-analyze syscall-filter "$word" 2>/dev/null | tail -n +2 | sed 's/#.*//' | xargs |
			{ read -r -a words; calls_of "${words[@]}"; } ;;
		*) echo "$word" ;;
		esac
	done
}
setting SystemCallFilter | xargs | { read -r -a words; calls_of "${words[@]}"; } | sort -u >"$T/allowed"
at_least "$(wc -l <"$T/allowed")" 200 'how many calls are allowed'
start -w "strace -f -qq -o $T/trace" "sandbox=$sandbox"
for view in webp-w20 avif-w20 jxl-w20 png-w10-sharpen gif tiff-rot90 jpeg-w20-h20-cover-smart; do
	probe try read "$MNT/a.jpg@$view" >"$T/tried"
done
"$LENSCTL" stats "$MNT" >"$T/tried"
fusermount3 -u "$MNT"
exits "$DAEMON" 0
lost
sed -nE 's/^[0-9]+ +([a-z][a-z_0-9]*)\(.*/\1/p' "$T/trace" | sort -u >"$T/used"
at_least "$(wc -l <"$T/used")" 50 'how many calls were seen'
is "$(comm -23 "$T/used" "$T/allowed" | xargs)" '' 'what the unit would refuse'
