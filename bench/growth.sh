#!/bin/bash
# SPDX-License-Identifier: MIT
# How time grows with the input, and what is found of families that are known.
# Usage: bench/growth.sh [-i IDENTITY] FASTA ...
#
# The headers say the true family of each record as fam=NAME.  For each file: records, residues, CPU seconds of the
# whole pipe and of tl-align, peak memory, and of the links that tl-reduce chose
#   precision  those within a family, of all
#   recall     those within a family, of as many as there could be: records less families
# and behind the last one the exponents of a fit through the times, by records and by residues: a large family of
# long records in one of the files bends the former only.  Needs GNU time (/usr/bin/time).
# TL_BIN: where the tools are (build/release/bin).
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
PATH=${TL_BIN:-$root/build/release/bin}:$PATH
identity=0.5
[ "${1-}" != -i ] || { identity=$2; shift 2; }
[ $# -gt 0 ] || { sed -n '4,5p' "$0" >&2; exit 64; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

timed() { /usr/bin/time -a -o "$dir/times" -f "$1 %U %S %M" "$@"; }

printf 'file\trecords\tresidues\tCPU s\ttl-align CPU s\tpeak KiB\treferences\tprecision\trecall\n'
for fa; do
	rm -f "$dir"/*
	timed tl-parse -o "$dir/s.tl" "$fa"
	timed tl-intern -o "$dir/i.tl" "$dir/s.tl"
	rm "$dir/s.tl"
	timed tl-align -i "$identity" -o "$dir/a.tl" "$dir/i.tl"
	rm "$dir/i.tl"
	timed tl-reduce --by count -C "$dir/c.tsv:tsv+" -o "$dir/z.tl" "$dir/a.tl"
	rm "$dir/a.tl"
	# The family of every ordinal, then the links.
	awk -v sum="$dir/sum" '/^>/ { if (!match($0, /fam=[^ ;|]*/)) exit 65; print substr($0, RSTART + 4, RLENGTH - 4); next }
		{ n += length($0) } END { printf "%.0f\n", n >sum }' "$fa" >"$dir/fam"
	awk -F '\t' -v fa="$(basename "$fa")" -v times="$dir/times" -v residues="$(cat "$dir/sum")" '
		FILENAME ~ /fam$/ { fam[n++] = $1; if (!($1 in seen)) { seen[$1]; families++ } next }
		$3 != $4 { links++; within += fam[$3] == fam[$4] }
		$3 == $4 { refs++ }
		END { while ((getline line < times) > 0) { split(line, t, " "); cpu += t[2] + t[3]
				if (t[1] == "tl-align") align = t[2] + t[3]
				if (t[4] > peak) peak = t[4] }
			printf "%s\t%d\t%d\t%.1f\t%.1f\t%d\t%d\t%.4f\t%.4f\n", fa, n, residues, cpu, align, peak, refs,
				(links ? within / links : 1), (n > families ? within / (n - families) : 1) }' "$dir/fam" "$dir/c.tsv" |
		tee -a "$dir.rows"
done
# Straight lines through the logarithms.
awk -F '\t' '{ for (by = 2; by <= 3; by++) for (c = 4; c <= 5; c++) { x = log($by); y = log($c); k = by c
		sx[k] += x; sy[k] += y; xx[k] += x * x; xy[k] += x * y } }
	END { if (NR > 1) for (by = 2; by <= 3; by++) for (c = 4; c <= 5; c++) { k = by c
		printf "# exponent of %s by %s: %.3f\n", c == 4 ? "the pipe" : "tl-align", by == 2 ? "records" : "residues",
			(NR * xy[k] - sx[k] * sy[k]) / (NR * xx[k] - sx[k] * sx[k]) } }' "$dir.rows"
rm -f "$dir.rows"
