#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# contrib/apache: see serving_asks.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../serving.sh"
need apache2
ODD='a b%41[1]*\é&"'"'+;#.jpg"

with_places apache/lensfs.conf >"$T/lensfs.conf"
PORT=$(free_port)
as_nobody=
[[ $(id -u) != 0 ]] || as_nobody=$'User nobody\nGroup nogroup'
cat >"$T/apache.conf" <<END
$(for name in mpm_event authz_core mime dir alias setenvif headers rewrite; do
	echo "LoadModule ${name}_module /usr/lib/apache2/modules/mod_$name.so"
done)
$as_nobody
ServerRoot $T
DefaultRuntimeDir $T
PidFile $T/apache.pid
ErrorLog $T/error.log
Mutex file:$T default
TypesConfig /etc/mime.types
ServerName localhost
Listen 127.0.0.1:$PORT
<VirtualHost *>
	Include $T/lensfs.conf
</VirtualHost>
END
# It rewrites no name with a question mark.
question_mark() {
	cp "$SRC/a.jpg" "$SRC/a?b.jpg"
	falls_back a.jpg /a%3Fb.jpg "$MODERN"
	gives 404 text/html /a%3Fb.jpg@webp
}
ASK_MORE=question_mark serving_asks apache2 -DFOREGROUND -f "$T/apache.conf"
