#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# READY=1 is not told when the mount stands, but when it has answered who asked it: as long as that
# one has heard nothing, the service manager does not either.
. "$(dirname "$0")/../lib.sh"

need python3
picture "$SRC/a.jpg" 64x48
/usr/bin/env python3 "$(dirname "$0")/listen.py" "$T/notify" "$T/heard" &
await 10 test -e "$T/heard"

# The encoder is begun between the prober and the mount, so it is early enough to have the prober
# hear nothing.
cat >"$T/encoder" <<END
#!/bin/sh
kill -STOP \$(PATH=$PATH pgrep -P \$PPID lensfs-prober) && : >$T/held
exec $FAKE_ENCODER "\$@"
END
chmod +x "$T/encoder"
# shellcheck disable=SC2016 # evaluated at the end
at_end 'pgrep -P "$DAEMON" lensfs-prober | xargs -r kill -CONT 2>/dev/null'
start -w "env NOTIFY_SOCKET=$T/notify WATCHDOG_USEC=2000000" "encoder=$T/encoder"
[[ -e $T/held ]] || fail 'the prober was not stopped'

# The mount serves, and the prober was asked, in vain.
[[ -s $MNT/a.jpg ]]
await 20 grep -q 'the mount does not answer' "$LOG"
is "$(cat "$T/heard")" '' 'what was heard'
kill -CONT "$(pgrep -P "$DAEMON" lensfs-prober)"
await 10 grep -q READY=1 "$T/heard"
stop
