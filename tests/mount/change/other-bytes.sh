#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# An evicted variant that comes out different when it is made again: who had it open gets
# ESTALE, never other bytes, and who opens it anew gets the new ones, whole.
. "$(dirname "$0")/../lib.sh"

fake "$SRC/a.jpg" output-once=3000000 output=1000000
fake "$SRC/b.jpg" output=3000000
