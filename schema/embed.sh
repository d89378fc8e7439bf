#!/bin/sh
# SPDX-License-Identifier: MIT
# embed.sh FILE NAME: FILE as a NUL-terminated C array called NAME, on standard output.
set -eu
echo "/* Generated from $(basename "$1"). */"
echo "static const char $2[] = {"
od -An -v -tx1 "$1" | sed "s/ \([0-9a-f][0-9a-f]\)/'\\\\x\1',/g"
echo "0};"
