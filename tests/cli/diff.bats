#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-stats --diff: what was changed, added, removed, renamed.

load helper
load streams

# number DIFF WHAT [FIELD]: of its table.
number() { awk -v w="$2" -v f="${3:-2}" '$1 == w && NF == 3 { print $f; exit }' "$1"; }

# listed DIFF WHAT: the names of such records, sorted.
listed() { awk -F '\t' -v w="$2" 'NF == 3 && $1 == w { print $3 }' "$1" | sort; }

archive() { tl-parse "$1" | tl-intern | tl-align -i 0.8 -c 0.5 | tl-reduce -z -o "$2"; }

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	gen_proteins 400 1 >a.fa
	records a.fa | awk -F '\t' '{ name = $2; s = $3; sub(/ .*/, "", name) }
		NR % 10 == 1 { print name >"removed"; next }
		NR % 10 == 2 { s = s "W"; print name >"changed" }
		NR % 10 == 3 { print name >"renamed from"; name = "x" name; print name >"renamed" }
		{ print ">" name " another text\n" s }
		NR % 10 == 4 { print "new" name >"added"; print ">new" name "\n" s "WWW" }' |
		awk '/^>/ { print; next } { print tolower($0) }' >b.fa
	for k in a b; do
		archive $k.fa $k.tl
		tl-parse $k.fa >$k.seqs
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/* .
}

@test "archives and plain streams: the records that differ, by name" {
	for kind in tl seqs; do
		tl-stats --diff a.$kind b.$kind >d
		for what in removed changed added renamed 'renamed from'; do
			# Two records of the sample may be alike: a removed one is then another one's old name.
			listed d "$what" >have
			sort "$what" >want
			cmp want have
		done
		[ "$(number d same)" = $((400 - $(cat removed changed renamed | wc -l))) ]
		[ "$(number d added)" = "$(wc -l <added)" ]
	done
	tl-stats --diff a.tl b.tl | cmp - d
	tl-stats --diff a.tl b.seqs | cmp - d
}

@test "equal streams; the other way round; empty ones" {
	tl-stats --diff a.tl a.seqs >d
	[ "$(number d same)" = 400 ]
	[ "$(wc -l <d)" = 6 ]
	tl-stats --diff b.tl a.tl >back
	cmp <(listed back added) <(sort removed)
	cmp <(listed back removed) <(sort added)
	: | tl-parse >none.tl
	tl-stats --diff none.tl none.tl >d
	[ "$(number d same)" = 0 ]
	tl-stats --diff none.tl a.tl >d
	[ "$(number d added)" = 400 ]
	tl-stats --diff a.tl none.tl >d
	[ "$(number d removed)" = 400 ]
	[ "$(number d removed 3)" = "$(told a.tl residues)" ]
}

@test "names that occur often, and none" {
	printf '>a\nACDE\n>a\nACDE\n>a\nFGHI\n>\nKKKK\n>\nLLLL\n' >x.fa
	printf '>a\nFGHI\n>a\nACDE\n>a\nMMMM\n>a\nNNNN\n>\nLLLL\n' >y.fa
	for k in x y; do tl-parse --protein $k.fa >$k.tl 2>/dev/null || tl-parse $k.fa >$k.tl; done
	tl-stats --diff x.tl y.tl >d
	[ "$(number d same)" = 3 ]
	[ "$(number d changed)" = 1 ]
	[ "$(number d added)" = 1 ]
	[ "$(number d removed)" = 1 ]
}

@test "JSON has the same numbers and records" {
	tl-stats --diff a.tl b.tl >d
	tl-stats --json --diff a.tl b.tl >d.json
	if command -v python3 >/dev/null; then python3 -m json.tool d.json >/dev/null; fi
	for what in same changed added removed renamed; do
		grep -q "^  \"$what\": $(number d $what),\$" d.json
		grep -q "^  \"${what}_residues\": $(number d $what 3),\$" d.json
	done
	cmp <(sed -n 's/.*"what": "added".*"name": "\(.*\)"}.*/\1/p' d.json | sort) <(sort added)
}

@test "the same under a small -M" {
	tl-stats --diff a.tl b.tl >d
	tl-stats -t 3 -M 40M --diff a.tl b.tl | cmp - d
}

@test "what --diff refuses" {
	fails 64 tl-stats --diff a.tl
	fails 64 tl-stats --diff a.tl b.tl a.tl
	fails 64 tl-stats --diff - a.tl
	fails 64 tl-stats --diff --verify a.tl b.tl
	fails 64 tl-stats --diff --topology
	fails 66 tl-stats --diff a.tl nowhere.tl
	head -c 3000 b.tl >cut.tl
	fails 65 tl-stats --diff a.tl cut.tl
}
