#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What of each tool's processor time is one thread's alone?  For the model of bench/scaling.md.
# Usage: bench/serial.sh FILE   (FASTA, 100 MB or so; needs perf(1), and symbols in the tools)
#   RUNS=5   profiles of each tool, added up
#
# Prints TSV: samples at -t 1, and how many percent of them are the owner's (its thread alone does that),
# in turn (any worker, but one after the other: reading, and text that goes out), and in tasks.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${BIN:-$root/build/release/bin}
command -v perf >/dev/null || { echo "serial.sh: perf is not installed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A sample is a stack; where unwinding failed, in a library without tables, it was a codec.
judge() {
	sed 's/ (inlined)//; s/\.\(constprop\|isra\|part\)[^ ]*//' | awk -v tool="$1" '
	function end() {
		if (!frames) return
		n++
		if (turn) turns++
		else if (task || !main) tasks++
		frames = turn = task = main = 0
	}
	NF == 0 { end(); next }
	NF >= 2 && $1 ~ /^[0-9a-f]+$/ {
		frames++
		if ($2 ~ /^(tl_ingest_source_draw|tl_reader_input_draw|send)$/) turn = 1
		if ($2 ~ /^(work_on|tl_range_run|tl_rest_run|render)$/) task = 1
		if ($2 == "main") main = 1
	}
	END {
		end()
		printf "%s\t%d\t%.1f\t%.1f\t%.1f\n", tool, n, 100 * (n - turns - tasks) / n,
			100 * turns / n, 100 * tasks / n
	}'
}

# profile NAME HZ TOOL [ARGUMENT...]
profile() {
	local name=$1 hz=$2 i
	shift 2
	for ((i = 0; i < ${RUNS:-5}; i++)); do
		perf record -q -m 4096 -e cpu-clock -F "$hz" --call-graph dwarf,8192 -o "$work/perf" \
			"$bin/$1" -t 1 "${@:2}" >/dev/null 2>&1
		perf script -i "$work/perf" -F comm,ip,sym 2>/dev/null
		echo
	done | judge "$name"
}

"$bin/tl-parse" "$1" -o "$work/p"
"$bin/tl-parse" -z "$1" -o "$work/z"
"$bin/tl-intern" "$work/p" -o "$work/i"
"$bin/tl-align" -q "$work/i" -o "$work/e"
"$bin/tl-reduce" -q -z "$work/e" -o "$work/a"
printf 'tool\tsamples\towner\tin_turn\tin_tasks\n'
profile tl-parse 3000 tl-parse "$1"
profile 'tl-parse -z' 1500 tl-parse -z "$1"
profile tl-intern 2000 tl-intern "$work/p"
profile tl-align 500 tl-align -q "$work/i"
profile 'tl-reduce -z' 1500 tl-reduce -q -z "$work/e"
profile 'tl-parse -d' 3000 tl-parse -d "$work/p"
profile 'tl-parse -d of -z' 3000 tl-parse -d "$work/z"
profile 'tl-parse -d of an archive' 2000 tl-parse -d "$work/a"
