#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# .lensfs/dashboard.html in headless Chromium, through nginx at a prefix of its own: what it shows of
# nothing, of figures, of hostile names, of what it may not see, and of a mount that has gone; and its
# content security policy lets all of that pass. $LENSFS_SHOW names a folder for screenshots.
. "$(dirname "$0")/../lib.sh"
need nginx
need python3
for browser in chromium-headless-shell chromium; do
	if command -v "$browser" >/dev/null; then break; fi
	browser=
done
[[ -n $browser ]] || skip 'no Chromium here'

hostile='<img src=x onerror=alert(1)>&"#?%41'
mkdir "$SRC/a folder" "$T/gone" "$T/home"
picture "$SRC/a folder/$hostile.jpg" 640x480
picture "$SRC/plain.png" 320x200
head -c 200 "$SRC/plain.png" >"$SRC/"$'bad\n\'quote\'.png'
head -c 150 "$SRC/plain.png" >"$SRC/cut.png"
chmod -R a+rX "$T"

# As root nginx has another user than lensfs, and is let in by its group.
user='' options=()
if [[ $(id -u) == 0 ]]; then user='user nobody nogroup;' options=(allow_other control_group=nogroup); fi
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$T/nginx.conf" <<END
daemon off; pid $T/nginx.pid; error_log $T/error.log; $user
events {}
http {
	types { text/html html; application/json json; image/webp webp; }
	access_log off;
	client_body_temp_path $T/home; proxy_temp_path $T/home; fastcgi_temp_path $T/home;
	uwsgi_temp_path $T/home; scgi_temp_path $T/home;
	server {
		listen 127.0.0.1:$PORT;
		location /some/photos/ { alias $MNT/; }
		location /gone/ { alias $T/gone/; }
	}
}
END
nginx -c "$T/nginx.conf" -e "$T/error.log" &
nginx=$!
at_end "kill -QUIT $nginx 2>/dev/null || true"
listens() { (: </dev/tcp/127.0.0.1/"$PORT") 2>/dev/null; }
await 10 listens

# shows PATH [OPTION…]: what has become of the page, in $T/dom.
shows() {
	HOME=$T/home timeout 90 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--user-data-dir="$T/home/profile" --hide-scrollbars --window-size=1280,1400 \
		--enable-logging=stderr --virtual-time-budget=5000 "${@:2}" --dump-dom \
		"http://127.0.0.1:$PORT/$1" 2>"$T/browser.log" |
		sed '/^<style>/,/<\/style>$/d; /^<script>/,/<\/script>$/d' >"$T/dom"
	if grep -F 'Content Security Policy' "$T/browser.log"; then fail 'the page breaks its own policy'; fi
	if grep -E 'Uncaught|SyntaxError|TypeError' "$T/browser.log"; then fail 'an error of its script'; fi
}
page_has() { grep -qE -e "$1" "$T/dom" || fail "the page lacks $1: $(<"$T/dom")"; }
page() { has "$(<"$T/dom")" "$1"; }
page_lacks() { never grep -qF -e "$1" "$T/dom"; }
screenshot() { [[ -z ${LENSFS_SHOW:-} ]] || shows "$1" "--screenshot=$LENSFS_SHOW/$2.png" "${@:3}"; }
address=some/photos/.lensfs/dashboard.html

start "${options[@]}"
shows "$address"
page '<h2>Bytes saved</h2><p class="value">–</p>'
page '<p class="nothing" id="slow-nothing">Nothing was encoded yet.'
page '<p class="nothing" id="failing-nothing">Nothing has failed.'
page 'live, '
page '<p id="banner" role="alert" hidden="">'
is "$(stat_of encodes)" 0 'encodes by the page itself'
screenshot "$address" dashboard-nothing

cat "$MNT/a folder/$hostile.jpg@webp" "$MNT/plain.png@webp" "$MNT/plain.png@jpeg" >/dev/null
tried EIO open "$MNT/"$'bad\n\'quote\'.png@webp'
tried EIO open "$MNT/cut.png@webp"
shows "$address"
# Two more are its own thumbnails, which may be made by then.
page_has '<h2>Encodes</h2><p class="value warn">[345]</p>'
page_has '; 2 failed; [0-9]+ ms each<'
page '<h2>Memory pressure</h2><p class="value good">normal</p>'
page_has '<h2>Bytes saved</h2><p class="value good">[0-9.]+ KiB</p>'
page_has '<h2>Cache</h2><p class="value">[0-9.]+ KiB</p>.*[345] variants, 0 evicted'
# Names are text, and addresses are encoded.
page '>a folder/&lt;img src=x onerror=alert(1)&gt;&amp;"#?%41.jpg</a>'
page 'src="../a%20folder/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%26%22%23%3F%2541.jpg%40webp-w176-h176-cover.webp"'
page_lacks '<img src=x'
page_lacks 'src="x"'
page "href=\"../bad%0A'quote'.png\""
page 'EIO: '
page '<td>jpeg-q80</td><td>1</td><td>0</td>'
# The thumbnails are there, made by the mount; not of what is damaged, which would fail once more.
is "$(grep -o 'no picture' "$T/dom" | wc -l)" 2 'pictures without a thumbnail'
is "$("$LENSCTL" top --json "$MNT" | grep -c '"webp-q79-e4-w176-h176-cover"')" 1 'views of thumbnails'
is "$(stat_of encode_failures)" 2 'failures'
screenshot "$address" dashboard-light
screenshot "$address" dashboard-dark --blink-settings=preferredColorScheme=0
screenshot "$address" dashboard-narrow --window-size=500,2400

# A mount that has gone.
cat "$MNT/.lensfs/dashboard.html" >"$T/gone/dashboard.html"
chmod a+r "$T/gone/dashboard.html"
shows gone/dashboard.html
page 'The mount does not answer since '
page '<body class="gone">'
page '<p class="nothing" id="slow-nothing">Not known yet.'
screenshot gone/dashboard.html dashboard-gone
stop

if [[ $(id -u) == 0 ]]; then
	start allow_other
	shows "$address"
	page 'live, '
	page '<p class="nothing" id="failing-nothing">Not shown: '
	page '<p class="nothing" id="slow-nothing">Not shown: '
	stop
fi
