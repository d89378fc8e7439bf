#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who waits for an encoder, says nothing or does not listen keeps nobody else from steering a mount.
. "$(dirname "$0")/../lib.sh"
need python3

fake "$SRC/long.jpg" sleep=60s
start_fake workers=1 prefetch=off

# In one thread too few, all of these would be answered one after the other, and the later ones late.
try read "$MNT/long.jpg@webp" >/dev/null &
running() { stat_is running 1; }
await 10 running
probes=()
for n in 1 2 3; do
	"$LENSCTL" probe -t 12 "$MNT" >"$T/probe$n" &
	probes+=("$!")
done
queued() { (($(stat_of queue) == 3)); }
await 10 queued
code=0
"$LENSCTL" probe -t 12 "$MNT" >"$T/out" || code=$?
is "$code" 1 'exit code of one probe too many'
has "$(cat "$T/out")" 'others wait for an encoder already'
timeout 10 "$LENSCTL" log-level debug "$MNT" >/dev/null
is "$(stat_of log_level)" '"debug"'
for pid in "${probes[@]}"; do never dead "$pid"; done
for pid in "${probes[@]}"; do exits "$pid" 1; done
for n in 1 2 3; do has "$(cat "$T/probe$n")" 'does not encode now: no encoder had time for it'; done

# Three that are silent, and one that never reads what it is told.
/usr/bin/env python3 - "$CACHE" "$T/connected" <<'END' &
import os, socket, sys
os.chdir(sys.argv[1])
def client():
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.connect("control.sock")
    return sock
clients = [client() for _ in range(3)]
deaf = client()
asked = 0
try:
    while True:
        deaf.send(b'{"command":"cache status"}')
        asked += 1
        if asked == 10:
            open(sys.argv[2], "w").close()
except OSError:
    print("sent away", flush=True)
END
talker=$!
await 10 test -e "$T/connected"
timeout 10 "$LENSCTL" log-level info "$MNT" >/dev/null
is "$(stat_of log_level)" '"info"'
# It is sent away, and not waited for.
await 20 dead "$talker"
timeout 10 "$LENSCTL" reload "$MNT" >/dev/null
