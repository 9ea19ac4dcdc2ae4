#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-intern: identical sequences are merged, the first one stands whole; each comes back as it was.

load helper
load streams

# merges FILE: what tl-intern merges in it, as "FIRST TAB RECORD" by names; the file comes back.
merges() {
	tl-parse "$1" | tl-intern >m.tl || return 1
	expands_to "$1" m.tl || return 1
	tl-reduce -C - m.tl -o m.arc || return 1
	expands_to "$1" m.arc
}

@test "case, layout, gaps and spaces do not count; residues do" {
	printf '>a\nMKVLATT\n>b\nmkvLatt\n>c\r\nMK\nVL ATT\n>d\nMKVLATT*\n>e\nMKV-LATT.\n>f\nMKVLATS\n' >in.fa
	[ "$(merges in.fa)" = "$(printf 'a\ta\na\tb\na\tc\na\te\nd\td\nf\tf')" ]
}

@test "U and T are one nucleotide, and each comes back as it was" {
	printf '>a\nACGTACGTNNAC\n>b\nACGUACGUNNAC\n>c\nacguACGTnnac\n>rc\nGTNNACGTACGT\n' >in.fa
	[ "$(merges in.fa)" = "$(printf 'a\ta\na\tb\na\tc\nrc\trc')" ]
}

@test "empty sequences are equal, names do not count" {
	printf '>a\n>b\n\n>a\n--\n>x\nMKV\n>x\nMKV\n>\nMKV\n' >in.fa
	[ "$(merges in.fa)" = "$(printf 'a\ta\na\tb\na\ta\nx\tx\nx\tx\nx\t')" ]
}

@test "a protein is no nucleotide, though the letters are the same" {
	printf '>n\nACGTACGTACGT\n' >n.fa
	printf '>p\nACGTACGTACGT\n>q\nMKVLWWPPQQEEDD\n' >p.fa
	tl-parse n.fa p.fa n.fa p.fa | tl-intern | tl-reduce -C c.tsv:tsv+ -o x.tl
	printf 'n\tn\t0\t0\nn\tn\t0\t3\np\tp\t1\t1\np\tp\t1\t4\nq\tq\t2\t2\nq\tq\t2\t5\n' | cmp - c.tsv
	tl-parse -d x.tl | cmp - <(cat n.fa p.fa n.fa p.fa)
}

@test "as many references as there are different sequences" {
	for kind in proteins dna; do
		gen_$kind 600 7 >a.fa
		gen_$kind 200 8 | tr A-Z a-z >b.fa
		cat a.fa b.fa a.fa >in.fa
		tl-parse in.fa | tl-intern -v >in.tl 2>err
		expands_to in.fa in.tl
		different=$(tr a-z A-Z <in.fa | unique)
		is "$different" in.tl references
		is $((1400 - different)) in.tl duplicates
		grep -q "^tl-intern: $((1400 - different)) of 1400 sequences are duplicates" err
	done
}

@test "long sequences in pieces are compared whole" {
	long() { awk -v seed="$1" -v last="$2" 'BEGIN { x = seed; for (i = 0; i < 1500000; i++) { x = (x * 16807) % 2147483647
		printf "%s", substr("ACGT", x % 4 + 1, 1) } print last }'; }
	{
		echo '>a'
		long 1 A
		echo '>b'
		long 1 C
		echo '>c'
		long 1 A | tr A-Z a-z
		echo '>d'
		long 1 A | fold -w 70
	} >in.fa
	[ "$(merges in.fa)" = "$(printf 'a\ta\na\tc\na\td\nb\tb')" ]
	(($(wc -c <m.tl) < 1600000))
}

@test "twice is once" {
	gen_proteins 500 3 >in.fa
	tl-parse in.fa | tl-intern >once.tl
	tl-intern once.tl >twice.tl
	for key in records residues references duplicates text_bytes; do
		is "$(told once.tl $key)" twice.tl $key
	done
	expands_to in.fa twice.tl
}

@test "edges and archives pass through" {
	gen_proteins 500 3 >in.fa
	tl-parse in.fa | tl-align >edges.tl
	tl-intern edges.tl >out.tl
	is "$(told edges.tl edges)" out.tl edges
	(($(told out.tl edges) > 0))
	tl-reduce edges.tl | tl-intern >out.tl
	expands_to in.fa out.tl
	whole_pipe in.fa in.arc
	tl-intern in.arc >out.tl
	expands_to in.fa out.tl
	cat in.arc in.arc | tl-intern | tl-reduce -z -o out.tl
	tl-parse -d out.tl | cmp - <(cat in.fa in.fa)
	is "$(told in.arc references)" out.tl references
}
