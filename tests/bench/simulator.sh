#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# simulator.sh [SEED [PLOT.svg]]: the eviction policy against LRU, FIFO, S3-FIFO and SIEVE, as a
# table and, where a file is named, a plot. Nothing is measured: the same seed gives the same
# figures everywhere. LENSFS_BUILD is the build folder.
set -euo pipefail
here=$(dirname "$0")
simulator=${LENSFS_BUILD:?names no build folder}/tests/bench/simulator/simulator
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
"$simulator" "${1:-1}" >"$figures"
python3 "$here/simulator/table.py" "$figures"
[[ -z ${2:-} ]] || python3 "$here/simulator/plot.py" "$figures" >"$2"
