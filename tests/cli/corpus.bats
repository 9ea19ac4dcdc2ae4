#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The corpus in tests/data: what is good comes back byte for byte, what is bad is refused with the
# status and the message that bad.tsv says.
bats_require_minimum_version 1.5.0
load helper
load streams

DATA=$ROOT/tests/data

# corpus PATTERN...: the files, by their names alone; some for each pattern.
corpus() (
	cd "$DATA" || exit 1
	for pattern; do
		compgen -G "$pattern" || echo "nothing-like-$pattern"
	done
)

@test "each file has its sentence in the README, each bad one its line in bad.tsv" {
	corpus 'good-*' 'bad-*' 'unsupported-*' bad.tsv >files
	sed -n 's/^\([a-z][^ ]*[.][^ ]*\)  *[^ ].*/\1/p' "$DATA/README" | grep -v '^tl-parse[.]' >told
	sort files >a
	sort told >b
	same a b
	corpus 'bad-*' 'unsupported-*' | sort >a
	cut -f1 "$DATA/bad.tsv" | sort >b
	same a b
}

@test "good texts come back, from files, from a pipe, in small and large company" {
	cd "$DATA"
	for file in $(corpus 'good-*.fa' 'good-*.fq' 'good-*.txt'); do
		round_trip "$file"
		tl-parse -t 1 "$file" | tl-parse -d | cmp - "$file"
	done
	# shellcheck disable=SC2046
	set -- $(corpus 'good-*.fa' 'good-*.fq' 'good-*.txt')
	tl-parse "$@" | tl-parse -d | cmp - <(cat "$@")
}

@test "good texts come back from an archive" {
	for file in $(corpus 'good-*.fa' 'good-*.fq' 'good-*.txt'); do
		whole_pipe "$DATA/$file" archive.tl
		expands_to "$DATA/$file" archive.tl
		tl-reduce -x archive.tl | tl-parse -d | cmp - "$DATA/$file"
	done
	cd "$DATA"
	# shellcheck disable=SC2046
	set -- $(corpus 'good-*.fa' 'good-*.fq' 'good-*.txt')
	tl-parse "$@" | tl-intern | tl-align | tl-reduce -z | tl-parse -d | cmp - <(cat "$@")
}

@test "good packed texts come back as text" {
	for file in $(corpus 'good-packed*.gz' 'good-packed*.bgz' 'good-packed*.zst' 'good-packed*.lz4'); do
		tl-parse "$DATA/$file" | tl-parse -d | cmp - "$DATA/good-packed.fa"
		tl-parse <"$DATA/$file" | tl-parse -d | cmp - "$DATA/good-packed.fa"
	done
}

@test "good streams give their text" {
	for file in $(corpus 'good-*.tl'); do
		tl-parse -d "$DATA/$file" | cmp - "$DATA/${file%.tl}.text"
	done
}

@test "what is bad or unsupported is refused as bad.tsv says" {
	cd "$DATA"
	while IFS=$'\t' read -r file code message; do
		decode=
		[[ $file != *.tl ]] || decode=-d
		fails "$code" tl-parse ${decode:+$decode} "$file"
		[[ $said == "tl-parse: $message" ]] || {
			echo "$file: $said"
			echo "instead of: tl-parse: $message"
			return 1
		}
		[[ $decode ]] || {
			tl-parse "$file" >"$BATS_TEST_TMPDIR/rest" 2>/dev/null || true
			! tl-parse -d "$BATS_TEST_TMPDIR/rest" >/dev/null 2>&1
		}
	done <bad.tsv
}
