#!/bin/bash
# SPDX-License-Identifier: MIT
# Shows what Talyra does: reduces a database (a made one, or the file given), tells what came out,
# and proves that every byte comes back.
# Usage: demo.sh [FASTA]    TL_BIN is where the tools are (build/release/bin)
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$(cd "${TL_BIN:-build/release/bin}" && pwd):$PATH
dir=build/demo
rm -rf "$dir"
mkdir -p "$dir"

say() { printf '\n== %s\n' "$*"; }
bytes() { stat -L -c %s "$1"; }
# ratio A B: A/B with one digit behind the point
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b ? a / b : 0 }'; }

if [[ -n ${1-} ]]; then
	input=$1
	[[ -r $input ]] || { echo "demo.sh: cannot read $input" >&2; exit 66; }
else
	input=$dir/sample.fa
	say "A sample of 3000 made-up proteins: $input"
	scripts/sample.sh protein 3000 1 >"$input"
fi

# The text of the input, whatever it is packed with.
text() {
	case $(head -c 4 "$input" | od -An -tx1 | tr -d ' \n') in
	1f8b*) gzip -dc "$input" ;;
	28b52ffd) zstd -dcq "$input" ;;
	04224d18) lz4 -dcq "$input" ;;
	*) cat "$input" ;;
	esac
}

say 'Reduce it: 90 % identity over 80 % of each member'
echo "tl-parse FILE | tl-intern | tl-align -i 0.9 -c 0.8 | tl-reduce -z --refs R.fa --clusters C.tsv -o A.tl"
start=$(date +%s%N)
tl-parse "$input" | tl-intern | tl-align -i 0.9 -c 0.8 |
	tl-reduce -z --refs "$dir/R.fa" --clusters "$dir/C.tsv" -o "$dir/A.tl"
end=$(date +%s%N)

size=$(text | wc -c)
records=$(wc -l <"$dir/C.tsv")
refs=$(grep -c '^>' "$dir/R.fa" || true)
printf '\n  %-34s %12s bytes %10s sequences\n' \
	"the text of the input" "$size" "$records" \
	"R.fa, references to be indexed" "$(bytes "$dir/R.fa")" "$refs"
printf '  %-34s %12s bytes\n' \
	"A.tl, the archive of everything" "$(bytes "$dir/A.tl")" \
	"C.tsv, who belongs to whom" "$(bytes "$dir/C.tsv")"
printf '\n  %s times fewer sequences to search, %s times fewer bytes to keep, in %s s\n' \
	"$(ratio "$records" "$refs")" "$(ratio "$size" "$(bytes "$dir/A.tl")")" \
	"$(awk -v ns=$((end - start)) 'BEGIN { printf "%.2f", ns / 1e9 }')"

say 'And back: tl-parse -d A.tl is the input, byte for byte'
if tl-parse -d "$dir/A.tl" | cmp - <(text); then
	echo "the same ($size bytes)"
else
	echo 'NOT the same: please report this' >&2
	exit 1
fi

say 'The members of one reference'
ref=$(cut -f1 "$dir/C.tsv" | sort | uniq -c | sort -k1,1nr -k2,2 | awk 'NR == 1 { print $2 }')
if [[ -n $ref ]]; then
	echo "echo $ref | tl-reduce -x --ids - A.tl | tl-parse -d"
	# head leaves early; the tools end quietly then.
	{ echo "$ref" | tl-reduce -x --ids - "$dir/A.tl" | tl-parse -d | grep '^>' | head -n 5; } || true
fi
say "All of it is in $dir"
