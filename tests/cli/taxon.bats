#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Taxonomy ids: in headers, from a map, through the pipe; and the titles of one record.

load helper
load streams

# families: proteins of which some are alike, with accessions and every third with an id of its own.
families() {
	gen_proteins 300 5 | awk '/^>/ { n++; $0 = ">sp|P" 10000 + n "|X" n (n % 3 ? " x" : " x OX=" n % 7 + 1) } { print }'
}

@test "a map's ids are a column, which goes through the whole pipe and back" {
	families >a.fa
	awk '/^>/ { split($1, w, "|"); n++; if (n % 2) print w[2] "\t" 100 + n % 3 + 1 }' a.fa >map.tsv
	tl-parse a.fa | tl-stats --json | grep -q '"with_taxon": 100'
	tl-parse --taxonmap map.tsv a.fa >a.tl
	is 200 a.tl with_taxon
	is 10 a.tl taxa
	same a.fa <(tl-parse -d a.tl)
	tl-intern a.tl | tl-align | tl-reduce -z -o b.tl
	is 200 b.tl with_taxon
	is 10 b.tl taxa
	tl-reduce -x b.tl >c.tl
	tl-stats --json a.tl | grep taxa >want
	same want <(tl-stats --json c.tl | grep taxa)
	same <(tl-parse -d -w 0 a.tl) <(tl-parse -d -w 0 c.tl)
	same a.fa <(tl-parse -d b.tl)
	# Where the map says what the headers say, nothing is stored.
	awk '/OX=/ { split($1, w, "|"); sub(/.*OX=/, ""); print w[2] "\t" $0 }' a.fa >map2.tsv
	same <(tl-parse --taxonmap map2.tsv a.fa | tl-parse -d) a.fa
	! tl-parse --taxonmap map2.tsv a.fa | tl-stats | grep -q tAXA
	tl-stats a.tl | grep -q tAXA
}

@test "taxid in filters is the map's, plain or compressed" {
	families >a.fa
	awk '/^>/ { split($1, w, "|"); n++; if (n % 2) print w[2] "\t" 100 + n % 3 + 1 }' a.fa >map.tsv
	gzip -k map.tsv
	awk '/^>/ { n++; on = n % 2 && n % 3 == 0 } on' a.fa >want
	tl-parse -q -f 'taxid == 101' --taxonmap map.tsv.gz a.fa | tl-parse -d >got
	same want got
	tl-parse -q -f 'taxid == 101' --taxonmap <(cat map.tsv) -t 3 a.fa | tl-parse -d >got
	same want got
	awk '/^>/ { n++; on = n % 2 == 0 && n % 3 } on' a.fa >want
	tl-parse -q -f 'taxid == 0' --taxonmap map.tsv a.fa | tl-parse -d >got
	same want got
}

@test "titles of one record, joined by Ctrl-A" {
	printf '>WP_000001.1 a [Homo sapiens]\001WP_000002.1 b [Mus musculus]\nMKVLAA\n>x\nMKK\n' >a.fa
	printf '9606\t|\tHomo sapiens\t|\t\t|\tscientific name\t|\n10090\t|\tMus musculus\t|\t\t|\tscientific name\t|\n' >names.dmp
	tl-parse --taxonmap names.dmp a.fa >a.tl
	is 1 a.tl with_taxon
	is 2 a.tl taxa
	for id in WP_000001.1 WP_000002.1; do
		echo $id | tl-reduce -x --ids - a.tl | tl-parse -d >got
		printf '>WP_000001.1 a [Homo sapiens]\001WP_000002.1 b [Mus musculus]\nMKVLAA\n' >want
		same want got
	done
}

@test "a broken map is refused with its line" {
	printf '>a\nMK\n' >a.fa
	printf 'a\t1\nb\n' >map
	fails 65 tl-parse --taxonmap map -o out a.fa
	says 'map:2: there is no tab'
	[ ! -e out ]
	fails 65 tl-parse --taxonmap - a.fa < <(printf 'a\t1\nb\tman\n')
	says "standard input:2: 'man' is no taxonomy id"
	fails 66 tl-parse --taxonmap nothing a.fa
	fails 64 tl-parse --taxonmap - <a.fa
	fails 64 tl-parse -d --taxonmap map a.tl
}
