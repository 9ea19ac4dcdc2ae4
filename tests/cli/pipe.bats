#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The whole pipe: every byte comes back, every record is somewhere, round after round.

load helper
load streams

# whole FILE: through the four tools, and everything that must hold of what comes out.
whole() {
	local n
	n=$(number_of_sequences "$1")
	whole_pipe "$1" w.arc -C w.tsv:tsv+ --refs w.fa || return 1
	expands_to "$1" w.arc || return 1
	tl-parse -d --refs w.arc | cmp - w.fa || return 1
	tl-reduce -x w.arc | tl-parse -d | cmp - "$1" || return 1
	tl-stats --verify w.arc >/dev/null || return 1
	is "$n" w.arc records || return 1
	is "$(wc -c <"$1")" w.arc text_bytes || return 1
	is "$(number_of_sequences w.fa)" w.arc references || return 1
	cut -f4 w.tsv | sort -n | cmp - <(seq 0 $((n - 1))) || return 1
}

rna() { awk '/^>/ { print; next } { gsub("T", "U"); print }'; }

# Every second record as its reverse complement.
both_strands() {
	awk '/^>/ { if (s != "") out(); print; s = ""; n++; next } { s = s $0 } END { out() }
		function out(   i, r, c) {
			if (n % 2) r = s
			else for (i = length(s); i; i--) { c = substr(s, i, 1); r = r substr("TGCA", index("ACGT", c), 1) }
			for (i = 1; i <= length(r); i += 70) print substr(r, i, 70)
			r = "" }'
}

@test "proteins" {
	gen_proteins 1500 1 >in.fa
	whole in.fa
	(($(told w.arc references) * 2 < 1500))
	(($(wc -c <w.arc) * 3 < $(wc -c <in.fa)))
}

@test "nucleotides" {
	gen_dna 300 2 >in.fa
	whole in.fa
	(($(told w.arc references) * 2 < 300))
	(($(wc -c <w.arc) * 6 < $(wc -c <in.fa)))
}

@test "nucleotides of both strands are as few references as of one" {
	gen_dna 300 2 >one.fa
	both_strands <one.fa >in.fa
	[ "$(number_of_sequences in.fa)" = 300 ]
	whole in.fa
	(($(told w.arc members) > 100))
	# What stands before an alignment on one strand stands behind it on the other.
	for file in one in; do
		tl-parse $file.fa | tl-intern | tl-align --overhang ignore | tl-reduce -b count --overhang ignore -o $file.arc
	done
	# A duplicate on the other strand is a member.
	is "$(told one.arc references)" in.arc references
}

@test "DNA and RNA, upper and lower case, every line end, in one file" {
	gen_dna 100 3 >a.fa
	{
		cat a.fa
		rna <a.fa
		tr ACGT acgt <a.fa
		rna <a.fa | tr A-Z a-z | sed 's/$/\r/'
		gen_dna 100 3 100
	} >in.fa
	gen_dna 100 3 1000000 | tr '\n' '\r' >cr.fa
	tl-parse in.fa cr.fa | tl-intern | tl-align | tl-reduce -z -o w.arc
	cat in.fa cr.fa | cmp - <(tl-parse -d w.arc)
	is 600 w.arc records
	whole_pipe a.fa a.arc
	is "$(told a.arc references)" w.arc references
	is $((600 - $(unique <a.fa))) w.arc duplicates
}

@test "proteins and nucleotides in one file, and in several" {
	gen_proteins 200 4 >p.fa
	gen_dna 60 4 >d.fa
	cat p.fa d.fa >pd.fa
	cat d.fa p.fa >dp.fa
	whole pd.fa
	whole dp.fa
	tl-parse d.fa p.fa d.fa | tl-intern | tl-align | tl-reduce -z -C c.tsv:tsv+ --refs r.fa -o m.arc
	tl-parse -d m.arc | cmp - <(cat d.fa p.fa d.fa)
	is 3 m.arc files
	[ "$(wc -l <c.tsv)" = 320 ]
	# No member of the other kind: d is 0 to 59 and 260 to 319.
	awk -F '\t' 'function dna(o) { return o < 60 || o >= 260 } dna($3) != dna($4) { print; bad = 1 } END { exit bad }' c.tsv
}

@test "one record, two equal ones, only empty ones, only one letter" {
	printf '>a\nMKVLATT\n' >1.fa
	printf '>a\nMKVLATT\n>a\nMKVLATT\n' >2.fa
	printf '>a\n>b\n>c\n' >3.fa
	printf '>a\nA\n>b\nC\n>c\nA\n' >4.fa
	printf '>\n' >5.fa
	for i in 1 2 3 4 5; do whole $i.fa; done
}

@test "long records beside short ones, in pieces" {
	genome() { awk -v x="$1" -v every="$2" 'BEGIN { for (i = 1; i <= 2500000; i++) { x = (x * 16807) % 2147483647
		printf "%s", i % every ? substr("ACGT", x % 4 + 1, 1) : "T"; if (i % 80 == 0) print "" } print "" }'; }
	{
		gen_dna 20 1
		echo '>genome'
		genome 7 1000
		gen_dna 20 1
		echo '>strain'
		genome 7 999
		gen_dna 5 9
	} >in.fa
	whole in.fa
	is 2500000 w.arc length_max
	# The strain is a delta, and a small one.
	(($(wc -c <w.arc) < 900000))
}

@test "a second and a third round" {
	for kind in proteins dna; do
		gen_$kind 300 6 >in.fa
		n=300
		whole_pipe in.fa 1.arc
		tl-align -i 0.7 -c 0.6 1.arc | tl-reduce -z -o 2.arc --refs 2.fa -C 2.tsv:tsv+
		tl-intern 2.arc | tl-align -i 0.5 -c 0.3 | tl-reduce -z -b count -o 3.arc --refs 3.fa -C 3.tsv:tsv+
		(($(told 1.arc references) >= $(told 2.arc references)))
		(($(told 2.arc references) >= $(told 3.arc references)))
		for i in 2 3; do
			expands_to in.fa $i.arc
			tl-parse -dr $i.arc | cmp - $i.fa
			cut -f4 $i.tsv | sort -n | cmp - <(seq 0 $((n - 1)))
			cut -f3 $i.tsv | sort -nu >references
			pick in.fa references | cmp - $i.fa
			tl-stats --verify $i.arc >/dev/null
			tl-reduce -x $i.arc | tl-parse -d | cmp - in.fa
			# All members of a reference come, over whatever chain.
			cut -f1 $i.tsv | uniq | awk 'NR % 2' >ids
			awk -F '\t' 'NR == FNR { want[$1]; next } $1 in want { print $4 }' ids $i.tsv >ordinals
			tl-reduce -x --strict-ids --ids ids $i.arc | tl-parse -d | cmp - <(pick in.fa ordinals)
		done
	done
	(($(told 3.arc delta_depth) <= 8))
}

@test "rounds without end: the chains stay short, the text comes back" {
	gen_proteins 120 8 >in.fa
	whole_pipe in.fa a.arc
	for identity in 0.85 0.8 0.75 0.7 0.65 0.6 0.55 0.5 0.45 0.4; do
		tl-align -i $identity -c 0.2 a.arc | tl-reduce -z -o a.arc
		expands_to in.fa a.arc
	done
	(($(told a.arc delta_depth) <= 8))
}

@test "databases that grow: a new file beside an archive" {
	gen_proteins 300 6 >old.fa
	gen_proteins 100 6 >new.fa
	whole_pipe old.fa old.arc
	whole_pipe new.fa new.arc
	tl-intern old.arc new.arc | tl-align | tl-reduce -z -C c.tsv -o both.arc
	tl-parse -d both.arc | cmp - <(cat old.fa new.fa)
	[ "$(wc -l <c.tsv)" = 400 ]
	cat old.fa new.fa >all.fa
	(($(told both.arc references) <= $(told old.arc references) + $(told new.arc references)))
}

@test "a tool that fails in the middle makes the rest fail too, with no archive" {
	gen_proteins 3000 1 >in.fa
	head -c 100000 <(gzip -c in.fa) >cut.gz
	code=0
	tl-parse cut.gz 2>err1 | tl-intern 2>err2 | tl-align 2>err3 | tl-reduce -o out.arc --refs r.fa -C c.tsv 2>err4 || code=$?
	[ "$code" = 65 ]
	[ ! -e out.arc ] && [ ! -e r.fa ] && [ ! -e c.tsv ]
	for i in 1 2 3 4; do [ "$(wc -l <err$i)" = 1 ]; done
}

@test "hits back to members: the pipeline of tl(7)" {
	gen_proteins 400 1 >in.fa
	whole_pipe in.fa db.arc -C c.tsv --refs refs.fa
	# What an aligner would find.
	grep '^>' refs.fa | sed 's/^>//; s/ .*//' | awk 'NR % 4 == 0 { print "query\t" $1 "\t97.1\t200" }' >hits
	cut -f2 hits | tl-reduce -x --ids - db.arc | tl-parse -d >families.fa
	awk -F '\t' 'NR == FNR { hit[$2]; next } $1 in hit { print $2 }' hits c.tsv | sort >want
	sed -n 's/^>\([^ ]*\).*/\1/p' families.fa | sort | cmp - want
}
