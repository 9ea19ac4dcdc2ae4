#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What nobody should do and somebody will: odd names, odd numbers, files by the thousand, few
# descriptors, little memory, outputs that are inputs.

load helper
load streams

@test "names of files with blanks, line ends and what a terminal obeys" {
	for name in 'a b' $'new\nline' $'\e[31mred' '-' '--' '-d' '*' $'caf\xe9' '%s%n'; do
		printf '>x\nACGT\n' >"./$name"
		tl-parse -- "./$name" | tl-parse -d | cmp - "./$name"
		tl-parse "./$name" -o "./$name.tl"
		tl-parse -d "./$name.tl" | cmp - "./$name"
	done
	echo junk >$'bad\n\e[31mname'
	fails 65 tl-parse $'bad\n\e[31mname'
	says 'bad??[31mname:1:1: '
}

@test "what stands in the data does not reach a terminal" {
	printf '>a\nMK\n' | tl-parse | tl-reduce -o a.tl
	printf '\e]0;title\a\n' >ids
	fails 65 tl-reduce -x --strict-ids --ids ids a.tl
	says 'no record has the id ?]0;title?'
}

@test "three thousand files, one behind the other, with few descriptors" {
	mkdir many
	for i in {1..3000}; do printf '>r%d\nACGTACGTTTGACC\n' "$i" >many/$i.fa; done
	(ulimit -n 24 && exec tl-parse many/*.fa) >many.tl
	tl-parse -d many.tl | cmp - <(cat many/*.fa)
	is 3000 many.tl files
	for i in {1..300}; do cat many.tl; done | head -c 20000000 >long.tl || true
	fails 65 tl-stats long.tl
}

@test "too few descriptors, too little address space: an error with a message" {
	gen_proteins 3000 1 >in.fa
	for n in 4 5 6 7 8; do
		code=0
		(ulimit -n $n && exec tl-parse - in.fa -o out.tl) <in.fa 2>err 3>&- 4>&- || code=$?
		case $code in
		0) rm out.tl ;;
		66 | 73 | 75) [ ! -e out.tl ] && grep -q 'Too many open files' err ;;
		*) echo "$code with $n descriptors: $(cat err)" && return 1 ;;
		esac
	done
	[[ $TL_BIN != *asan* && $TL_BIN != *tsan* ]] || skip 'sanitizers need address space'
	refused=0
	for kib in 10000 20000 30000 60000 120000; do
		code=0
		(ulimit -v $kib && exec tl-parse -t 4 in.fa -o out.tl) 2>err || code=$?
		case $code in
		0) rm out.tl ;;
		75) refused=1 && [ ! -e out.tl ] ;;
		127) ;; # not even the libraries could be loaded
		*) echo "$code at $kib KiB: $(cat err)" && return 1 ;;
		esac
	done
	[ "$refused" = 1 ]
}

@test "numbers beside the range, repeated options, the last of which counts" {
	printf '>x\nACGTAC\n' >in.fa
	tl-parse in.fa >in.tl
	for wrong in '-t -1' '-t 1025' '-t 99999999999999999999' '-t 0x4' '-t 1e3' '-z0' '-z21' '-z999999999999' '-o' \
		'--threads' '--threads=' '-t=4'; do
		# shellcheck disable=SC2086
		fails 64 tl-parse in.fa $wrong
	done
	tl-parse -t 3 -t 1 in.fa -z19 -z1 -o a -o b >out
	[ ! -s out ]
	[ ! -e a ]
	tl-parse -d b | cmp - in.fa
	tl-parse -d -w 9223372036854775807 in.tl | cmp - in.fa
	fails 64 tl-parse -d -w 18446744073709551616 in.tl
}
