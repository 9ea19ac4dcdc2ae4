#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs of others take our references, and their hits lead back to all members.  Not installed
# by `make check`: what is missing is skipped, loudly.

load helper
load streams

# The references of a database with odd things in it, and a query that is near one of them.
setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	{
		gen_proteins 150 1
		printf '>sp|P12345|ODD_NAME lower case, a stop, selenocysteine OS=x\r\nmkvlatgqwertyipasdfghklcvnmedrr\r\nUSTLLKAVGIWPYHQNNFECDSTKRGAVLI*\r\n'
	} >db.fa
	whole_pipe db.fa db.arc -C clusters.tsv --refs refs.fa
	gen_dna 40 2 >ndb.fa
	whole_pipe ndb.fa ndb.arc --refs nrefs.fa
	{ echo '>query'; records refs.fa | awk -F '\t' 'NR == 5 { print substr($3, 1, 70) }'; } >query.fa
	want=$(records refs.fa | awk -F '\t' 'NR == 5 { split($2, w, " "); print w[1] }')
}

needs() {
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
}

# leads_back NAME: a hit with that name gives the members of its cluster, as they stand in db.fa.
leads_back() {
	echo "$1" | tl-reduce -x --strict-ids --ids - db.arc | tl-parse -d | sed -n 's/^>\([^ ]*\).*/\1/p' | sort |
		cmp - <(awk -F '\t' -v r="$want" '$1 == r { print $2 }' clusters.tsv | sort)
}

@test "diamond makedb, blastp" {
	needs diamond
	diamond makedb --quiet --threads 1 --in refs.fa -d refs
	diamond dbinfo -d refs 2>/dev/null | grep -qE "Sequences +$(number_of_sequences refs.fa)\$"
	diamond blastp --quiet --threads 1 --masking 0 -k 1 -d refs -q query.fa -f 6 sseqid pident >hits
	[ "$(head -n 1 hits | cut -f1)" = "$want" ]
	leads_back "$(head -n 1 hits | cut -f1)"
}

@test "mmseqs createdb, search by name" {
	needs mmseqs
	mmseqs createdb refs.fa refs -v 1
	[ "$(wc -l <refs.lookup)" = "$(number_of_sequences refs.fa)" ]
	# The names that MMseqs2 makes of headers are taken as ids.
	cut -f2 refs.lookup | tl-reduce -x --strict-ids --ids - db.arc | tl-parse -d | cmp - db.fa
	mmseqs createdb nrefs.fa nrefs -v 1 --dbtype 2
	[ "$(wc -l <nrefs.lookup)" = "$(number_of_sequences nrefs.fa)" ]
}

@test "makeblastdb, blastp" {
	needs makeblastdb blastp
	makeblastdb -in refs.fa -dbtype prot -out refs >log
	grep -q "added $(number_of_sequences refs.fa) sequences" log
	blastp -db refs -query query.fa -seg no -max_target_seqs 5 -outfmt '6 sseqid' >hits 2>/dev/null
	[ "$(head -n 1 hits)" = "$want" ]
	leads_back "$(head -n 1 hits)"
	makeblastdb -in nrefs.fa -dbtype nucl -out nrefs >log
	grep -q "added $(number_of_sequences nrefs.fa) sequences" log
}

@test "vsearch and cd-hit agree that exact duplicates are gone" {
	needs vsearch
	vsearch --derep_fulllength nrefs.fa --output derep.fa --quiet --minseqlength 1 --fasta_width 0
	[ "$(number_of_sequences derep.fa)" = "$(number_of_sequences nrefs.fa)" ]
}

@test "seqkit counts the same" {
	needs seqkit
	tl-stats -j db.arc >json
	seqkit stats -T -j 1 db.fa | tail -n 1 >said
	is "$(cut -f4 said)" db.arc records
	is "$(cut -f8 said)" db.arc length_max
}
