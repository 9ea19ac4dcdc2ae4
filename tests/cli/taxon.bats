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

# tree: nodes.dmp with genera 10 and 20, species 11 12 and 21.
tree() {
	printf '%s\t|\t%s\t|\t%s\t|\t\t|\t8\t|\t0\t|\t1\t|\n' 1 1 'no rank' 10 1 genus 20 1 genus 11 10 species 12 10 species 21 20 species
}

# kin: four families, each of three species; the ids stand in the headers but for one record.
kin() {
	awk 'BEGIN {
		x = 7
		for (i = 0; i < 800; i++) { x = (x * 16807) % 2147483647; s = s substr("ACDEFGHIKLMNPQRSTVWY", x % 20 + 1, 1) }
		split("11 12 21", id, " ")
		for (f = 0; f < 4; f++)
			for (m = 1; m <= 3; m++)
				printf ">f%dm%d%s\n%s\n", f, m, f == 3 && m == 3 ? "" : " taxid=" id[m], substr(s, 200 * f + 1, 200 - 2 * m)
	}'
}

@test "--same-taxon keeps members within a rank" {
	kin >a.fa
	tree >nodes.dmp
	tl-parse a.fa | tl-align >a.tl
	tl-reduce --clusters all.tsv a.tl >all.tl
	is 4 all.tl references
	tl-reduce --same-taxon genus --nodes nodes.dmp --clusters genus.tsv:taxa a.tl >genus.tl
	is 8 genus.tl references
	# Of each family the two species of genus 10, which is their lowest common ancestor.
	awk '{ n[$1]++; lca[$1] = $4 } END { for (r in n) print n[r], lca[r] }' genus.tsv | sort | uniq -c | sed 's/^ *//' >got
	printf '1 1 0\n3 1 21\n4 2 10\n' >want
	same want got
	tl-reduce --same-taxon species --nodes nodes.dmp a.tl >species.tl
	is 12 species.tl references
	same a.fa <(tl-parse -d genus.tl)
	tl-reduce --nodes nodes.dmp --clusters all2.tsv:taxa a.tl >all2.tl
	same all.tsv <(cut -f1,2 all2.tsv)
	# Three families span both genera, the fourth one only the first.
	cut -f1,4 all2.tsv | sort -u | cut -f2 | sort | uniq -c | sed 's/^ *//' >got
	printf '3 1\n1 10\n' >want
	same want got
	tl-stats genus.tl | grep -q -- '--same-taxon=genus'
}

@test "--taxonmap-out, as blast and diamond take it" {
	kin | sed 's/^>f\([0-9]\)m\([0-9]\)/>sp|P000\1\2|F\1M\2/' >a.fa
	tree >nodes.dmp
	printf '%s\t|\t%s\t|\t\t|\tscientific name\t|\n' 1 root 10 A 20 B 11 Aa 12 Ab 21 Ba >names.dmp
	tl-parse a.fa | tl-align | tl-reduce --same-taxon species --nodes nodes.dmp --refs refs.fa --taxonmap-out blast.tsv >a.tl
	tl-reduce --refs refs2.fa --refs-id ordinal --taxonmap-out diamond.tsv:diamond a.tl >b.tl
	[ "$(wc -l <blast.tsv)" = 11 ]
	awk '/^>/ && /taxid/ { split($1, w, "|"); sub(/.*taxid=/, ""); print w[2] "\t" $0 }' refs.fa >want
	same want blast.tsv
	awk '/^>/ { n++ } /^>.*taxid/ { sub(/.*taxid=/, ""); print n - 1 "\t" $0 }' a.fa >want
	tail -n +2 diamond.tsv >got
	same want got || { paste want got; false; }
	[ "$(head -n 1 diamond.tsv)" = $'accession.version\ttaxid' ]
	if command -v makeblastdb blastdbcmd >/dev/null; then
		makeblastdb -in refs.fa -dbtype prot -parse_seqids -taxid_map blast.tsv -out db >/dev/null
		blastdbcmd -db db -entry all -outfmt '%T' | sort | uniq -c | sed 's/^ *//' >got
		printf '1 0\n4 11\n4 12\n3 21\n' >want
		same want got
	fi
	if command -v diamond >/dev/null; then
		diamond makedb --quiet --in refs2.fa -d refs2 --taxonmap diamond.tsv --taxonnodes nodes.dmp --taxonnames names.dmp
		diamond blastp --quiet --masking 0 -q refs2.fa -d refs2 --outfmt 6 qseqid sseqid staxids -k0 | awk '$1 == $2 { print $3 }' | sort | uniq -c | sed 's/^ *//; s/ $//' >got
		printf '1\n4 11\n4 12\n3 21\n' >want
		same want got
	fi
}

@test "taxonomy options that do not fit" {
	kin | tl-parse | tl-align >a.tl
	tree >nodes.dmp
	fails 64 tl-reduce --same-taxon genus a.tl
	fails 64 tl-reduce --same-taxon family --nodes nodes.dmp a.tl
	says "no node has the rank 'family'"
	fails 64 tl-reduce --nodes nodes.dmp a.tl
	fails 64 tl-reduce --clusters c.tsv:taxa a.tl
	says 'needs --nodes'
	fails 64 tl-reduce --taxonmap-out t.tsv:dimond a.tl
	says "there is no format 'dimond'"
	fails 64 tl-reduce -x --nodes nodes.dmp a.tl
	printf '2\t|\t3\t|\tgenus\t|\n' >bad.dmp
	fails 65 tl-reduce --same-taxon genus --nodes bad.dmp -o out.tl a.tl
	says 'bad.dmp: node 2 has no way to the root'
	[ ! -e out.tl ]
}
