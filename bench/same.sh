#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Do all tools write the same bytes of a file, whatever the threads, the memory and the instruction set?
# Usage: bench/same.sh [FILE]   (4,000 made proteins without one)
#   BIN       where the tools are (build/release/bin); a build with sanitizers may be meant
#   THREADS   1 2 3 7 16
#   MEMORY    sizes for -M, with one thread; the least is 16M, and tables of records must fit
#   HIDE      instruction sets hidden in turn, as for TL_CPU_DISABLE
#
# Prints TSV: what was varied, and for each stage the begin of a hash of what it wrote; ends with 1
# where a row differs from the first.  Time and memory are for others to look at.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$(realpath "${BIN:-$root/build/release/bin}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
file=${1:-}
if [[ -z $file ]]; then
	file=$work/made.fa
	"$root/scripts/sample.sh" protein 4000 1 >"$file"
fi

# row LABEL [OPTION...]: one line of the table.
row() {
	local label=$1 at=$work/now
	shift
	mkdir -p "$at"
	"$bin/tl-parse" "$@" "$file" -o "$at/1"
	"$bin/tl-parse" "$@" -z "$file" -o "$at/2"
	"$bin/tl-intern" "$@" "$at/1" -o "$at/3"
	"$bin/tl-align" "$@" "$at/3" -o "$at/4"
	"$bin/tl-reduce" "$@" -q -z --refs "$at/6" -C "$at/7" -o "$at/5" "$at/4"
	"$bin/tl-parse" "$@" -d "$at/5" -o "$at/8"
	"$bin/tl-reduce" "$@" -x "$at/5" -o "$at/9"
	"$bin/tl-stats" "$@" --verify "$at/5" -o "$at/10"
	cmp "$file" "$at/8" >&2
	printf '%s' "$label"
	for i in 1 2 3 4 5 6 7 8 9 10; do
		printf '\t%s' "$(sha256sum <"$at/$i" | cut -c1-8)"
	done
	printf '\n'
	rm -r "$at"
}

all() {
	for threads in ${THREADS-1 2 3 7 16}; do row "-t $threads" -t "$threads"; done
	for memory in ${MEMORY-}; do row "-M $memory" -t 1 -M "$memory"; done
	for hidden in ${HIDE-avx512bw avx2,avx512bw sse41,avx2,avx512bw}; do
		TL_CPU_DISABLE=$hidden row "without $hidden"
	done
}

printf 'varied\tparse\tparse -z\tintern\talign\treduce -z\trefs\tclusters\tparse -d\treduce -x\tstats\n'
all | tee "$work/rows"
[[ $(cut -f2- "$work/rows" | sort -u | wc -l) == 1 ]]
