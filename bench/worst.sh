#!/bin/bash
# SPDX-License-Identifier: MIT
# Nothing is quadratic: inputs that would show it, with time and memory of every tool, as TSV.
# Usage: bench/worst.sh [-q] [WHAT ...]    -q: a tenth of each; WHAT: copies kmer chromosome titin
# Needs GNU time (/usr/bin/time).  TL_BIN: where the tools are (build/release/bin).
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
PATH=${TL_BIN:-$root/build/release/bin}:$PATH
part=1
[ "${1-}" != -q ] || { part=10; shift; }
[ $# -gt 0 ] || set -- copies kmer chromosome titin
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

random='function r(k) { x = (x * 16807) % 2147483647; return int(x / 2147483647 * k) }
	function seq(n, letters,   s, i) { s = ""; for (i = 0; i < n; i++) s = s substr(letters, r(length(letters)) + 1, 1); return s }
	BEGIN { x = 5; amino = "ACDEFGHIKLMNPQRSTVWY"'

# 100,000 sequences that hold the same repeat of 40 residues, over and over, each with a few changes of
# its own so that they are not identical.
copies() {
	awk -v n=$((100000 / part)) "$random"'
		u = seq(40, amino); for (i = 0; i < 7; i++) s = s u
		for (i = 0; i < n; i++) {
			at = r(length(s)); t = substr(s, 1, at) seq(1, amino) substr(s, at + 2)
			at = r(length(s)); print ">c" i "\n" substr(t, 1, at) seq(1, amino) substr(t, at + 2) }
	}'
}

# 50,000 sequences that share one stretch of 12 residues and nothing else.
kmer() {
	awk -v n=$((50000 / part)) "$random"'
		s = seq(12, amino)
		for (i = 0; i < n; i++) print ">k" i "\n" seq(100 + r(200), amino) s seq(100, amino)
	}'
}

# A chromosome of 300 million nucleotides, a fifth of it repeats of 300, and one that differs in 1 of 1,000.
chromosome() {
	awk -v n=$((300000 / part)) "$random"'
		alu = seq(300, "ACGT"); for (i = 0; i < 64; i++) block[i] = seq(1000, "ACGT")
		for (c = 0; c < 2; c++) {
			print ">chr" c; x = 99; y = 7
			for (i = 0; i < n; i++) {
				# A thousand residues of its own: a block turned by a random number and changed.
				k = r(1000); b = block[r(64)]; b = substr(b, k + 1) substr(b, 1, k)
				for (j = 0; j < 60; j++) { at = r(1000); b = substr(b, 1, at) substr("ACGT", r(4) + 1, 1) substr(b, at + 2) }
				if (i % 5 == 0) b = substr(b, 1, 350) alu substr(b, 651)
				if (c) { y = (y * 16807) % 2147483647; at = y % 1000; b = substr(b, 1, at) "A" substr(b, at + 2) }
				print b } }
	}'
}

# Titin, 35,000 residues of domains that are alike, among fragments of it.
titin() {
	awk -v n=$((2000 / part)) "$random"'
		d = seq(100, amino)
		for (i = 0; i < 350; i++) { e = d; for (j = 0; j < 60; j++) { at = r(100); e = substr(e, 1, at) seq(1, amino) substr(e, at + 2) } t = t e }
		print ">titin\n" t
		for (i = 0; i < n; i++) { k = 200 + r(5000); print ">f" i "\n" substr(t, r(length(t) - k) + 1, k) }
	}'
}

# timed WHAT TOOL OPTION...
timed() {
	local what=$1
	shift
	/usr/bin/time -o "$dir/t" -f '%U\t%S\t%e\t%M' "$@" || echo "$what: $1 failed" >&2
	printf '%s\t%s\t%s\n' "$what" "$1" "$(tail -n 1 "$dir/t")"
}

printf 'input\ttool\tuser s\tsystem s\twall s\tpeak KiB\n'
for what; do
	case $what in copies | kmer | chromosome | titin) ;; *) echo "worst.sh: what is $what?" >&2; exit 64 ;; esac
	"$what" >"$dir/in.fa"
	timed "$what" tl-parse -o "$dir/s.tl" "$dir/in.fa"
	timed "$what" tl-intern -o "$dir/i.tl" "$dir/s.tl"
	timed "$what" tl-align -o "$dir/a.tl" "$dir/i.tl"
	timed "$what" tl-reduce -z -o "$dir/z.tl" "$dir/a.tl"
	timed "$what" tl-parse -d -o "$dir/out.fa" "$dir/z.tl"
	cmp "$dir/in.fa" "$dir/out.fa"
	tl-stats "$dir/z.tl" | awk -v w="$what" '/^(records|references|edges) / { print "# " w ": " $0 }'
	rm -f "$dir"/*.tl "$dir"/*.fa
done
