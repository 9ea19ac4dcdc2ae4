#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# FASTQ: reads come back byte for byte through the whole pipe, qualities stay with their reads, and what
# is FASTA stays FASTA.  Small texts of every kind are in corpus.bats.
bats_require_minimum_version 1.5.0
load helper
load streams

# gen_reads N [SEED]: reads of four lines, every fifth with its header behind the plus; families as gen_dna
# makes them.
gen_reads() {
	gen_dna "$1" "${2:-1}" 100000 | awk '
		/^>/ { head = substr($0, 2); next }
		{
			quality = ""
			for (i = 1; i <= length($0); i++) {
				x = (x * 75 + 74) % 65537
				quality = quality sprintf("%c", 33 + x % 94)
			}
			print "@" head "\n" $0 "\n+" (n++ % 5 ? "" : head) "\n" quality
		}'
}

# as_fasta FILE: reads of four lines as FASTA, by awk alone.
as_fasta() { awk 'NR % 4 == 1 { print ">" substr($0, 2) } NR % 4 == 2' "$1"; }

@test "reads come back through every tool" {
	gen_reads 400 >in.fq
	tl-parse in.fq >parsed.tl
	tl-intern parsed.tl >interned.tl
	tl-align interned.tl >aligned.tl
	tl-reduce -z aligned.tl >archive.tl
	tl-reduce -x archive.tl >extracted.tl
	for stream in parsed interned aligned archive extracted; do
		expands_to in.fq $stream.tl
	done
	(($(told interned.tl duplicates) > 0 && $(told archive.tl members) > 0))
	tl-stats --verify archive.tl >out
	gzip -c in.fq | tl-parse | cmp - parsed.tl
}

@test "the same stream for any number of threads" {
	gen_reads 3000 2 >in.fq
	tl-parse -t 1 in.fq >one.tl
	for threads in 2 5; do
		tl-parse -t $threads in.fq | cmp - one.tl
	done
}

@test "references are FASTA, and --fasta makes the rest so" {
	gen_reads 200 3 >in.fq
	as_fasta in.fq >in.fa
	tl-parse in.fq | tl-intern | tl-align | tl-reduce --refs refs.fa >archive.tl
	(($(number_of_sequences refs.fa) == $(told archive.tl references)))
	tl-parse -d --refs archive.tl | cmp - refs.fa
	tl-parse -d --fasta archive.tl | cmp - in.fa
	tl-parse in.fq | tl-parse -d --fasta | cmp - in.fa
	# FASTA is not touched, and both may stand in one stream.
	printf ';c\n>a\r\nAC\n\nGT' >odd.fa
	tl-parse odd.fa | tl-parse -d --fasta | cmp - odd.fa
	tl-parse in.fq odd.fa in.fq >both.tl
	tl-parse -d both.tl | cmp - <(cat in.fq odd.fa in.fq)
	tl-parse -d --fasta both.tl | cmp - <(cat in.fa odd.fa in.fa)
	tl-intern both.tl | tl-align | tl-reduce | tl-parse -d | cmp - <(cat in.fq odd.fa in.fq)
	fails 64 tl-parse --fasta in.fq
}

@test "reads taken out of an archive keep their qualities" {
	gen_reads 100 4 >in.fq
	tl-parse in.fq | tl-intern | tl-align | tl-reduce --refs refs.fa >archive.tl
	sed -n '1s/^>\([^ ]*\).*/\1/p' refs.fa >ids
	tl-reduce -x --ids ids archive.tl | tl-parse -d >out.fq
	(($(wc -l <out.fq) >= 4 && $(wc -l <out.fq) % 4 == 0))
	awk 'NR == FNR { if (FNR % 4 == 1) head = $0; record = FNR % 4 == 1 ? $0 : record "\n" $0
			if (FNR % 4 == 0) all[head] = record; next }
		FNR % 4 == 1 { head = $0; record = $0; next }
		{ record = record "\n" $0 }
		FNR % 4 == 0 && all[head] != record { print "not as it was: " head; bad = 1 }
		END { exit bad }' in.fq out.fq
}

@test "-w lays reads out anew" {
	printf '@a\r\nACGTacgtAC\r\n+\r\nABCDEFGHIJ\r\n@b\n\n+b\n\n \n' >in.fq
	tl-parse in.fq >in.tl
	tl-parse -d -w 4 in.tl | cmp - <(printf '@a\nACGT\nacgt\nAC\n+\nABCD\nEFGH\nIJ\n@b\n+b\n')
	tl-parse -d -w 5 in.tl | cmp - <(printf '@a\nACGTa\ncgtAC\n+\nABCDE\nFGHIJ\n@b\n+b\n')
	tl-parse -d -w 0 in.tl | cmp - <(printf '@a\nACGTacgtAC\n+\nABCDEFGHIJ\n@b\n+b\n')
	tl-parse -d -w 0 --fasta in.tl | cmp - <(printf '>a\nACGTacgtAC\n>b\n')
}

# letters N SEED LETTERS [WIDTH]: so many of those, in lines of WIDTH.
letters() {
	awk -v n="$1" -v x="$2" -v letters="$3" -v width="${4:-0}" 'BEGIN {
		k = length(letters)
		for (i = 1; i <= n; i++) {
			x = (x * 16807) % 2147483647
			printf "%s", substr(letters, x % k + 1, 1)
			if (width ? i % width == 0 || i == n : i == n) print ""
		}
	}'
}

@test "a read of 3 MB in one line, one in many, one with a header of 2 MB" {
	letters 3000000 1 ACGT >bases
	letters 3000000 2 '@+!>IJKL' >qualities
	letters 2000000 3 'header@+' | tr -d '\n' >header
	{
		printf '@short\nAC\n+\n@@\n'
		printf '@long\n' && cat bases && printf '+long\n' && cat qualities
		printf '@lines\n' && fold -w 70 bases && echo && printf '+\n' && fold -w 70 qualities && echo
		printf '@' && cat header && printf '\nACGT\n+' && cat header && printf '\n@+@+\n'
		printf '@same\n' && cat bases && printf '+\n' && cat qualities
		printf '@short\nAC\n+\n@@\n'
	} >in.fq
	tl-parse in.fq >in.tl
	expands_to in.fq in.tl
	is 6 in.tl records
	is 3000000 in.tl length_max
	whole_pipe in.fq archive.tl --refs refs.fa
	expands_to in.fq archive.tl
	is 3 archive.tl duplicates
	(($(number_of_sequences refs.fa) == 3))
	tl-reduce -x archive.tl | tl-parse -d | cmp - in.fq
	tl-parse -d -w 0 archive.tl | awk 'NR % 4 == 2 { n = length($0) } NR % 4 == 0 && length($0) != n { exit 1 }'
	# Cut off far behind the beginning of the record: the place is told.
	head -c 5000000 in.fq >cut.fq
	fails 65 tl-parse cut.fq
	says 'cut.fq:8:1'
	says 'its sequence 3000000'
}
