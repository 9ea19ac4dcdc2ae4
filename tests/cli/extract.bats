#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-reduce -x --range and --taxid: records by ordinal and by taxon, with the blocks that they need.

load helper
load streams

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	# Taxa 11 to 19 in headers, in runs; some records have two, some none.
	gen_proteins 3000 1 | awk '/^>/ { n++; t = 11 + int(n / 400)
		if (n % 50 == 0) print $0; else if (n % 50 == 1) print $0 " OX=" t "\001z" n " OX=99"
		else print $0 " OX=" t; next } { print }' >p.fa
	whole_pipe p.fa p.tl
	# Records that are long, so that the index is small beside them: several blocks.
	gen_proteins 9000 7 200 | grep -v '>' | paste -d '' - - - - - - - - - - - - - - - - - - |
		awk '{ print ">q" NR " OX=" 11 + int(NR / 100); print }' >q.fa
	whole_pipe q.fa q.tl
	printf '1\t|\t1\t|\tno rank\t|\n10\t|\t1\t|\tgenus\t|\n11\t|\t10\t|\tspecies\t|\n12\t|\t10\t|\tspecies\t|\n13\t|\t1\t|\tspecies\t|\n' >nodes.dmp
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/* .
}

# by_range FILE A B: an answer of awk's.
by_range() { awk -v a="$2" -v b="$3" '/^>/ { n++ } n > a && n <= b + 1' "$1"; }

# by_taxon FILE ID...
by_taxon() {
	local file=$1
	shift
	awk -v ids=" $* " '/^>/ { take = 0; s = $0
		while (match(s, /OX=[0-9]+/)) { if (index(ids, " " substr(s, RSTART + 3, RLENGTH - 3) " ")) take = 1; s = substr(s, RSTART + RLENGTH) } }
		take' "$file"
}

# extracted ARCHIVE OPTION...: in a file by the index, from a pipe read through.
extracted() {
	local archive=$1
	shift
	tl-reduce -x "$@" "$archive" >x.tl || return 1
	tl-reduce -x "$@" <"$archive" | cmp - x.tl || return 1
	cat "$archive" | tl-reduce -x "$@" | cmp - x.tl || return 1
	tl-parse -d x.tl
}

# blocks_read ARCHIVE OPTION...
blocks_read() {
	local archive=$1
	shift
	tl-reduce -v -x "$@" "$archive" 2>&1 >/dev/null | sed -n 's/.*by the index: \([0-9]*\) of.*/\1/p'
}

@test "--range: those records, each by itself" {
	for k in p q; do
		extracted $k.tl --range 0-0 | cmp - <(by_range $k.fa 0 0)
		extracted $k.tl --range 17 | cmp - <(by_range $k.fa 17 17)
		extracted $k.tl --range 100-250 | cmp - <(by_range $k.fa 100 250)
		extracted $k.tl --range 500- | cmp - <(by_range $k.fa 500 99999)
		extracted $k.tl --range -5 | cmp - <(by_range $k.fa 0 5)
		extracted $k.tl --range 0- | cmp - <(cat $k.fa)
		[ -z "$(extracted $k.tl --range 99999-)" ]
	done
	tl-parse p.fa | tl-reduce -x --range 7-9 | tl-parse -d | cmp - <(by_range p.fa 7 9)
}

@test "--taxid: those records, and with --nodes what is below" {
	for k in p q; do
		extracted $k.tl --taxid 12 | cmp - <(by_taxon $k.fa 12)
		extracted $k.tl --taxid 13,99 | cmp - <(by_taxon $k.fa 13 99)
		extracted $k.tl --taxid 10 --nodes nodes.dmp | cmp - <(by_taxon $k.fa 11 12)
		extracted $k.tl --taxid 10,99 --nodes nodes.dmp | cmp - <(by_taxon $k.fa 11 12 99)
		[ -z "$(extracted $k.tl --taxid 10)" ]
		extracted $k.tl --taxid 11 --range 3-300 | cmp - <(by_range $k.fa 3 300 | by_taxon - 11)
	done
	# Ids that a table gives count, and those of headers do not then.
	records p.fa | awk -F '\t' '{ split($2, w, /[ \t]/); print w[1] "\t" 500 + NR % 2 }' >map
	tl-parse --taxonmap map p.fa | tl-intern | tl-align | tl-reduce -z -o m.tl
	extracted m.tl --taxid 501 | cmp - <(awk '/^>/ { n++ } n % 2' p.fa)
}

@test "only the blocks that are needed are read" {
	whole=$(blocks_read q.tl --range 0-)
	((whole > 2))
	(($(blocks_read q.tl --range 12-14) < whole))
	(($(blocks_read q.tl --taxid 13) < whole))
	(($(blocks_read q.tl --taxid 4242) == 0))
	(($(blocks_read q.tl --range 999999-) == 0))
}

@test "what --range and --taxid refuse" {
	for range in x 5-3 '' - 1-2-3 1x -x 99999999999999999999; do fails 64 tl-reduce -x --range "$range" p.tl; done
	for id in x 0 1, ,1 '' 99999999999 1.2; do fails 64 tl-reduce -x --taxid "$id" p.tl; done
	fails 64 tl-reduce --range 1-2 p.tl
	fails 64 tl-reduce --taxid 1 p.tl
	fails 64 tl-reduce -x --range 1-2 --ids p.fa p.tl
	fails 64 tl-reduce -x --nodes nodes.dmp p.tl
	fails 64 tl-reduce -x --nodes nodes.dmp --range 1 p.tl
	fails 66 tl-reduce -x --taxid 1 --nodes nowhere p.tl
}
