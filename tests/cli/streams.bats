#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Streams as every tool reads them: whole ones, one behind the other, of several kinds; and those
# that are cut off, damaged or out of order, which all tools refuse, with block and offset.

load helper
load streams

# Every command that reads a stream.
readers() { printf '%s\n' 'tl-parse -d' tl-intern tl-align tl-reduce 'tl-reduce -x' tl-stats 'tl-stats --verify'; }

# all_refuse FILE TEXT: each reader refuses the stream with 65 and a message that has the name of the
# file and TEXT in it; what it wrote until then is no whole stream.
all_refuse() {
	local command code
	while read -r command; do
		code=0
		# shellcheck disable=SC2086
		$command "$1" >rest 2>err || code=$?
		said=$(cat err)
		if [[ $code != 65 ]]; then
			echo "exit status $code: $command $1: $said"
			return 1
		fi
		says "${command%% *}: $1: " && says "$2" || return 1
		if [[ -s rest && $command != *-d ]] && tl-stats rest >/dev/null 2>&1; then
			echo "what $command $1 leaves is a stream that looks complete"
			return 1
		fi
	done < <(readers)
}

# A stream of sequences of several blocks, and an archive.
setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	gen_proteins 2200 1 >p.fa
	gen_dna 40 2 >d.fa
	tl-parse p.fa >p.tl
	tl-parse d.fa >d.tl
	whole_pipe d.fa d.arc
}

@test "a stream that is cut off, anywhere" {
	[ "$(blocks p.tl | awk '{ printf "%s ", $3 }')" = 'prov SEQS SEQS FILE ENDS ' ]
	printf '' >cut.tl
	all_refuse cut.tl 'empty, where a Talyra stream should begin'
	for size in 1 15; do
		head -c $size p.tl >cut.tl
		all_refuse cut.tl 'cut off in its first bytes'
	done
	block=0
	while read -r at size type; do
		head -c "$at" p.tl >cut.tl
		all_refuse cut.tl "block $block at offset $at: the stream ends without its end block"
		for part in 1 39 40 $((size - 1)); do
			head -c $((at + part)) p.tl >cut.tl
			fails 65 tl-parse -d cut.tl
			says "block $block"
			says "at offset $at: "
			fails 65 tl-stats cut.tl
			says "at offset $at: "
		done
		block=$((block + 1))
	done < <(blocks p.tl)
	[ "$block" = 5 ]
	all_refuse cut.tl 'block 4 (ENDS) at offset '
	fails 65 tl-intern <cut.tl
	says 'standard input: block 4 (ENDS) at offset '
}

@test "an archive that is cut off, anywhere but behind its end" {
	[ "$(blocks d.arc | awk '{ t = $3 } END { print t }')" = indX ]
	while read -r at size type; do
		head -c "$at" d.arc >cut.tl
		if [ "$type" = indX ]; then
			# The stream is whole; only the index is gone.
			tl-stats --verify cut.tl >/dev/null
			expands_to d.fa cut.tl
			head -c $((at + 20)) d.arc >cut.tl
			all_refuse cut.tl "at offset $at"
		else
			fails 65 tl-parse -d cut.tl
			says "at offset $at: "
			fails 65 tl-reduce -x cut.tl
			says "at offset $at: "
		fi
	done < <(blocks d.arc)
}

@test "a byte that was changed, anywhere" {
	for at in 0 3 7; do
		flipped d.tl $at >bad.tl
		all_refuse bad.tl 'Talyra stream'
	done
	for at in 8 10 15; do
		flipped d.tl $at >bad.tl
		all_refuse bad.tl preamble
	done
	number=0
	while read -r at size type; do
		for off in 0 5 20 39 40 $((size / 2)) $((size - 1)); do
			flipped d.tl $((at + off)) >bad.tl
			for command in 'tl-parse -d' 'tl-stats'; do
				fails 65 $command bad.tl || { echo "$type+$off"; return 1; }
				says "block $number"
				says "at offset $at: "
			done
		done
		number=$((number + 1))
	done < <(blocks d.tl)
	flipped d.tl 1000 >bad.tl
	all_refuse bad.tl 'block 1 (SEQS) at offset 98: the check does not match'
}

@test "an archive with a byte changed, anywhere" {
	size=$(wc -c <d.arc)
	for ((at = 16; at < size; at += size / 60 + 1)); do
		flipped d.arc $at >bad.tl
		fails 65 tl-parse -d bad.tl || { echo "byte $at"; return 1; }
		says ' offset '
		fails 65 tl-stats bad.tl
		says ' offset '
	done
}

@test "blocks out of order, doubled, left out" {
	reordered p.tl 0 1 2 3 4 | cmp - p.tl
	reordered p.tl 0 2 1 3 4 >bad.tl
	all_refuse bad.tl 'block 1 at offset 98: block 2 stands there'
	reordered p.tl 0 1 1 2 3 4 >bad.tl
	all_refuse bad.tl 'block 1 stands there'
	reordered p.tl 0 1 3 4 >bad.tl
	all_refuse bad.tl 'block 3 stands there'
	reordered p.tl 4 >bad.tl
	all_refuse bad.tl 'block 0 at offset 16: block 4 stands there'
}

@test "something behind the end of a stream" {
	for more in 'x' 'more text' '>a'; do
		{ cat d.tl; printf '%s' "$more"; } >bad.tl
		all_refuse bad.tl "offset $(wc -c <d.tl): "
	done
	{ cat d.tl; head -c 10 d.tl; } >bad.tl
	all_refuse bad.tl "offset $(wc -c <d.tl): "
	{ cat d.tl; head -c 500 d.tl; } >bad.tl
	all_refuse bad.tl 'cut off'
}

@test "a stream that went through a text mode is told" {
	sed 's/$/\r/' d.tl >bad.tl
	all_refuse bad.tl 'Talyra stream'
	tr -d '\r' <d.tl >bad.tl
	all_refuse bad.tl 'Talyra stream'
}

@test "what is no stream" {
	fails 65 tl-intern p.fa
	says 'a FASTA file? read it with tl-parse'
	gzip -k p.fa
	fails 65 tl-stats p.fa.gz
	says 'not a Talyra stream but a gzip file'
	: >empty
	fails 65 tl-align empty
	says 'empty: empty, where a Talyra stream should begin'
	mkdir dir
	for tool in 'tl-parse -d' tl-intern tl-align tl-reduce tl-stats; do
		fails 66 $tool no-such-file
		fails 66 $tool dir
	done
}

@test "streams one behind the other, in one file or several" {
	cat p.fa d.fa p.fa >all.fa
	cat p.tl d.tl p.tl >all.tl
	expands_to all.fa all.tl
	tl-parse -d p.tl d.tl p.tl | cmp - all.fa
	tl-parse -d p.tl - p.tl <d.tl | cmp - all.fa
	tl-parse -d <(cat p.tl) <(cat d.tl p.tl) | cmp - all.fa
	is 4440 all.tl records
	is 3 all.tl files
	is "$(wc -c <all.fa)" all.tl text_bytes
	tl-stats --verify all.tl >/dev/null
	tl-intern all.tl >a
	tl-intern p.tl d.tl p.tl >b
	same a b
	fails 65 tl-intern p.tl - d.tl </dev/null
	says 'standard input: empty'
	expands_to all.fa a
	is "$(cat p.fa d.fa | unique)" a references
}

@test "ordinals shift from stream to stream" {
	printf '>a\nMKVLAT\n>b\nMKVLATWWWW\n' >1.fa
	printf '>c\nHHHHHHHH\n' >2.fa
	printf '>d\nMKVLAT\n>e\nHHHHHHHH\n' >3.fa
	for i in 1 2 3; do tl-parse $i.fa >$i.tl; done
	cat 1.tl 2.tl 3.tl | tl-intern | tl-reduce -C c.tsv:tsv+ -o all.tl
	printf 'a\ta\t0\t0\na\td\t0\t3\nb\tb\t1\t1\nc\tc\t2\t2\nc\te\t2\t4\n' | cmp - c.tsv
	echo 'tl|3' | tl-reduce -x --ids - all.tl | tl-parse -d | cmp - <(head -n 2 3.fa)
	# A stream with gaps keeps its ordinals; what follows begins behind all of them.
	echo a | tl-reduce -x --ids - 1.tl >part1.tl
	echo c | tl-reduce -x --ids - 2.tl >part2.tl
	cat part1.tl part2.tl | tl-reduce -C c.tsv:tsv+ -o x.tl
	printf 'a\ta\t0\t0\nc\tc\t2\t2\n' | cmp - c.tsv
}

@test "archives one behind the other" {
	whole_pipe p.fa p.arc
	cat p.fa d.fa p.fa >all.fa
	cat p.arc d.arc p.arc >all.arc
	expands_to all.fa all.arc
	tl-parse -d p.arc d.arc p.arc | cmp - all.fa
	tl-stats --verify all.arc >/dev/null
	is 4440 all.arc records
	is 3 all.arc files
	tl-reduce -x all.arc | tl-parse -d | cmp - all.fa
	tl-reduce --refs r.fa all.arc -o one.arc
	expands_to all.fa one.arc
	tl-parse -d --refs one.arc | cmp - r.fa
	tl-align p.arc d.arc p.arc | tl-reduce -z -C c.tsv -o one.arc
	expands_to all.fa one.arc
	[ "$(wc -l <c.tsv)" = 4440 ]
	# All that is in the second copy of p is in the first.
	tl-reduce p.arc d.arc -o two.arc
	(($(told one.arc references) <= $(told two.arc references)))
}

@test "streams of several kinds are refused where one answer is wanted, with advice" {
	tl-intern p.tl >i.tl
	for tool in tl-intern tl-align tl-reduce 'tl-reduce -x'; do
		for pair in 'd.tl d.arc' 'd.arc d.tl'; do
			# shellcheck disable=SC2086
			fails 65 $tool $pair
			says 'a stream of another kind'
			says 'tl-reduce -x'
			says "${pair#* }: "
			# shellcheck disable=SC2086
			cat $pair >both.tl
			fails 65 $tool both.tl
			says 'a stream of another kind'
		done
	done
	# Text has no kinds.
	tl-parse -d d.tl i.tl d.arc | cmp - <(cat d.fa p.fa d.fa)
	tl-stats d.tl i.tl d.arc >/dev/null
	# The advice helps.
	tl-reduce -x d.arc >x.tl
	tl-intern d.tl x.tl | tl-align | tl-reduce -o both.tl
	tl-parse -d both.tl | cmp - <(cat d.fa d.fa)
}
