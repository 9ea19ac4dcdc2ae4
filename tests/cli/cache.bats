#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-align --cache changes the time, never the bytes.

load helper
load streams

input() {
	gen_proteins "${1:-400}" 3 >p.fa
	gen_dna 60 4 >d.fa
	tl-parse p.fa d.fa | tl-intern >in.tl
}

# found OPTION...: what the cache gave, of in.tl; the stream must be that of want.tl.
found() {
	tl-align -v --cache c "$@" in.tl 2>said >out.tl || return 1
	same want.tl out.tl || return 1
	sed -n 's/^tl-align: cache: \([0-9]*\) found, \([0-9]*\) not found, \([0-9]*\) new.*/\1 \2 \3/p' said
}

@test "the second run finds everything, the bytes are the same, for any number of threads" {
	input
	tl-align in.tl >want.tl
	read -r hits misses new < <(found -t 2)
	[ "$hits" = 0 ]
	[ "$misses" -gt 300 ]
	[ "$new" = "$misses" ]
	[ "$(found -t 1)" = "$misses 0 0" ]
	[ "$(found -t 7 -M 80M)" = "$misses 0 0" ]
	# Notes do not hide behind a cache.
	grep 'sequences,' said | sed 's/.* cells, //' >edges
	tl-align -v in.tl 2>&1 >x.tl | grep 'sequences,' | sed 's/.* cells, //' | cmp - edges
}

@test "what is new is aligned, what was there is not" {
	input 400
	tl-align --cache c in.tl >old.tl
	gen_proteins 40 99 >more.fa
	tl-parse p.fa d.fa more.fa | tl-intern >in.tl
	tl-align in.tl >want.tl
	read -r hits misses new < <(found)
	[ "$hits" -gt 300 ]
	[ "$new" -gt 0 ]
	((new * 3 < hits))
	read -r hits misses new < <(found)
	[ "$misses" = 0 ]
}

@test "another criterion, other scores, another band: nothing is taken for what it is not" {
	input 200
	tl-align --cache c in.tl >x.tl
	for with in '-i 0.8' '-c 0.9' '--cov-mode both' '--overhang ignore' '--gap 9:2' '--matrix BLOSUM80' \
		'--score 1:2' '--band 40:0' '--max-align-cells 2M' '-i 0.6'; do
		# shellcheck disable=SC2086
		{
			tl-align $with in.tl >want.tl
			found $with >first
			read -r hits misses _ < <(found $with)
			[ "$misses" = 0 ]
		}
	done
	# Fewer k-mers: pairs that have the same band by the same number of them are found.
	tl-align -s fast in.tl >want.tl
	read -r hits misses _ < <(found -s fast)
	[ "$hits" -gt 0 ]
}

@test "--cache-size and --cache-evict: old entries go, the bytes stay" {
	input 4000
	tl-align -s sensitive -i 0.5 in.tl >want.tl
	for evict in lru lfu fifo; do
		rm -f c c-lock
		found -s sensitive -i 0.5 --cache-size 1M --cache-evict $evict >/dev/null
		bytes=$(sed -n 's/^tl-align: cache: .* \([0-9]*\) bytes$/\1/p' said)
		((bytes <= 1048576))
		grep -q ' [1-9][0-9]* let go' said
		found -s sensitive -i 0.5 --cache-size 1M --cache-evict $evict >/dev/null
	done
	fails 64 tl-align --cache c --cache-size 1k in.tl
	fails 64 tl-align --cache c --cache-evict mru in.tl
}

@test "a damaged cache: an error, a note, or nothing to be seen, never other bytes or a signal" {
	input 150
	tl-align in.tl >want.tl
	tl-align --cache good in.tl >x.tl
	size=$(wc -c <good)
	RANDOM=7
	for i in {1..40}; do
		rm -f c-lock
		at=$(((RANDOM * 32768 + RANDOM) % size))
		case $((i % 4)) in
		0) head -c $at good >c ;;
		1) { head -c $at good; head -c 3000 /dev/urandom; tail -c +$((at + 3001)) good; } >c ;;
		*) flipped good $((i % 4 == 2 ? at : at / 4096 * 4096 + RANDOM % 64)) >c ;;
		esac
		code=0
		tl-align --cache c in.tl >out.tl 2>said || code=$?
		if [ $code = 0 ]; then same want.tl out.tl; else [ $code = 65 ]; grep -q '^tl-align: c: ' said; fi
	done
	echo 'some text' >c
	fails 65 tl-align --cache c in.tl
	says 'remove it'
	[ "$(cat c)" = 'some text' ]
	fails 73 tl-align --cache no/where in.tl
}

@test "each page's head damaged, and what is new to be written: no signal, no other bytes" {
	gen_proteins 60 3 | tl-parse | tl-intern | tl-align --cache good >x.tl
	gen_proteins 80 3 | tl-parse | tl-intern >in.tl
	tl-align in.tl >want.tl
	size=$(wc -c <good)
	for ((at = 0; at < size; at += 4096)); do
		# Flags, where entries end and begin, the first of them.
		for byte in 10 11 12 13 14 15 20 21; do
			rm -f c-lock
			flipped good $((at + byte)) >c
			code=0
			tl-align --cache c in.tl >out.tl 2>said || code=$?
			echo "byte $byte of the page at $at: $code"
			if [ $code = 0 ]; then same want.tl out.tl; else [ $code = 65 ]; grep -q '^tl-align: c: .*remove it$' said; fi
		done
	done
}

@test "a cache that somebody cuts short while it is open: a note, the same bytes" {
	input 150
	tl-align in.tl >want.tl
	tl-align --cache good in.tl >x.tl
	mkfifo f
	for left in 0 4096 20000; do
		cp good c
		rm -f c-lock
		tl-align --cache c f >out.tl 2>said &
		pid=$!
		{
			head -c 3000 in.tl
			# The child that looks through it is not meant.
			until grep -q "$PWD/c$" "/proc/$pid/maps"; do sleep 0.01; done
			truncate -s $left c
			tail -c +3001 in.tl
		} >f
		wait $pid
		same want.tl out.tl
		grep -q '^tl-align: c: [0-9]* entries are damaged and were not used$' said
	done
}

@test "several processes share a cache; one that is killed leaves it whole" {
	input 300
	tl-align in.tl >want.tl
	for i in 1 2 3 4; do tl-align --cache c in.tl >out.$i & done
	wait
	for i in 1 2 3 4; do same want.tl out.$i; done
	read -r hits misses new < <(found)
	[ "$misses" = 0 ]
	for ms in 0.01 0.03 0.05 0.08; do
		timeout -s KILL $ms tl-align --cache k in.tl >x.tl || true
	done
	tl-align --cache k in.tl | cmp - want.tl
	tl-align --cache k in.tl | cmp - want.tl
}

@test "with parts, rounds and text the cache serves too" {
	input 200
	tl-align --cache c --format paf in.tl >one.paf
	tl-align --format paf in.tl | cmp - one.paf
	tl-align --candidates in.tl >cand.tl
	tl-align in.tl >want.tl
	tl-align --cache c --from cand.tl in.tl | cmp - want.tl
	tl-align in.tl | tl-reduce | tl-align -i 0.6 | tl-reduce >deep.tl
	tl-align -q -i 0.5 --reassign deep.tl >direct.tl
	tl-align -q -i 0.5 --reassign --cache c deep.tl | cmp - direct.tl
	tl-align -q -i 0.5 --reassign --cache c deep.tl | cmp - direct.tl
}
