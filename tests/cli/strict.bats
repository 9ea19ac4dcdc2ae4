#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-parse --strict: what is no residue of the alphabet is refused, with its place.
bats_require_minimum_version 1.5.0
load helper

# refused FILE PLACE WHAT: with --strict by any number of threads; without it the file comes back.
refused() {
	local t
	for t in 1 3; do
		fails 65 tl-parse -t $t --strict "$1"
		says "$1:$2: $3"
	done
	tl-parse "$1" | tl-parse -d | cmp - "${4:-$1}"
}

@test "strict: bytes that are no residues, by line and column" {
	printf '>a b-1\nACGT\n\nAC-GT\n' >gap.fa
	refused gap.fa 4:3 "'-' is no residue of a nucleotide sequence"
	printf '; 1.5\n>a\r\nMKV\r\nMK.V\r\n' >dot.fa
	refused dot.fa 4:3 "'.' is no residue of a protein"
	printf '>a\rMKV\rMW7\r' >cr.fa
	refused cr.fa 3:3 "'7' is no residue of a protein"
	printf '>a\nMKWV\n>b\nMK WV\n' >blank.fa
	refused blank.fa 4:3 "byte 0x20 is no residue of a protein"
	printf '>a\nMKWV\nMK\rWV\n' >return.fa
	refused return.fa 3:3 "byte 0x0D is no residue of a protein"
	printf '>a\nMKWV\nMK\377\n' >byte.fa
	refused byte.fa 3:3 "byte 0xFF is no residue of a protein"
}

@test "strict: letters that the alphabet does not have" {
	{ printf '>a\n'; head -c 70000 /dev/zero | tr '\0' A; printf '\n>b\nacgun\nnnE\n'; } >late.fa
	refused late.fa 5:3 "'E' is no residue of a nucleotide sequence"
	tl-parse --strict -a protein late.fa | tl-parse -d | cmp - late.fa
	printf '>a\nACGTACGTACGTACGTACGT*\n' >star.fa
	tl-parse --strict star.fa | tl-parse -d | cmp - star.fa # a protein, by its content
	fails 65 tl-parse --strict -a nucleotide star.fa
	says "star.fa:2:21: '*' is no residue of a nucleotide sequence"
}

@test "strict: all letters of the alphabets pass" {
	printf '>1-.5 -*\nABCDEFGHIJKLMNOPQRSTUVWXYZ*\nabcdefghijklmnopqrstuvwxyz*\n\n>e\n' >protein.fa
	printf '>x\nACGTUNRYSWKMBDHV\nacgtunryswkmbdhv\r\n>y\n\n' >dna.fa
	printf '@r-1\nACGTN\n+r-1\n-.*9!\n' >reads.fq
	for file in protein.fa dna.fa reads.fq; do
		tl-parse --strict $file | tl-parse -d | cmp - $file
	done
}

@test "strict: FASTQ, gz, a later chunk, a later file" {
	printf '@a\nACGT\n+\n-.-.\n@b\nAC\nG-T\n+\nIIII\nI\n' >a.fq
	refused a.fq 7:2 "'-' is no residue of a nucleotide sequence"
	gen_dna 9000 4 >good.fa
	lines=$(wc -l <good.fa)
	{ cat good.fa; printf '>last\nACGTACGTAC\nACG0\n'; } >long.fa
	(($(wc -c <long.fa) > 2500000))
	refused long.fa "$((lines + 3)):4" "'0' is no residue of a nucleotide sequence"
	gzip -c long.fa >long.gz
	refused long.gz "$((lines + 3)):4" "'0' is no residue of a nucleotide sequence" long.fa
	fails 65 tl-parse --strict good.fa a.fq
	says 'a.fq:7:2: '
	fails 65 tl-parse --strict - <a.fq
	says 'standard input:7:2: '
	# One line over several windows, in which the column goes on.
	{ printf '>a\n'; head -c 2500000 /dev/zero | tr '\0' C; printf -- '-\n'; } >line.fa
	refused line.fa 2:2500001 "'-' is no residue of a nucleotide sequence"
	fails 64 tl-parse -d --strict good.fa
}
