#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# contrib/nginx: see serving_asks.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../serving.sh"
need nginx

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
serving_asks nginx -p "$T" -c "$T/nginx.conf" -e "$T/error.log"
