#!/bin/bash
# SPDX-License-Identifier: MIT
# A search on references instead of a whole database: what it finds, and what it costs.
# Usage: search-loop.sh [-i IDENTITY] [-e EVALUE] [-m diamond|mmseqs|blastp] [-t THREADS] QUERIES.fa DATABASE.fa
#
# Three searches are compared: all records; the references, then those of their members that may
# matter (tl-reduce -x); the references alone, with the hits carried over and scored again
# (tl-reduce -x --lift).  Prints the share of the hits (query, target) of the first that the others
# find, by decades of e-value, and CPU seconds.  SEARCH_LOOP_DIR keeps what is made.
set -eu -o pipefail

identity=0.9 evalue=1e-5 by=diamond threads=$(nproc)
while getopts i:e:m:t: opt; do
	case $opt in
	i) identity=$OPTARG ;;
	e) evalue=$OPTARG ;;
	m) by=$OPTARG ;;
	t) threads=$OPTARG ;;
	*) exit 64 ;;
	esac
done
shift $((OPTIND - 1))
if [ $# != 2 ] || ! command -v "$by" >/dev/null; then
	echo "usage: search-loop.sh [-i IDENTITY] [-e EVALUE] [-m diamond|mmseqs|blastp] [-t THREADS] QUERIES.fa DATABASE.fa" >&2
	exit 64
fi
dir=${SEARCH_LOOP_DIR:-$(mktemp -d)}
[ -n "${SEARCH_LOOP_DIR:-}" ] || trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir"

# timed STEP COMMAND...: its CPU seconds, children's too.  set -e does not reach into what is run here, so
# the commands of a step hang on each other.
timed() {
	local step=$1 TIMEFORMAT="%U %S"
	shift
	{ time "$@" 2>"$dir/log" >&3; } 3>&1 2>"$dir/time" || { cat "$dir/log" >&2; return 1; }
	awk -v step="$step" '{ print step, $1 + $2 }' "$dir/time" >>"$dir/times"
}
seconds() { awk -v step="$1" '$1 == step { s += $2 } END { printf "%.2f", s }' "$dir/times"; }

# Names are made those of ordinals, so that each hit names one record.
awk '/^>/ { print ">r" n++; next } { print }' "$2" >"$dir/all.fa"
awk '/^>/ { print ">q" n++; next } { print }' "$1" >"$dir/queries.fa"
letters=$(grep -v '^>' "$dir/all.fa" | tr -d '\n' | wc -c)
: >"$dir/times"

# search FASTA HITS EVALUE: BLAST's table; e-values are those of a database of all letters.
search_diamond() {
	diamond makedb --quiet -p "$threads" --in "$1" -d "$dir/db" &&
		diamond blastp --quiet -p "$threads" -d "$dir/db" -q "$dir/queries.fa" -k0 --dbsize "$letters" -e "$3" -o "$2"
}
search_blastp() {
	makeblastdb -dbtype prot -in "$1" -out "$dir/db" -logfile "$dir/makeblastdb.log" &&
		blastp -num_threads "$threads" -db "$dir/db" -query "$dir/queries.fa" -max_target_seqs 1000000 \
			-dbsize "$letters" -evalue "$3" -outfmt 6 -out "$2"
}
search_mmseqs() {
	local of
	rm -rf "$dir/tmp"
	of=$(grep -v '^>' "$1" | tr -d '\n' | wc -c)
	mmseqs easy-search -v 1 "$dir/queries.fa" "$1" "$dir/raw.m8" "$dir/tmp" --threads "$threads" --max-seqs 100000 -e "$3" &&
		awk -v OFS='\t' -v f="$(awk -v a="$letters" -v b="$of" 'BEGIN { print a / b }')" -v e="$3" \
			'{ $11 = sprintf("%.3g", $11 * f) } $11 + 0 <= e + 0' "$dir/raw.m8" >"$2"
}

reduce() {
	tl-parse "$dir/all.fa" | tl-intern | tl-align -t "$threads" -i "$identity" |
		tl-reduce -z -t "$threads" --refs "$dir/refs.fa" -o "$dir/all.tl"
}
members() { cut -f 2 "$dir/refs.m8" | tl-reduce -x --ids - "$dir/all.tl" | tl-parse -d >"$dir/members.fa"; }
lift() {
	tl-parse "$dir/queries.fa" >"$dir/queries.tl" &&
		tl-reduce -x --lift "$dir/refs.m8" --queries "$dir/queries.tl" "$dir/all.tl" >"$dir/lift.m8"
}

# recall HITS: by decade of the whole search's e-value.
recall() {
	awk -v evalue="$evalue" '
		NR == FNR { if ($11 + 0 <= evalue + 0) have[$1, $2]; next }
		($1, $2) in seen { next }
		{ seen[$1, $2]; d = $11 + 0 > 1e-300 ? int(-log($11) / log(10)) : 999
		  d = d >= 100 ? 100 : d >= 50 ? 50 : d >= 20 ? 20 : d >= 10 ? 10 : d; all[d]++; n++
		  if (($1, $2) in have) { found[d]++; f++ } }
		END { for (d = 0; d <= 100; d++) if (all[d]) printf "%6s %9d %9d %8.3f %%\n", (d ? "1e-" d : "1"), all[d], found[d], 100 * found[d] / all[d]
		      printf "%6s %9d %9d %8.3f %%\n", "all", n, f, n ? 100 * f / n : 100 }' "$1" "$dir/full.m8"
}

loose=$(awk -v e="$evalue" 'BEGIN { print e * 100 }')
timed reduce reduce
timed full "search_$by" "$dir/all.fa" "$dir/full.m8" "$evalue"
timed refs "search_$by" "$dir/refs.fa" "$dir/refs.m8" "$loose"
timed extract members
timed again "search_$by" "$dir/members.fa" "$dir/x.m8" "$evalue"
timed lift lift

share=$(grep -v '^>' "$dir/refs.fa" | tr -d '\n' | wc -c | awk -v all="$letters" '{ printf "%.3f", $1 / all }')
echo "$by, identity $identity, $(grep -c '^>' "$dir/queries.fa") queries; references hold $share of the residues"
echo "CPU seconds: whole search $(seconds full), on references $(seconds refs)," \
	"-x $(seconds extract), on members $(seconds again), --lift $(seconds lift); once: reducing $(seconds reduce)"
awk -v full="$(seconds full)" -v refs="$(seconds refs)" -v x="$(seconds extract)" -v again="$(seconds again)" -v lift="$(seconds lift)" \
	'BEGIN { printf "of the whole search: -x %.2f, --lift %.2f\n", (refs + x + again) / full, (refs + lift) / full }'
for way in x lift; do
	echo
	echo "e-value      hits     by $way"
	recall "$dir/$way.m8"
done
