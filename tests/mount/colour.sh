# SPDX-License-Identifier: MIT
#
# What cases of colour share: patches in known profiles and shapes on nothing, see the heads of
# colour/*.py. Sourced after lib.sh and decode.sh.
# shellcheck shell=bash

need python3 avifdec convert

COLOUR=$(cd "$(dirname "$0")" && pwd)/../colour
patches() { PYTHONDONTWRITEBYTECODE=1 python3 "$COLOUR/patches.py" "$@"; }
shapes() { PYTHONDONTWRITEBYTECODE=1 python3 "$COLOUR/shapes.py" "$@"; }
