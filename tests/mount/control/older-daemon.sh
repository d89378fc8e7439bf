#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lensctl with a lensfs that is older than itself: what that does not know is said so, and the rest
# goes on. The older one is a mount that looks like it, with a stats.json that names a socket that
# knows no command.
. "$(dirname "$0")/../lib.sh"
need python3 jq
need_root

mount -t tmpfs none "$MNT"
at_end umount -l "$MNT"
mkdir "$MNT/.lensfs"
cat >"$MNT/.lensfs/stats.json" <<-END
	{ "version": "0.0.1", "pid": 1, "control_socket": "$T/control.sock", "encodes": 7,
	  "cache_state": "ok", "uptime_seconds": 5,
	  "formats_read": "jpeg webpx", "formats_write": "jpeg png" }
END
cat >"$T/older.py" <<-'END'
	import json, socket, sys
	sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
	sock.bind(sys.argv[1])
	sock.listen(8)
	while True:
	    client = sock.accept()[0]
	    client.recv(65536)
	    client.send(json.dumps({"ok": False, "errno": "ENOSYS", "message": "unknown"}).encode())
	    client.close()
END
python3 "$T/older.py" "$T/control.sock" &
await 10 test -S "$T/control.sock"
says() {
	local code=0
	timeout 20 "$LENSCTL" "${@:3}" >"$T/out" 2>&1 || code=$?
	is "$code" "$1" "exit code of lensctl ${*:3} ($(cat "$T/out"))"
	has "$(cat "$T/out")" "$2"
}
says 0 'encodes                   7' stats "$MNT"
says 1 '(0.0.1) does not know this; this is lensctl' log-level debug "$MNT"
says 1 'does not know this' warm --evict -v webp "$MNT"
says 1 '(0.0.1) does not know this' top "$MNT"
says 0 'encoder not tried: this lensfs is too old' probe "$MNT"
says 0 'jpeg' views "$MNT"
# What its libvips lacks, and no part of a word.
"$LENSCTL" views --json "$MNT" >"$T/out"
is "$(jq -c '[.formats[] | select(.read).format]' "$T/out")" '["jpeg"]'
is "$(jq -c '[.formats[] | select(.write).format]' "$T/out")" '["jpeg","png"]'
says 0 '-' stats -w 0.1 -n 1 "$MNT"
