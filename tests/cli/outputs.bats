#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Outputs of all tools: there whole or not at all, no terminal, a full disk, a reader that leaves.

load helper
load streams

# Every command, and what it reads.
commands() {
	printf '%s\n' 'tl-parse p.fa' 'tl-parse -d p.tl' 'tl-parse -d p.arc' 'tl-parse -dr p.arc' \
		'tl-intern p.tl' 'tl-align p.tl' 'tl-reduce e.tl' 'tl-reduce -x p.arc' 'tl-stats p.arc' \
		'tl-stats -j p.tl'
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	gen_proteins 900 1 >p.fa
	tl-parse p.fa >p.tl
	tl-align p.tl >e.tl
	tl-reduce -o p.arc e.tl
	head -c 200000 p.tl >cut.tl
	mkdir out
}

@test "-o writes what standard output would get" {
	while read -r command; do
		$command >want
		$command -o out/file
		same out/file want
		echo old >out/file
		$command --output=out/file
		same out/file want
		$command -o - | cmp - want
		$command -o /dev/stdout | cmp - want
		: >appended
		{ echo before; $command -o /dev/stdout; } >>appended
		{ echo before; cat want; } | cmp - appended
		[ "$(ls -A out)" = file ]
	done < <(commands)
}

@test "-o: permissions, links, devices, places where nothing can be made" {
	(umask 027 && tl-parse -o out/new p.fa)
	[ "$(stat -c %a out/new)" = 640 ]
	touch out/old
	chmod 604 out/old
	tl-parse -o out/old p.fa
	[ "$(stat -c %a out/old)" = 604 ]
	ln -s old out/link
	tl-parse -d -o out/link p.tl
	[ -L out/link ]
	same out/old p.fa
	tl-parse -o /dev/null p.fa
	[ -c /dev/null ]
	mkfifo out/fifo
	cat out/fifo >copy &
	tl-parse -o out/fifo p.fa
	wait $!
	same copy p.tl
	fails 73 tl-parse -o out p.fa
	fails 73 tl-parse -o out/no/file p.fa
	fails 73 tl-parse -o p.fa/file p.fa
	name=$(printf 'n%.0s' {1..300})
	fails 73 tl-parse -o "out/$name" p.fa
}

@test "a file can be made from itself" {
	cp p.arc same.arc
	tl-reduce -o same.arc same.arc
	expands_to p.fa same.arc
	cp p.tl same.tl
	tl-intern -o same.tl same.tl
	expands_to p.fa same.tl
	cp p.fa same.fa
	tl-parse -o same.fa same.fa
	same same.fa p.tl
}

@test "a failure leaves the target as it was, or no target, and nothing beside it" {
	echo old >out/old
	for tool in 'tl-parse -d' tl-intern tl-align tl-reduce 'tl-reduce -x' tl-stats; do
		for name in old new; do
			fails 65 $tool -o out/$name cut.tl
			[ "$(ls -A out)" = old ] && [ "$(cat out/old)" = old ]
		done
	done
	echo text >text
	fails 65 tl-parse -o out/old p.fa text
	fails 65 tl-parse -o out/new p.fa text
	fails 66 tl-parse -o out/old p.fa no-such-file
	[ "$(ls -A out)" = old ] && [ "$(cat out/old)" = old ]
}

@test "a kill leaves the target as it was, and nothing beside it" {
	echo old >out/old
	for signal in KILL TERM HUP; do
		for name in old new; do
			# Also where the tests run under nohup(1), which ignores HUP.
			env --default-signal=HUP tl-parse -o out/$name <(cat p.fa p.fa; exec sleep 9) 3>&- &
			killed=$!
			# It has opened its output when it has read all that there is.
			for _ in {1..60}; do
				grep -q '^rchar: [0-9]\{6,\}' "/proc/$killed/io" 2>/dev/null && break
				sleep 0.1
			done
			kill -$signal $killed
			code=0
			wait $killed || code=$?
			[ "$code" = $((128 + $(kill -l $signal))) ]
			[ "$(ls -A out)" = old ] && [ "$(cat out/old)" = old ]
		done
	done
}

@test "a full disk is 74, named" {
	while read -r command; do
		code=0
		$command >/dev/full 2>err || code=$?
		[ "$code" = 74 ]
		grep -q "^${command%% *}: standard output: .*No space left" err
		[ "$(wc -l <err)" = 1 ]
		fails 74 $command -o /dev/full
		says '/dev/full: '
	done < <(commands)
}

@test "a reader that leaves ends a tool quietly, by SIGPIPE" {
	gen_proteins 5000 2 >big.fa
	tl-parse big.fa >big.tl
	tl-align big.tl | tl-reduce -o big.arc
	for command in 'tl-parse big.fa' 'tl-parse -d big.tl' 'tl-parse -d big.arc' 'tl-intern big.tl' \
		'tl-align -i 0.99 big.tl' 'tl-reduce -q big.tl' 'tl-reduce -x big.arc' 'tl-stats --tee - -o /dev/null big.tl'; do
		$command 2>err | head -c 100 >/dev/null
		code=${PIPESTATUS[0]}
		[ "$code" = 141 ] || { echo "$code: $command"; return 1; }
		[ ! -s err ]
		# Also where the caller ignores the signal, as Python does for its children.
		(
			trap '' PIPE
			$command 2>>err || echo $? >code
		) | head -c 100 >/dev/null
		[ ! -s err ]
		[ "$(cat code)" = 141 ] || { echo "signal ignored: $(cat code): $command"; return 1; }
	done
}

@test "a closed standard output is an error, not a lost output" {
	while read -r command; do
		code=0
		$command >&- 2>err || code=$?
		[ "$code" = 74 ] || [ "$code" = 73 ]
		grep -q "^${command%% *}: .*standard output" err
	done < <(commands)
}

# on_terminal COMMAND: runs it with a terminal as its three standard files; what it says is in ./said.
on_terminal() {
	code=0
	script -qec "$1" /dev/null </dev/null >said || code=$?
}

@test "a stream does not go to a terminal, nor come from one" {
	command -v script >/dev/null || skip "script(1) is not installed"
	script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip "there are no pseudo-terminals"
	for command in 'tl-parse p.fa' 'tl-intern p.tl' 'tl-align p.tl' 'tl-reduce e.tl' 'tl-reduce -x p.arc' \
		'tl-stats --tee - -o /dev/null p.tl' 'tl-parse -o /dev/stdout p.fa' 'tl-parse -o /dev/tty p.fa'; do
		on_terminal "$command"
		[ "$code" = 64 ] || { echo "exit status $code: $command"; return 1; }
		grep -q 'terminal' said
		(($(wc -c <said) < 200))
	done
	for command in 'tl-intern -o x' 'tl-parse -d' 'tl-stats' 'tl-reduce -o x'; do
		on_terminal "$command"
		[ "$code" = 64 ] || { echo "exit status $code: $command"; return 1; }
		grep -q 'standard input is a terminal' said
	done
	# Text may.
	on_terminal 'tl-stats p.tl'
	[ "$code" = 0 ]
	grep -q '^records' said
	on_terminal 'tl-parse -d p.tl'
	[ "$code" = 0 ]
	tr -d '\r' <said | cmp - p.fa
}
