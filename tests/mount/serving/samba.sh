#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# contrib/samba: mirrored files, views by their names and trees through a share, by smbd and smbclient.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../serving.sh"
need_root
need smbd smbclient

picture "$SRC/a.jpg" 64x48
mkdir "$SRC/sub" "$SRC/@eaDir"
picture "$SRC/sub/b c@2x.png" 64x48
fake "$SRC/bad.jpg" error=damaged
fake "$SRC/slow.jpg" sleep=3s
chmod -R a+rX "$SRC"
start_fake "${OPEN[@]}"

PORT=$(free_port)
for name in private lock state cache pid; do mkdir "$T/smb-$name"; done
cat >"$T/smb.conf" <<END
[global]
	private dir = $T/smb-private
	lock directory = $T/smb-lock
	state directory = $T/smb-state
	cache directory = $T/smb-cache
	pid directory = $T/smb-pid
	ncalrpc dir = $T/smb-pid/rpc
	log file = $T/smb.log
	interfaces = lo
	bind interfaces only = yes
	smb ports = $PORT
	disable netbios = yes
	load printers = no
	map to guest = bad user
	guest account = nobody
$(with_places samba/lensfs.conf)
	guest ok = yes
END
smb() { timeout 30 smbclient -N -s "$T/smb.conf" -p "$PORT" //127.0.0.1/photos -c "$1" 2>&1; }
smb_answers() { dead "$SERVER" || smb pwd >/dev/null; }
smbd -F -s "$T/smb.conf" >"$T/server.log" 2>&1 &
SERVER=$!
at_end serve_end
await 20 smb_answers
never dead "$SERVER"
get() { # NAME ORIGINAL
	rm -f "$T/got"
	smb "get \"$1\" $T/got" >/dev/null
	cmp "$T/got" "$2"
}
refuses() { has "$(smb "get \"$1\" $T/none" || true)" "NT_STATUS_$2"; }

get a.jpg "$SRC/a.jpg"
get A.JPG "$SRC/a.jpg"
get 'sub\b c@2x.png' "$SRC/sub/b c@2x.png"
get a.jpg@webp-w20 "$MNT/a.jpg@webp-w20"
get a.jpg@w21.webp "$MNT/a.jpg@w21.webp"
get 'sub\b c@2x.png@webp' "$MNT/sub/b c@2x.png@webp"
get '@webp\sub\b c@2x.png.webp' "$MNT/@webp/sub/b c@2x.png.webp"
get '@webp\A.JPG.WEBP' "$MNT/@webp/a.jpg.webp"
is "$(stat_of encodes)" 4 encodes

# What is in no listing has one spelling.
refuses A.JPG@webp-w20 OBJECT_NAME_NOT_FOUND
refuses a.jpg@nonsense OBJECT_NAME_NOT_FOUND
refuses '@eaDir\a.jpg' OBJECT_NAME_NOT_FOUND
never grep -q webp <(smb ls)
refuses '.lensfs\stats.json' OBJECT_PATH_NOT_FOUND
has "$(smb "put $0 a.txt" || true)" NT_STATUS_ACCESS_DENIED
has "$(smb "get bad.jpg@webp $T/none; get a.jpg $T/beside" || true)" NT_STATUS_
cmp "$T/beside" "$SRC/a.jpg"
get bad.jpg "$SRC/bad.jpg"

# Who waits for an encode waits alone.
smb "get slow.jpg@webp $T/slow" >/dev/null &
slow=$!
await 5 stat_is running 1
get a.jpg@webp-w20 "$MNT/a.jpg@webp-w20"
is "$(stat_of running)" 1 'encodes while another client was served'
wait "$slow"
cmp "$T/slow" "$MNT/slow.jpg@webp"

# A changed picture is a changed file.
picture "$SRC/a.jpg" 80x60 seed=7
get a.jpg "$SRC/a.jpg"
serve_end
