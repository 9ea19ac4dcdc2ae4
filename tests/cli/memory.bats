#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The memory limit: the same bytes whatever it is, and no process holds more than it says.

load helper

# As tool -M LIMIT, on one thread; what it held goes to a file of its name.
held() {
	local tool=$1 limit=$2
	shift 2
	/usr/bin/time -o "$tool.held" -f %M "$tool" -t 1 ${limit:+-M "$limit"} "$@"
}

measured() {
	[ -x /usr/bin/time ] || skip "there is no /usr/bin/time"
}

@test "at the least -M every tool gives the same bytes, within its limit" {
	measured
	gen_proteins 20000 9 >p.fa
	mkdir tmp
	export TMPDIR=$PWD/tmp
	for limit in '' 16M 20M 64M; do
		held tl-parse "$limit" p.fa >s.tl
		held tl-intern "$limit" s.tl >i.tl
		held tl-align "$limit" i.tl >a.tl
		held tl-reduce "$limit" -z -C c.tsv --refs r.fa a.tl >z.tl
		for f in s.tl i.tl a.tl z.tl c.tsv r.fa; do
			[ -n "$limit" ] || mv "$f" "whole.$f"
			[ -z "$limit" ] || same "whole.$f" "$f"
		done
		[ -n "$limit" ] || { cp whole.s.tl s.tl; cp whole.z.tl z.tl; }
		held tl-parse "$limit" -d whole.z.tl | cmp - p.fa
		held tl-reduce "$limit" -x whole.z.tl | tl-parse -d | cmp - p.fa
		[ -n "$limit" ] || { cp whole.i.tl i.tl; cp whole.a.tl a.tl; continue; }
		case $(tl-stats -V; ldd "$(command -v tl-align)") in
		*asan* | *tsan*) echo "# peaks are not looked at: sanitizers hold memory of their own" >&3; continue ;;
		esac
		for f in *.held; do
			[ "$(cat "$f")" -lt $(((${limit%M} + 64) * 1024)) ] || { echo "$f: $(cat "$f") KiB with $limit"; false; }
		done
	done
	[ -z "$(ls -A tmp)" ]
}

@test "names for --format are asked for: the same lines at the least -M, an error where they do not fit" {
	gen_proteins 20000 9 >p.fa
	tl-parse p.fa | tl-intern >i.tl
	tl-align --format m8 i.tl >whole.m8
	[ -s whole.m8 ]
	tl-align --format m8 -t 1 -M 16M i.tl >least.m8
	same whole.m8 least.m8
	awk 'BEGIN { for (i = 0; i < 700000; i++) printf ">%d\nMKV\n", i }' | tl-parse >tiny.tl
	tl-align -t 1 -M 32M tiny.tl >whole.tl
	fails 75 tl-align -t 1 -M 32M --format m8 tiny.tl
	says "the names of records"
	tl-align -t 1 -M 128M --format m8 tiny.tl
}

@test "tl-reduce at the least -M: records, edges and selection wait on disk, the same bytes; the disk is estimated" {
	measured
	awk 'BEGIN { srand(7); for (i = 0; i < 50000; i++) {
		s = ""; for (j = 0; j < 60; j++) s = s substr("ACDEFGHIKLMNPQRSTVWY", 1 + int(rand() * 20), 1)
		for (k = 0; k < 2 + (i % 3 == 0); k++) printf ">%d.%d\n%s%s\n", i, k, s, k == 1 ? "W" : "" } }' >p.fa
	mkdir tmp
	export TMPDIR=$PWD/tmp
	tl-parse p.fa | tl-intern | tl-align -M 256M >a.tl
	awk 'NR % 50 == 1 { print substr($1, 2) }' p.fa >prefer.txt
	for how in "--by bytes" "--by count" "--by length --prefer prefer.txt" "--ratio 0.4"; do
		limit=16M
		[ "$how" != "--ratio 0.4" ] || limit=20M
		# shellcheck disable=SC2086
		tl-reduce -M 1G $how -C whole.uc:uc a.tl >whole.z.tl
		# shellcheck disable=SC2086
		held tl-reduce $limit -v $how -C c.uc:uc a.tl >z.tl 2>said
		same whole.z.tl z.tl
		same whole.uc c.uc
		estimate=$(sed -n 's/.*may need up to about \([0-9]*\) MiB.*/\1/p' said)
		spilled=$(sed -n 's/.*spill_bytes \([0-9]*\).*/\1/p' said)
		[ "$estimate" -gt 0 ] && [ "$spilled" -gt 0 ]
		[ "$spilled" -le $((estimate << 20)) ] || { echo "$spilled bytes, not $estimate MiB, were spilled"; false; }
		case $(tl-stats -V; ldd "$(command -v tl-align)") in
		*asan* | *tsan*) continue ;;
		esac
		[ "$(cat tl-reduce.held)" -lt $(((${limit%M} + 64) * 1024)) ] || { echo "$(cat tl-reduce.held) KiB with $limit"; false; }
	done
	[ -z "$(ls -A tmp)" ]
}

@test "-M that is too low for the table of records is an error that says so, with no output" {
	measured
	awk 'BEGIN { srand(1); for (i = 0; i < 500000; i++) printf ">%d\n%s%d\n", i, "MK", i }' |
		tr 0123456789 ACDEFGHIKL >p.fa
	fails 75 tl-intern -t 1 -M 16M -o out.tl <(tl-parse p.fa)
	says 'the memory limit is too low'
	[ ! -e out.tl ]
}

@test "TL_MEMORY is shared out over a pipe; -M goes before it" {
	measured
	gen_proteins 100 1 >p.fa
	tl-parse p.fa >s.tl
	TL_MEMORY=10M fails 64 tl-align -t 1 s.tl
	says TL_MEMORY
	TL_MEMORY=some fails 64 tl-align -t 1 s.tl
	TL_MEMORY=10M tl-align -t 1 -M 16M s.tl >/dev/null
	TL_MEMORY=128M tl-intern -t 1 s.tl >/dev/null
	TL_MEMORY=50% tl-align -t 1 s.tl >/dev/null
}

@test "decoding and extracting at the least -M: bases wait on disk, the same bytes" {
	measured
	awk 'BEGIN { srand(5); for (i = 0; i < 12000; i++) {
		s = ""; for (j = 0; j < 400; j++) s = s substr("ACDEFGHIKLMNPQRSTVWY", 1 + int(rand() * 20), 1)
		for (k = 0; k < 2; k++) printf ">%d.%d\n%s%s\n", i, k, s, k ? "W" : "" } }' >p.fa
	mkdir tmp
	export TMPDIR=$PWD/tmp
	tl-parse p.fa | tl-intern >i.tl
	tl-align -M 256M i.tl | tl-reduce -z -M 256M >z.tl
	for f in i.tl z.tl; do
		held tl-parse 16M -d "$f" 2>said | cmp - p.fa
		grep -q 'temporary files' said
		held tl-reduce 16M -x "$f" 2>said | tl-parse -d | cmp - p.fa
		grep -q 'temporary files' said
		held tl-stats 16M --verify "$f" >/dev/null 2>said
		grep -q 'temporary files' said
	done
	case $(tl-stats -V; ldd "$(command -v tl-align)") in
	*asan* | *tsan*) skip "sanitizers hold memory of their own" ;;
	esac
	for f in *.held; do
		[ "$(cat "$f")" -lt $((80 * 1024)) ] || { echo "$f: $(cat "$f") KiB"; false; }
	done
	[ -z "$(ls -A tmp)" ]
}
