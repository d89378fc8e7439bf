# SPDX-License-Identifier: MIT
#
# What the cases of web servers share. A case says how its server is started, serve_begin COMMAND…,
# and then asks what must be true of every server (serving_asks): the configurations in contrib/
# promise the same. Servers run in the foreground on a port of the loopback that was free, with
# nothing of theirs outside the case's folder. Sourced after lib.sh.
# shellcheck shell=bash

need curl python3

CONTRIB=$(cd "$(dirname "$0")" && pwd)/../../../contrib
SERVER=
ODD='a b%41?[1]*\é&"'"'+;#.jpg" # a name that this server must get right
REFUSALS='4..'
MODERN='image/avif,image/webp,image/apng,*/*;q=0.8'
SHORT='public, max-age=10' LONG='public, max-age=2592000'

# Workers that are not root come into the case's folder, and into the mount.
OPEN=()
if [[ $(id -u) == 0 ]]; then
	chmod 711 "$T"
	OPEN=(allow_other)
fi

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# with_places FILE: a configuration of contrib's, its two places changed to the case's.
with_places() { sed "s,/srv/www,$SRC,g; s,/mnt/www,$MNT,g" "$CONTRIB/$1"; }

# nginx_conf: $T/nginx.conf, for a server on $PORT.
nginx_conf() {
	with_places nginx/lensfs-server.conf >"$T/server.conf"
	PORT=$(free_port)
	cat >"$T/nginx.conf" <<END
pid $T/nginx.pid;
error_log $T/error.log;
worker_processes 4;
daemon off;
events {}
http {
	include /etc/nginx/mime.types;
	default_type application/octet-stream;
	access_log off;
	$(for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $T/$kind;"; done)
	include $CONTRIB/nginx/lensfs-http.conf;
	server {
		listen 127.0.0.1:$PORT;
		include $T/server.conf;
	}
}
END
}

# serve_begin COMMAND…: runs a server, which must stay in the foreground, until it answers on $PORT.
# It has a process group of its own, because its workers outlive it where a failed case kills it.
serve_begin() {
	setsid "$@" >>"$T/server.log" 2>&1 &
	SERVER=$!
	at_end "serve_end; [[ \$status == 0 ]] || tail -n 20 '$T'/*.log >&2"
	await 20 serve_answers
	never dead "$SERVER"
}
serve_answers() { dead "$SERVER" || curl -s -o /dev/null "http://127.0.0.1:$PORT/"; }
serve_end() {
	[[ -n $SERVER ]] || return 0
	kill -TERM "$SERVER" 2>/dev/null || true
	wait "$SERVER" 2>/dev/null || true
	kill -KILL -- "-$SERVER" 2>/dev/null || true
	SERVER=
}

# ask PATH [ACCEPT [CURLOPTION…]]: $CODE, $TYPE, the headers in $T/headers and the body in $T/body.
# ACCEPT is '-' for no such header.
ask() {
	local accept=${2:-*/*}
	[[ $accept != - ]] || accept=
	read -r CODE TYPE < <(curl -sg --max-time 20 --path-as-is -D "$T/headers" -o "$T/body" \
		-w '%{http_code} %{content_type}\n' -H "Accept:${accept:+ $accept}" "${@:3}" \
		"http://127.0.0.1:$PORT$1")
}
escaped() { python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$1"; }
header() { sed -n "s/^$1: \(.*\)\r\$/\1/Ip" "$T/headers"; }

gives() { # CODE TYPE PATH [ACCEPT…]
	ask "${@:3}"
	is "$CODE ${TYPE%%;*}" "$1 $2" "answer to ${*:3}"
}
has_become() { ask "${@:2}" && [[ $TYPE == "$1" && $(header cache-control) == "$LONG" ]]; }
# becomes TYPE PATH [ACCEPT]: sooner or later, and then the bytes are of that type as well.
becomes() {
	await 20 has_become "$@"
	is "$CODE $(kind "$T/body")" "200 $1" "$2"
	is "$(header last-modified)" '' "Last-Modified of $2"
}
# falls_back ORIGINAL PATH [ACCEPT]: the original, and not for long.
falls_back() {
	ask "${@:2}"
	is "$CODE $(header cache-control)" "200 $SHORT" "before there is $2"
	cmp "$T/body" "$SRC/$1"
}

# --- What is true of every server ------------------------------------------------------------

# serving_asks COMMAND…: the server with this command, in front of one mount after the other.
serving_asks() {
	make_site
	start miss=enoent "${OPEN[@]}"
	serve_begin "$@"
	ask_accept
	ask_names
	"${ASK_MORE:-:}"
	ask_words
	ask_conditions
	ask_what_is_not
	ask_hostile
	ask_bad
	stop
	ask_without
	ask_slow
	ask_waiting
	serve_end
}

make_site() {
	picture "$SRC/a.jpg" 64x48
	picture "$SRC/p.png" 64x48 seed=1
	picture "$SRC/g.gif" 20x10 frames=3
	picture "$SRC/logo@2x.png" 20x20
	picture "$SRC/UPPER.JPG" 64x48 seed=2
	picture "$SRC/$ODD" 64x48 seed=3
	mkdir "$SRC/sub" "$SRC/.lensfs"
	echo '"version": of another mount' >"$SRC/.lensfs/stats.json"
	cp "$SRC/a.jpg" "$SRC/sub/a.jpg"
	fake "$SRC/bad.jpg" error=damaged
	fake "$SRC/slow.jpg" sleep=3s
	echo '<p>page</p>' >"$SRC/page.html"
	chmod -R a+rX "$SRC"
}

ask_accept() {
	falls_back a.jpg /a.jpg "$MODERN"
	is "$(header vary) $TYPE" 'Accept image/jpeg' 'Vary and type of the original meanwhile'
	local etag
	etag=$(header etag)
	becomes image/avif /a.jpg "$MODERN"
	is "$(header vary)" Accept Vary
	isnt "$(header etag)" "$etag" ETag
	# Whoever kept the original does not keep it.
	gives 200 image/avif /a.jpg "$MODERN" -H "If-None-Match: $etag"
	becomes image/webp /a.jpg 'image/webp,*/*'

	local accept type
	while IFS='|' read -r type accept; do
		gives 200 "$type" /a.jpg "$accept"
		is "$(kind "$T/body")" "$type" "kind for '$accept'"
		is "$(header vary)" Accept "Vary for '$accept'"
		is "$(header cache-control)" "$LONG" "Cache-Control for '$accept'"
		is "$(header last-modified)" '' "Last-Modified for '$accept'"
	done <<-'END'
		image/jpeg|*/*
		image/jpeg|-
		image/jpeg|text/html,image/*;q=0.8
		image/avif|IMAGE/AVIF
		image/avif|image/webp, image/avif ; q=0.1
		image/avif|image/avif;q=0.001
		image/webp|image/avif;q=0,image/webp
		image/webp|image/webp;q=1.0,image/avif;v=b3; q=0.000
		image/jpeg|image/avif;q=0, image/webp;q=0.0,*/*
		image/jpeg|image/avif-sequence,image/webpx,*/*
	END
	# Animations stay some.
	becomes image/webp /g.gif "$MODERN"
	gives 200 image/gif /g.gif 'image/avif'
	becomes image/avif /p.png "$MODERN"
	becomes image/avif /sub/a.jpg "$MODERN"
	becomes image/avif /UPPER.JPG "$MODERN"
	becomes image/webp '/logo@2x.png' 'image/webp'
	gives 200 text/html /page.html "$MODERN"
	is "$(header vary)" '' 'Vary of a page'
}

# Every name of a view has its type, by whatever names a format: the view, its extension, the picture.
ask_names() {
	local name type
	while read -r type name; do
		becomes "$type" "/$name"
		is "$(header vary)" '' "Vary of $name"
	done <<-'END'
		image/webp a.jpg@webp-q75
		image/webp a.jpg@q75-webp.webp
		image/webp a.jpg@w30.webp
		image/webp a.jpg%40webp-q74
		image/avif a.jpg@w30-avif
		image/jxl a.jpg@jxl
		image/tiff a.jpg@tiff
		image/png a.jpg@png-grey
		image/gif a.jpg@gif
		image/jpeg a.jpg@w30
		image/jpeg UPPER.JPG@w30
		image/jpeg p.png@jpg-w20
		image/jpeg p.png@w20.jpg
		image/png p.png@w20
		image/gif g.gif@w10
		image/png logo@2x.png@w10
		image/webp logo@2x.png@webp
		image/webp @webp/a.jpg.webp
		image/webp sub/a.jpg@webp-w20
	END
	gives 200 image/jpeg "/$(escaped "$ODD")"
	cmp "$T/body" "$SRC/$ODD"
	becomes image/webp "/$(escaped "$ODD")@webp"
	becomes image/avif "/$(escaped "$ODD")" "$MODERN"
	# `auto` is what the client takes.
	becomes image/avif /a.jpg@auto-w20 "$MODERN"
	is "$(header vary)" Accept 'Vary of auto'
	becomes image/jpeg /a.jpg@auto-w20
	is "$(header vary)" Accept 'Vary of auto'
	becomes image/webp /a.jpg@auto.webp "$MODERN"
	is "$(header vary)" '' 'Vary of auto with an extension'
}

# The server knows every word that views are made of: what is not made, now because memory is said to
# be critical, is the original.
ask_words() {
	local name type rest
	"$LENSCTL" pressure "$MNT" --set critical --for 60s >&2
	await 5 stat_is level '"critical"'
	while IFS=$'\t' read -r name type rest; do
		case $type in
		word) ;;
		number) name=${name}2 ;;
		bytes) name+=100k ;;
		colour) name+=ff8800 ;;
		area) name+=0_0_10_10 ;;
		name) name+=brand ;;
		*) fail "what is a $type?" ;;
		esac
		falls_back a.jpg "/a.jpg@w61-$name"
	done < <(tokens)
	falls_back a.jpg "/a.jpg@w64-max5000-q100-crop1_2_3_4.jpg"
	"$LENSCTL" pressure "$MNT" --set normal --for 1s >&2
	await 5 stat_is level '"normal"'
}

ask_conditions() {
	local etag length
	gives 200 image/avif /a.jpg "$MODERN"
	etag=$(header etag) length=$(header content-length)
	cp "$T/body" "$T/whole"
	ask /a.jpg "$MODERN" -H "If-None-Match: $etag"
	is "$CODE $(header vary) $(header etag)" "304 Accept $etag" 'revalidation'
	is "$(header cache-control)" "$LONG" 'Cache-Control of 304'
	gives 200 image/webp /a.jpg image/webp -H "If-None-Match: $etag"
	ask /a.jpg "$MODERN" -I
	is "$CODE $TYPE $(header content-length) $(header etag)" "200 image/avif $length $etag" HEAD
	ask /a.jpg "$MODERN" -r 10-19
	is "$CODE $TYPE $(header content-range)" "206 image/avif bytes 10-19/$length" range
	cmp "$T/body" <(tail -c +11 "$T/whole" | head -c 10)
	ask /a.jpg "$MODERN" -r -7
	cmp "$T/body" <(tail -c 7 "$T/whole")
	ask /a.jpg "$MODERN" -r 99999999-
	is "$CODE" 416 'a range behind the end'
	ask /a.jpg "$MODERN" -r 0-9 -H 'If-Range: "other"'
	is "$CODE" 200 'a range of what it is no more'
}

ask_what_is_not() {
	local path
	for path in /none.jpg /none.jpg@webp /a.jpg@nonsense /a.jpg@wbep-q75 /a.jpg@webp- /a.jpg@-webp \
		/a.jpg@webp--q5 /a.jpg@webpq75 /a.jpg@ /a.jpg@2x.jpg /page.html@webp /@wbep/a.jpg \
		/a.jpg@webp.txt /a.jpg@webp%0A /sub@webp.webp; do
		ask "$path" "$MODERN"
		is "$CODE" 404 "$path"
	done
	is "$(stat_of encode_failures)" 0 'failed encodes'
}

# Nothing of lensfs itself, and nothing outside.
ask_hostile() {
	local path long
	long=$(printf '%0300d' 0)
	echo 'root:secret' >"$T/passwd"
	for path in /.lensfs /.lensfs/ /.lensfs/stats.json /%2elensfs/stats.json //.lensfs/config /./.lensfs/errors \
		/sub/../.lensfs/stats.json /sub/%2e%2e/.lensfs/stats.json /sub%2f..%2f.lensfs%2fstats.json \
		/@webp/.lensfs/stats.json /.lensfs%00/stats.json /.lensfs/stats.json@webp /.LENSFS/stats.json \
		/../passwd /%2e%2e/passwd /..%2fpasswd /a.jpg@webp/../../passwd \
		'/a.jpg@webp%2f..%2f..%2fpasswd' '/..%2fpasswd@webp.webp' '/%2e%2e/passwd@webp' '/\..\passwd' \
		/a.jpg%00 /a.jpg%00@webp "/$long.jpg" "/$long.jpg@webp" "/a.jpg@webp-$long" '/a.jpg@%s%n' \
		'/*.jpg' '/*.jpg@webp' '/?.jpg' '/%3F.jpg@webp.webp' '/[a].jpg' '/%5Ba%5D.jpg@webp'; do
		ask "$path" "$MODERN"
		[[ $CODE =~ ^($REFUSALS)$ ]] || fail "$path is answered by $CODE"
		never grep -qE 'root:|"version"|lensfs_' "$T/body"
	done
	gives 200 image/avif /a.jpg "$MODERN"
}

# A picture that cannot be encoded is what it is, at once, and tried once.
ask_bad() {
	falls_back bad.jpg /bad.jpg "$MODERN"
	await 10 stat_is encode_failures 1
	falls_back bad.jpg /bad.jpg "$MODERN"
	falls_back bad.jpg /bad.jpg@avif
	is "$(stat_of encode_failures)" 1 'attempts'
}

# lensfs is not there, but the pictures are.
ask_without() {
	falls_back a.jpg /a.jpg "$MODERN"
	falls_back a.jpg /a.jpg@w30-webp.webp
}

# Nobody waits for an encode.
ask_slow() {
	local begun
	rm -r "$CACHE"
	start_fake miss=enoent "${OPEN[@]}"
	begun=$(now_ms)
	for _ in 1 2 3 4 5 6; do falls_back slow.jpg /slow.jpg@w99-webp; done
	becomes image/avif /a.jpg "$MODERN"
	is "$(stat_of running)" 1 'encodes meanwhile'
	at_most $(($(now_ms) - begun)) 2500 'milliseconds for all'
	stop
}

# Without miss=enoent who is first waits, and nobody else does; names give what they say at once.
ask_waiting() {
	local slow
	rm -r "$CACHE"
	start_fake "${OPEN[@]}"
	gives 200 image/avif /a.jpg "$MODERN"
	is "$(stat_of misses)" 1 'encodes'
	(
		ask /slow.jpg image/webp -o "$T/slow.body" -D "$T/slow.headers"
		echo "$CODE $TYPE" >"$T/slow"
	) &
	slow=$!
	await 5 stat_is running 1
	for _ in 1 2 3 4 5 6 7 8; do gives 200 image/avif /a.jpg "$MODERN" --max-time 2; done
	is "$(stat_of running)" 1 'encodes while others were served'
	wait "$slow"
	is "$(<"$T/slow")" '200 image/webp' 'who waited'
	falls_back bad.jpg /bad.jpg "$MODERN"
	is "$(stat_of encode_failures)" 1 'failures'
}
