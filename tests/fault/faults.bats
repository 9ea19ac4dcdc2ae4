#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a machine does to a program: full disks, limits, closed and slow descriptors, directories that
# are not there.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir out tmp
	export TMPDIR=$PWD/tmp
}

# A stream whose blocks do not fit in 16 MiB.
spilling_stream() {
	gen_proteins 6000 1 >once.fa
	for _ in {1..14}; do cat once.fa; done | tl-parse -o spill.tl
}

# What each tool reads.
big_stream() {
	gen_proteins 7000 1 >in.fa
	tl-parse in.fa >in.tl
	tl-intern in.tl | tl-align -o edges.tl
	tl-reduce -o in.arc edges.tl
}

@test "a file that may not grow is 74, not a death by SIGXFSZ; nothing is left" {
	big_stream
	for command in 'tl-parse in.fa' 'tl-parse -d in.arc' 'tl-intern in.tl' 'tl-align in.tl' \
		'tl-reduce edges.tl' 'tl-reduce -x in.arc' 'tl-stats --tee out/tee -o /dev/null in.tl' \
		'tl-reduce -C out/c edges.tl' 'tl-reduce --refs out/r edges.tl'; do
		# shellcheck disable=SC2086
		limited() (ulimit -f 64 && exec $command -o out/file)
		code=0
		limited 2>err || code=$?
		[ "$code" = 74 ] || { echo "$code: $command: $(cat err)"; return 1; }
		grep -q "^${command%% *}: .*File too large" err
		[ -z "$(ls -A out)" ] || { echo "$command: $(ls -A out)"; return 1; }
	done
}

@test "a spill file that may not grow is 74; nothing is left" {
	spilling_stream
	limited() (ulimit -f 64 && exec tl-reduce -t 1 -M 16M -T tmp spill.tl)
	code=0
	limited 2>err | cat >/dev/null || true
	code=${PIPESTATUS[0]}
	grep -q '^tl-reduce: .*File too large' err || { cat err; return 1; }
	[ -z "$(ls -A tmp)" ]
}

@test "a full file system is 74, and leaves the target as it was" {
	unshare -Urm true 2>/dev/null || unshare -m true 2>/dev/null || skip "no name spaces to mount in"
	big_stream
	spilling_stream
	# shellcheck disable=SC2016
	inside='mount -t tmpfs -o size=256k none out || exit 99
		echo old >out/old
		"$@"; code=$?
		[ "$(ls -A out)" = old ] && [ "$(cat out/old)" = old ] || exit 98
		exit $code'
	for command in 'tl-parse in.fa -o out/old' 'tl-parse in.fa -o out/new' 'tl-parse -d in.arc -o out/new' \
		'tl-reduce edges.tl -o out/new' 'tl-reduce edges.tl --refs out/old -o out/new' \
		'tl-reduce -q -t 1 -M 16M -T out -o /dev/null spill.tl'; do
		code=0
		# shellcheck disable=SC2086
		unshare -m bash -c "$inside" - $command 2>err || unshare -Urm bash -c "$inside" - $command 2>err || code=$?
		[ "$code" != 99 ] || skip "no file system may be mounted"
		[ "$code" = 74 ] || { echo "$code: $command: $(cat err)"; return 1; }
		grep -q 'No space left on device' err
	done
}

@test "a directory that is not there, or where nothing can be made" {
	big_stream
	fails 73 tl-parse -o /proc/file in.fa
	fails 73 tl-parse -o out/ in.fa
	fails 64 tl-parse -o '' in.fa
	fails 73 tl-reduce --refs no/where -o out/a edges.tl
	fails 73 tl-reduce -C no/where:uc -o out/a edges.tl
	spilling_stream
	for dir in no/where in.fa /proc; do
		code=0
		tl-reduce -q -t 1 -M 16M -T "$dir" -o out/a spill.tl 2>err || code=$?
		[ "$code" = 73 ] || { echo "$code: $(cat err)"; return 1; }
		grep -q "$dir" err
	done
	[ -z "$(ls -A out)" ]
}

@test "a closed standard input is an error" {
	for command in 'tl-parse' 'tl-parse -' 'tl-parse -d' tl-intern tl-align tl-reduce 'tl-reduce -x' tl-stats; do
		code=0
		$command <&- >rest 2>err || code=$?
		[ "$code" = 66 ] || [ "$code" = 74 ] || { echo "$code: $command: $(cat err)"; return 1; }
		grep -q "^${command%% *}: .*standard input" err
		[ ! -s rest ] || ! tl-stats rest >/dev/null 2>&1
	done
}

@test "no message can be given: the status tells all the same" {
	code=0
	tl-parse no-such-file 2>&- >/dev/null || code=$?
	[ "$code" = 66 ]
	code=0
	tl-parse no-such-file 2>/dev/full >/dev/null || code=$?
	[ "$code" = 66 ]
	code=0
	tl-parse --help >&- 2>&- <&- || code=$?
	[ "$code" = 74 ]
}

@test "bytes that come one by one, and a reader that is slow" {
	gen_proteins 30 1 >in.fa
	tl-parse in.fa >want.tl
	dd if=in.fa bs=1 status=none | tl-parse | same /dev/stdin want.tl
	dd if=want.tl bs=1 status=none | tl-parse -d | same /dev/stdin in.fa
	gzip -c in.fa | dd bs=1 status=none | tl-parse | same /dev/stdin want.tl
	gen_proteins 2000 1 >big.fa
	tl-parse big.fa | { sleep 0.3; cat; } | tl-parse -d | { sleep 0.3; cat; } | same /dev/stdin big.fa
}

@test "a process that is stopped and goes on" {
	gen_proteins 9000 1 >in.fa
	tl-parse in.fa >want.tl
	tl-parse -t 3 <(cat in.fa; sleep 0.4) >got.tl 3>&- &
	for _ in 1 2 3; do
		kill -STOP $!
		sleep 0.02
		kill -CONT $!
		sleep 0.02
	done
	wait $!
	same got.tl want.tl
}
