#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Searching references instead of a whole database: --lift --queries, and examples/search-loop.sh.

load helper
load streams

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	gen_proteins 400 1 >p.fa
	# Three proteins without gaps: a reference and two members, one of which ends earlier; a query.
	awk 'BEGIN { srand(2); l = "ACDEFGHIKLMNPQRSTVWY"
		for (i = 0; i < 200; i++) s = s substr(l, int(rand() * 20) + 1, 1)
		for (i = 0; i < 90; i++) o = o substr(l, int(rand() * 20) + 1, 1)
		print ">ref\n" s "\n>far\n" o
		print ">member\n" substr(s, 5, 95) "W" substr(s, 101, 80)
		print ">short\n" substr(s, 1, 165) }' >db.fa
	awk '/^>ref/ { getline; print ">q a query\n" substr($0, 21, 100); print ">other\n" $0 }' db.fa >q.fa
	whole_pipe db.fa db.tl --refs refs.fa
	tl-parse q.fa >q.tl
	printf 'q\tref\t100\t100\t0\t0\t1\t100\t21\t120\t1e-60\t200\n' >hits.m8
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/* .
}

@test "--queries: hits on members are aligned and scored again" {
	is 2 db.tl references
	tl-reduce -x --lift hits.m8 --queries q.tl db.tl >lift.m8
	[ "$(cut -f2 lift.m8 | tr '\n' ' ')" = 'ref member short ' ]
	# The hit itself is as it was.
	head -n 1 lift.m8 | cmp - hits.m8
	# One residue differs: columns, mismatches, ends, and a score that is less by what that costs.
	[ "$(sed -n 2p lift.m8 | cut -f3-10 | tr '\t' ' ')" = '99.000 100 1 0 1 100 17 116' ] ||
		[ "$(sed -n 2p lift.m8 | cut -f3-10 | tr '\t' ' ')" = '100.000 100 0 0 1 100 17 116' ]
	[ "$(sed -n 3p lift.m8 | cut -f3-10 | tr '\t' ' ')" = '100.000 100 0 0 1 100 21 120' ]
	[ "$(sed -n 3p lift.m8 | cut -f11-12)" = "$(printf '1.00e-60\t200.0')" ]
	awk -F '\t' 'NR == 2 { exit !($12 < 200 && $11 > 1e-60) }' lift.m8
	# From a pipe the same.
	tl-reduce -x --lift - --queries q.tl db.tl <hits.m8 | cmp - lift.m8
	tl-reduce -x --lift hits.m8 --queries q.tl <db.tl | cmp - lift.m8
}

@test "e-value and bits go together, and agree with an alignment of the whole" {
	tl-parse p.fa | tl-intern | tl-align | tl-reduce -z -o p.tl --refs p.refs
	# Queries are references; their hits are made by tl-align between all.
	records p.refs | awk -F '\t' 'NR <= 40 { sub(/ .*/, "", $2); print ">Q" $2 "\n" $3 }' >pq.fa
	tl-parse pq.fa >pq.tl
	awk '/^>/ { n = substr($1, 2); next } { l[n] += length($0) }
		END { for (n in l) { r = n; sub(/^Q/, "", r); print n "\t" r "\t100\t" l[n] "\t0\t0\t1\t" l[n] "\t1\t" l[n] "\t1e-50\t300" } }' pq.fa | sort >p.m8
	tl-reduce -x --lift p.m8 --queries pq.tl p.tl >again.m8
	tl-reduce -x --lift p.m8 p.tl >plain.m8
	[ "$(wc -l <again.m8)" -gt 40 ]
	cut -f1,2 again.m8 | sort | cmp - <(cut -f1,2 plain.m8 | sort)
	awk -F '\t' '{ x = log($11 / 1e-50) / log(2) + $12 - 300; if (x > 0.3 || x < -0.3) { print; bad = 1 }
		if ($7 > $8 || $9 > $10 || $12 > 300.05) { print; bad = 1 } } END { exit bad }' again.m8
}

@test "what --queries refuses" {
	fails 64 tl-reduce -x --queries q.tl db.tl
	fails 64 tl-reduce -x --ids hits.m8 --queries q.tl db.tl
	fails 64 tl-reduce -x --lift hits.m8 --queries - <q.tl
	fails 66 tl-reduce -x --lift hits.m8 --queries nowhere db.tl
	printf 'nobody\tref\t100\t100\t0\t0\t1\t100\t21\t120\t1e-60\t200\n' >x.m8
	fails 65 tl-reduce -x --lift x.m8 --queries q.tl db.tl
	says 'x.m8:1: the queries have no nobody'
	printf 'q\tref\t100\t100\t0\t0\t1\t101\t21\t120\t1e-60\t200\n' >x.m8
	fails 65 tl-reduce -x --lift x.m8 --queries q.tl db.tl
	says 'beyond the end of its query'
	gen_dna 5 1 | tl-parse >d.tl
	fails 64 tl-reduce -x --lift hits.m8 --queries d.tl db.tl
}

@test "examples/search-loop.sh with DIAMOND" {
	command -v diamond >/dev/null || skip "diamond is not installed: the search loop was NOT tested"
	records p.fa | awk -F '\t' 'NR % 40 == 1 { print ">" $2 "\n" $3 }' >some.fa
	"$ROOT/examples/search-loop.sh" -t 2 some.fa p.fa >loop
	cat loop
	grep -q 'references hold 0\.' loop
	[ "$(grep -c '^ *all ' loop)" = 2 ]
	awk '$1 == "all" { if ($4 < 99 || $2 < 10) bad = 1 } END { exit bad }' loop
	fails 64 "$ROOT/examples/search-loop.sh" some.fa || [ "$(head -c 5 <<<"$said")" = usage ]
}

@test "examples/search-loop.sh with MMseqs2" {
	command -v mmseqs >/dev/null || skip "mmseqs is not installed: the search loop was NOT tested with it"
	records p.fa | awk -F '\t' 'NR % 40 == 1 { print ">" $2 "\n" $3 }' >some.fa
	"$ROOT/examples/search-loop.sh" -m mmseqs -t 2 some.fa p.fa >loop
	cat loop
	awk '$1 == "all" { n++; if ($4 < 98 || $2 < 10) bad = 1 } END { exit bad || n != 2 }' loop
}

# A directory of searches with tables of an older run, and search programs of which the first step fails.
@test "examples/search-loop.sh stops where a command of a step fails" {
	mkdir bin kept
	for name in diamond makeblastdb mmseqs; do
		printf '#!/bin/sh\necho "%s has failed" >&2\nexit 3\n' "$name" >"bin/$name"
	done
	printf '#!/bin/sh\nexit 0\n' >bin/blastp
	chmod +x bin/*
	for name in full refs x lift raw; do
		printf 'q0\tr0\t100\t100\t0\t0\t1\t100\t1\t100\t1e-60\t200\n' >"kept/$name.m8"
	done
	gen_proteins 20 1 >small.fa
	for by in diamond blastp mmseqs; do
		code=0
		PATH=$PWD/bin:$PATH SEARCH_LOOP_DIR=kept "$ROOT/examples/search-loop.sh" -m $by -t 1 small.fa small.fa \
			>said 2>why || code=$?
		cat said why
		[ "$code" = 1 ]
		[ ! -s said ]
		grep -q 'has failed' why
	done
}
