#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a codec that was taken over would try fails in an encoder, and fails its job with EIO at
# once; without the sandbox the same attempts succeed, so it is the sandbox that stops them.
unset LENSFS_TEST_SANDBOX # which this asks about
. "$(dirname "$0")/../lib.sh"

start_fake
held=$(stat_of sandbox)
stop
[[ $held == *landlock*seccomp* ]] || skip "a sandbox without all its parts: $held"

# refused_attempt FILE ATTEMPT ERRNO
refused_attempt() {
	tried EIO read "$MNT/$1@webp"
	is "$(xattr "$MNT/$1@webp" error)" "Input/output error: refused $2: $3"
}

touch "$T/file"
chmod -R a+rwX "$T"
names=(open:/etc/passwd "open:$T/file" "create:$T/made" fork socket socketpair kill tgkill memfd)
[[ $(id -u) != 0 ]] || names+=(root chroot)
names+=(big-file descriptors)
for i in "${!names[@]}"; do fake "$SRC/$i.jpg" "try=${names[i]}"; done
fake "$SRC/exec.jpg" try=exec:/bin/true
fake "$SRC/thread.jpg" try=thread
fake "$SRC/typo.jpg" try=nonsense

start_fake workers=1
tried OK read "$MNT/thread.jpg@webp"
encoder=$(encoders_of "$DAEMON")
for i in "${!names[@]}"; do
	case ${names[i]} in
	big-file) error=EFBIG ;;
	descriptors) error=EMFILE ;;
	*) error=EPERM ;;
	esac
	refused_attempt "$i.jpg" "${names[i]}" "$error"
done
refused_attempt exec.jpg exec:/bin/true EPERM
tried EIO read "$MNT/typo.jpg@webp"
has "$(xattr "$MNT/typo.jpg@webp" error)" 'no attempt'
never test -e "$T/made"
is "$(encoders_of "$DAEMON")" "$encoder" 'the encoder, which nothing of this ended'
stop

start_fake -c "$T/cache-off" workers=1 sandbox=off
is "$(stat_of sandbox)" '"off"'
grep -q 'warning: .*sandbox=off' "$LOG" || fail 'running without a sandbox is not told'
for i in "${!names[@]}"; do tried OK read "$MNT/$i.jpg@webp"; done
tried EIO read "$MNT/exec.jpg@webp"
hasnt() { [[ $1 != *"$2"* ]] || fail "'$1' says '$2'"; }
hasnt "$(xattr "$MNT/exec.jpg@webp" error)" refused
[[ -e $T/made ]]
