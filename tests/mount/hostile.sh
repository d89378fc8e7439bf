# SPDX-License-Identifier: MIT
#
# The corpus of pictures made to harm, for the cases of hostile/. Sourced after lib.sh.
# shellcheck shell=bash

need python3

# hostile_corpus SAMPLES FOLDER [few]: a sound picture of each format in SAMPLES, and what
# tests/corpus/hostile.py makes of them in FOLDER.
hostile_corpus() {
	local format
	mkdir "$1"
	for format in jpg png webp tif avif; do
		picture "$1/sample.$format" 40x30 pattern=noise
	done
	picture "$1/sample.gif" 40x30 pattern=noise frames=3
	if command -v cjxl >/dev/null; then cjxl "$1/sample.png" "$1/sample.jxl" 2>/dev/null; fi
	python3 "$(dirname "${BASH_SOURCE[0]}")/../corpus/hostile.py" "$@"
}
