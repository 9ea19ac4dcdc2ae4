#!/bin/bash
# SPDX-License-Identifier: MIT
# Talyra's whole pipe and its peers on one file at one identity, in turn, as TSV:
# tool, wall seconds (median of RUNS), CPU seconds and peak MiB summed over all processes (of the
# last run), clusters, wall by Talyra's.  Times mean nothing but beside each other.
#
# Usage: bench/peers.sh [aa|nt FILE.fa [IDENTITY]]
# Without a file a sample is made.  RUNS (3), T threads (2), PEERS="linclust cdhit ..." for some,
# TL_BIN where the tools are, KEEP=DIR for the tables of clusters (rep TAB member).
# The pairs of every peer need 80 % of the member in the alignment; DIAMOND's identity is
# approximate by its own account, vsearch's is of a global alignment.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$(cd "${TL_BIN:-build/release/bin}" && pwd):$PATH
kind=${1:-aa} fa=${2-} id=${3:-0.9} T=${T:-2} RUNS=${RUNS:-3}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
keep=${KEEP:-$tmp/keep}
mkdir -p "$keep"
if [[ -z $fa ]]; then
	fa=$tmp/sample.fa
	scripts/sample.sh protein 20000 1 >"$fa"
fi
percent=$(awk -v i="$id" 'BEGIN { print i * 100 }')

# run_NAME writes $keep/NAME.tsv; each process of it runs under `m`, which notes its cost.
m() { /usr/bin/time -a -o "$tmp/cost" -f '%U %S %M' "$@" 2>>"$tmp/log" >&3; }
p() { /usr/bin/time -a -o "$tmp/cost" -f '%U %S %M' "$@" 2>>"$tmp/log"; }

run_talyra() {
	p tl-parse -t "$T" "$fa" | p tl-intern -t "$T" | p tl-align -t "$T" -i "$id" -c 0.8 |
		p tl-reduce -t "$T" -z --by count --clusters "$keep/talyra.tsv" \
			--refs "$tmp/refs.fa" -o "$tmp/archive.tl"
}
run_linclust() { mmseqs_easy easy-linclust linclust; }
run_mmcluster() { mmseqs_easy easy-cluster mmcluster; }
mmseqs_easy() {
	rm -rf "$tmp/mm"
	m mmseqs "$1" "$fa" "$tmp/mm_" "$tmp/mm" --min-seq-id "$id" -c 0.8 --cov-mode 1 --threads "$T"
	mv "$tmp/mm__cluster.tsv" "$keep/$2.tsv"
}
run_dlinclust() {
	m diamond linclust -d "$fa" -o "$keep/dlinclust.tsv" --approx-id "$percent" \
		--member-cover 80 -p "$T" -M 8G
}
run_deepclust() {
	m diamond deepclust -d "$fa" -o "$keep/deepclust.tsv" --approx-id "$percent" \
		--member-cover 80 -p "$T" -M 8G
}
run_cdhit() {
	local tool=cd-hit word=5
	[[ $kind = aa ]] || tool=cd-hit-est word=8
	awk -v i="$id" 'BEGIN { exit !(i < 0.7) }' && word=3
	m "$tool" -i "$fa" -o "$tmp/ch" -c "$id" -n "$word" -aS 0.8 -M 0 -T "$T" -d 0
	awk '/^>Cluster/ { flush(); next }
		{ s = $0; sub(/.*>/, "", s); sub(/\.\.\. .*/, "", s); m[++n] = s; if (/\*$/) r = s }
		function flush(i) { for (i = 1; i <= n; i++) print r "\t" m[i]; n = 0 }
		END { flush() }' "$tmp/ch.clstr" >"$keep/cdhit.tsv"
}
run_vsearch() {
	m vsearch --cluster_fast "$fa" --id "$id" --query_cov 0.8 --uc "$tmp/uc" --threads "$T"
	awk -F'\t' '$1 == "S" || $1 == "H" { split($9, q, " "); split($10, t, " ")
		print ($1 == "S" ? q[1] : t[1]) "\t" q[1] }' "$tmp/uc" >"$keep/vsearch.tsv"
}

declare -A needs=([talyra]=tl-reduce [linclust]=mmseqs [mmcluster]=mmseqs [dlinclust]=diamond
	[deepclust]=diamond [cdhit]=cd-hit [vsearch]=vsearch)
if [[ $kind = aa ]]; then
	all='linclust cdhit dlinclust deepclust mmcluster'
else
	all='linclust cdhit vsearch'
fi

printf 'tool\twall_s\tcpu_s\tpeak_mib\tclusters\twall_ratio\n'
for tool in talyra ${PEERS-$all}; do
	if ! command -v "${needs[$tool]}" >/dev/null; then
		echo "peers.sh: ${needs[$tool]} is not installed: $tool is left out" >&2
		continue
	fi
	: >"$tmp/walls"
	for ((i = 0; i < RUNS; i++)); do
		rm -f "$tmp/cost"
		begin=$(date +%s%N)
		if ! "run_$tool" 3>/dev/null; then
			echo "peers.sh: $tool failed: $(tail -n 1 "$tmp/log")" >&2
			continue 2
		fi
		echo $(($(date +%s%N) - begin)) >>"$tmp/walls"
	done
	wall=$(sort -n "$tmp/walls" | awk '{ w[NR] = $1 } END { printf "%.2f", w[int((NR + 1) / 2)] / 1e9 }')
	own=${own:-$wall}
	awk -v tool="$tool" -v wall="$wall" -v own="$own" \
		-v clusters="$(cut -f1 "$keep/$tool.tsv" | sort -u | wc -l)" \
		'{ cpu += $1 + $2; kib += $3 }
		END { printf "%s\t%s\t%.2f\t%.0f\t%d\t%.2f\n", tool, wall, cpu, kib / 1024, clusters,
			(own > 0 ? wall / own : 0) }' "$tmp/cost"
done
