#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# contrib/prometheus names only what a mount's metrics have; promtool, where there is one, and JSON
# take its files.
. "$(dirname "$0")/../lib.sh"
need python3
tools=$(dirname "$0")/..
contrib=$tools/../../contrib/prometheus

fake "$SRC/a.jpg" output=100
start_fake
cat "$MNT/a.jpg@webp" >/dev/null
metrics=$T/metrics
cat "$MNT/.lensfs/metrics" >"$metrics"
at_least "$(python3 "$tools/expressions.py" "$metrics" "$contrib/rules.yml")" 10 'metrics in the rules'
at_least "$(python3 "$tools/expressions.py" "$metrics" "$contrib/grafana.json")" 20 'metrics in the dashboard'

# wrong WORDS PROMQL: the checker itself sees what is wrong.
wrong() {
	printf '%s\n' "$2" >"$T/wrong"
	never python3 "$tools/expressions.py" "$metrics" "$T/wrong" 2>"$T/message"
	has "$(<"$T/message")" "$1"
}
wrong 'no metric lensfs_encodes' 'rate(lensfs_encodes[5m])'
wrong 'no lensfs_encodes_total has result=fine' 'lensfs_encodes_total{result="fine"}'
wrong 'no lensfs_encodes_total has kind=x' 'lensfs_encodes_total{kind=~"x|y"}'
wrong 'the label' 'sum by (colour) (lensfs_encodes_total)'

python3 - "$contrib/grafana.json" <<'END'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    panels = json.load(file)["panels"]
assert len({panel["id"] for panel in panels}) == len(panels), "an id twice"
taken = set()
for panel in panels:
    at = panel["gridPos"]
    cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
    assert at["x"] + at["w"] <= 24 and not cells & taken, f"'{panel['title']}' lies over another"
    taken |= cells
    assert panel["targets"], f"'{panel['title']}' shows nothing"
END
if command -v promtool >/dev/null; then promtool check rules "$contrib/rules.yml"; fi
