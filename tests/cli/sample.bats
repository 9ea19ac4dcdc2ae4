#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The made-up databases of tests and demo are the same everywhere, and have families in them.

load helper

@test "the same arguments give the same sequences, others give others" {
	gen_proteins 200 5 >a.fa
	gen_proteins 200 5 >b.fa
	gen_proteins 200 6 >c.fa
	same a.fa b.fa
	! cmp -s a.fa c.fa
	[ "$(number_of_sequences a.fa)" = 200 ]
	gen_dna 50 1 70 >d.fa
	[ "$(awk '!/^>/ && length > m { m = length } END { print m }' d.fa)" = 70 ]
	[ -z "$(grep -v '^>' d.fa | tr -d 'ACGT\n')" ]
}

@test "there are families, duplicates, and names that are all different" {
	gen_proteins 300 1 >a.fa
	[ "$(grep '^>' a.fa | sed 's/ .*//' | sort | uniq -d | wc -l)" = 0 ]
	families=$(grep '^>' a.fa | sed 's/M.*//' | sort -u | wc -l)
	((families > 30 && families < 200))
	awk '/^>/ { if (s) print s; s = ""; next } { s = s $0 } END { print s }' a.fa | sort | uniq -d >twice
	[ -s twice ]
}
