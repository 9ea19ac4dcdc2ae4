#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What all tools do alike: usage errors, exit codes, messages, a full disk, a reader that leaves.

load helper

@test "wrong usage is 64, and the message names the option and the value" {
	for tool in $(tools); do
		fails 64 "$tool" --no-such-option
		says 'unknown option --no-such-option'
		says "$tool --help"
		fails 64 "$tool" -t
		says '--threads needs a value'
		fails 64 "$tool" -t many
		says "--threads: 'many' is not a whole number"
		fails 64 "$tool" --threads=1025
		says 'not in the range 0:1024'
		fails 64 "$tool" --quiet=1
		says '--quiet takes no value'
		[[ $tool = tl-stats ]] || fails 64 "$tool" -z99
		[[ $tool = tl-stats ]] || says '--zstd: 99 is not in the range 1:20'
		fails 64 "$tool" --docs csh
	done
}

@test "an unknown name in TL_CPU_DISABLE is 64" {
	for tool in $(tools); do
		TL_CPU_DISABLE=sse9 fails 64 "$tool" /dev/null
		says sse9
	done
}

@test "no such input is 66, and the message names it" {
	for tool in $(tools); do
		fails 66 "$tool" no-such-file
		says no-such-file
		says 'No such file'
	done
}

@test "an output that cannot be created is 73" {
	gen_proteins 5 >in.fa
	tl-parse in.fa >in.tl
	fails 73 tl-parse -o no/such/dir/out in.fa
	fails 73 tl-intern -o no/such/dir/out in.tl
	says no/such/dir/out
}

@test "help and version on a full disk are 74" {
	for tool in $(tools); do
		for option in --help --version; do
			code=0
			"$tool" "$option" >/dev/full 2>err || code=$?
			[ "$code" = 74 ]
			grep -q "^$tool: standard output: " err
		done
	done
}

@test "a stream on a full disk is 74, to a closed standard output 73" {
	gen_proteins 50 >in.fa
	code=0
	tl-parse in.fa >/dev/full 2>err || code=$?
	[ "$code" = 74 ]
	grep -q '^tl-parse: ' err
	code=0
	tl-parse in.fa >&- 2>err || code=$?
	[ "$code" = 73 ]
	grep -q '^tl-parse: ' err
}

@test "a reader that leaves ends a tool quietly, by SIGPIPE" {
	# More than the pipe holds, however wide it is made.
	gen_proteins 8000 >in.fa
	tl-parse in.fa in.fa >in.tl
	code=$({ { tl-parse -d in.tl 2>err; echo $? >&3; } | head -c 10 >/dev/null; } 3>&1)
	[ "$code" = 141 ]
	[ ! -s err ]
}

@test "empty input is an empty stream, through the whole pipe" {
	tl-parse /dev/null | tl-intern | tl-align -i 0.9 -c 0.8 | tl-reduce -z --refs r.fa --clusters c.tsv -o a.tl
	[ -s a.tl ] && [ ! -s r.fa ] && [ ! -s c.tsv ]
	tl-parse -d a.tl >out
	[ ! -s out ]
}
