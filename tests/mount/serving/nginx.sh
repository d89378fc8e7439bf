#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# contrib/nginx: see serving_asks.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../serving.sh"
need nginx

nginx_conf
serving_asks nginx -p "$T" -c "$T/nginx.conf" -e "$T/error.log"
