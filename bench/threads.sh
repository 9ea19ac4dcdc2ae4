#!/bin/bash
# SPDX-License-Identifier: MIT
# How much faster each tool, and the whole pipe, is on more threads: what bench/scaling.md predicts,
# measured.  Means something only on a machine with that many idle cores.
#
# Usage: bench/threads.sh FILE.fa [THREADS...]   (1 2 4 ... up to the processors there are)
# Prints TSV: tool, threads, wall seconds (the least of RUNS, 3), processor seconds of that run in the
# tool and in the kernel, and the wall time of the first number of threads by this one.  BIN where the
# tools are, ID the identity (0.9).  The tools read files in the page cache and write to $TMPDIR; their
# -t is each process's own, in the pipe as well.  Fails if the archives of two numbers of threads differ.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=${BIN:-$root/build/release/bin} id=${ID:-0.9}
file=$1
shift
if (($# == 0)); then
	for ((n = 1; n <= $(nproc); n *= 2)); do set -- "$@" "$n"; done
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# measure NAME THREADS COMMAND...
declare -A first
measure() {
	local name=$1 threads=$2 i best
	shift 2
	for ((i = 0; i < ${RUNS:-3}; i++)); do
		TIMEFORMAT='%R %U %S'
		{ time "$@" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }; } 2>>"$work/$name.$threads"
	done
	best=$(sort -n "$work/$name.$threads" | head -n 1)
	: "${first[$name]:=${best%% *}}"
	awk -v name="$name" -v n="$threads" -v one="${first[$name]}" \
		'{ printf "%s\t%d\t%.3f\t%.3f\t%.3f\t%.2f\n", name, n, $1, $2, $3, one / $1 }' <<<"$best"
}

pipe() {
	"$bin/tl-parse" -t "$1" "$file" | "$bin/tl-intern" -t "$1" | "$bin/tl-align" -q -t "$1" -i "$id" |
		"$bin/tl-reduce" -q -t "$1" -z -o "$work/pipe.tl"
}

"$bin/tl-parse" "$file" -o "$work/p"
"$bin/tl-parse" -z "$file" -o "$work/z"
"$bin/tl-intern" "$work/p" -o "$work/i"
"$bin/tl-align" -q -i "$id" "$work/i" -o "$work/e"
"$bin/tl-reduce" -q -z "$work/e" -o "$work/a"

printf 'tool\tthreads\twall_s\tuser_s\tsystem_s\tspeedup\n'
for t in "$@"; do
	measure parse "$t" "$bin/tl-parse" -t "$t" "$file" -o "$work/x"
	measure parse-z "$t" "$bin/tl-parse" -z -t "$t" "$file" -o "$work/x"
	measure intern "$t" "$bin/tl-intern" -t "$t" "$work/p" -o "$work/x"
	measure align "$t" "$bin/tl-align" -q -t "$t" -i "$id" "$work/i" -o "$work/x"
	measure reduce-z "$t" "$bin/tl-reduce" -q -t "$t" -z "$work/e" -o "$work/x"
	measure decode "$t" "$bin/tl-parse" -d -t "$t" "$work/p" -o "$work/x"
	measure decode-z "$t" "$bin/tl-parse" -d -t "$t" "$work/z" -o "$work/x"
	measure archive "$t" "$bin/tl-parse" -d -t "$t" "$work/a" -o "$work/x"
	cmp "$work/x" "$file"
	measure pipe "$t" pipe "$t"
	cmp "$work/pipe.tl" "$work/a"
done
