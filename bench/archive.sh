#!/bin/bash
# SPDX-License-Identifier: MIT
# Archives of whole files beside what compressors make of them, as TSV: file, bytes of text, then for
# each way bytes, wall and CPU seconds to write, and wall seconds to read.  Each archive is expanded and
# compared.  Times mean nothing but beside each other.
#
# Usage: bench/archive.sh [FILE.fa ...]
# Without a file a sample is made.  T threads (2), LEVELS ("3 20"), TL_BIN where the tools are.
# zstd (-19 --long=31) and ennaf (-22) are left out where they are not installed, and that is said.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$(cd "${TL_BIN:-build/release/bin}" && pwd):$PATH
T=${T:-2} LEVELS=${LEVELS:-3 20}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
if (($# == 0)); then
	scripts/sample.sh protein 5000 1 >"$tmp/sample.fa"
	set -- "$tmp/sample.fa"
fi

# timed COMMAND...: bytes of $tmp/packed, wall and CPU seconds of a shell command.
timed() {
	TIMEFORMAT='%R %U %S'
	{ time bash -c "$1" 2>>"$tmp/log"; } 2>"$tmp/cost"
	awk -v n="$(stat -c %s "$tmp/packed")" '{ printf "%d\t%.2f\t%.2f", n, $1, $2 + $3 }' "$tmp/cost"
}

# row FILE WAY PACK UNPACK: commands that write $tmp/packed, and read it to standard output.
row() {
	local written read
	written=$(timed "$3")
	read=$(timed "$4 | cmp - '$1'" | cut -f 2)
	printf '%s\t%d\t%s\t%s\t%s\n' "$(basename "$1")" "$(stat -Lc %s "$1")" "$2" "$written" "$read"
}

printf 'file\ttext\tway\tbytes\twall_s\tcpu_s\tread_s\n'
for fa; do
	q="'$fa'" out="'$tmp/packed'"
	for level in $LEVELS; do
		row "$fa" "talyra -z$level" "tl-parse -t $T $q | tl-intern -t $T | tl-align -t $T |
			tl-reduce -t $T -z$level -o $out" "tl-parse -d -t $T $out"
	done
	if command -v zstd >/dev/null; then
		row "$fa" 'zstd -19 --long=31' "zstd -19 --long=31 -T$T -q -f -o $out $q" \
			"zstd -d --long=31 -q -c $out"
	fi
	if command -v ennaf >/dev/null; then
		row "$fa" 'ennaf -22' "ennaf -22 --temp-dir '$tmp' -o $out $q" "unnaf $out"
	fi
done
for peer in zstd ennaf; do
	command -v $peer >/dev/null || echo "archive.sh: no $peer here: left out" >&2
done
