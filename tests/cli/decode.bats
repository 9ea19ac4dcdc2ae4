#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-parse -d: parts of a text, other looks of it, and compressed.

load helper

# Three files of differing looks as one stream, plain, interned and as an archive; and two streams
# one behind the other.
streams() {
	gen_proteins 300 1 >a.fa
	printf '; comment\n\n>odd  one\r\nMK-vl\r\n\r\n>\n>two\nacdW*' >b.fa
	gen_proteins 200 2 70 >c.fa
	tl-parse a.fa b.fa c.fa >plain.tl
	tl-intern plain.tl >interned.tl
	tl-align -t 2 -i 0.5 interned.tl | tl-reduce -z >archive.tl
	cat plain.tl plain.tl >two.tl
}
every="plain interned archive two"

@test "--file gives each file back exactly, from every stream" {
	streams
	for s in $every; do
		same a.fa <(tl-parse -d --file 1 $s.tl)
		same b.fa <(tl-parse -d --file 2 $s.tl)
		same c.fa <(tl-parse -d --file 3 <$s.tl)
	done
	same b.fa <(tl-parse -d --file 5 two.tl)
	tl-parse -d -v --file 2 archive.tl 2>&1 >/dev/null | grep -q "3 records, $(wc -c <b.fa) bytes of text, 1 files compared"
}

@test "--file of no file is an error, and leaves no output" {
	streams
	fails 66 tl-parse -d --file 4 plain.tl
	says "there is no file 4: 3 went into the stream"
	fails 66 tl-parse -d --file 4 -o out.fa archive.tl
	[ ! -e out.fa ]
	fails 64 tl-parse -d --file 0 plain.tl
	: >empty.fa
	tl-parse empty.fa a.fa >e.tl
	same empty.fa <(tl-parse -d --file 1 e.tl)
	same a.fa <(tl-parse -d --file 2 e.tl)
}

@test "--upper and --lower turn residues, nothing else" {
	streams
	printf '>Name acgu\nACGUacgun-.\n>x\nTTuu\n' >r.fa
	tl-parse r.fa >r.tl
	printf '>Name acgu\nACGUACGUN-.\n>x\nTTUU\n' | same - <(tl-parse -d --upper r.tl)
	printf '>Name acgu\nacguacgun-.\n>x\nttuu\n' | same - <(tl-parse -d --lower r.tl)
	for s in plain interned archive; do
		awk '/^[>;]/ { print; next } { print toupper($0) }' a.fa b.fa >want
		{ tl-parse -d --upper --file 1 $s.tl && tl-parse -d --upper --file 2 $s.tl && echo; } | same want -
	done
	printf '@r Aa\nACgt\n+\naAbB\n' >q.fq
	printf '@r Aa\nacgt\n+\naAbB\n' | same - <(tl-parse q.fq | tl-parse -d --lower)
	printf '>r Aa\nAC\nGT\n' | same - <(tl-parse q.fq | tl-parse -d --upper --fasta -w 2)
}

@test "--names-only writes whole headers, one a line" {
	streams
	for s in plain interned archive; do
		cat a.fa b.fa <(echo) c.fa | tr -d '\r' | grep -a '^>' | cut -c2- | same - <(tl-parse -d --names-only $s.tl)
		grep '^>' c.fa | cut -c2- | same - <(tl-parse -d --names-only --file 3 $s.tl)
	done
	tl-parse -d --refs archive.tl | grep -a '^>' | tr -d '\r' | cut -c2- |
		same - <(tl-parse -d --refs --names-only archive.tl)
	printf '@q 1\nAC\n+q 1\nII\n' | tl-parse | tl-parse -d --names-only | same - <(echo 'q 1')
	head -c 3000000 /dev/zero | tr '\0' x >long
	{ echo ">$(cat long)"; echo MKV; } | tl-parse | tl-parse -d --names-only | same - <(cat long; echo)
}

@test "--shard: each record is in one shard, the same one as when text is read" {
	streams
	tl-parse -d -w 0 --file 1 plain.tl >whole
	for s in plain interned archive; do
		for i in 1 2 3; do
			tl-parse -d -w 0 --shard $i/3 --file 1 $s.tl >part$i
			same part$i <(paste - - <whole | awk -v i=$i 'NR % 3 == i % 3' | tr '\t' '\n')
			tl-parse -d --shard $i/3 $s.tl | same - <(tl-parse --shard $i/3 a.fa b.fa c.fa 2>/dev/null | tl-parse -d)
		done
		tl-parse -d --shard 1/1 $s.tl | same - <(cat a.fa b.fa c.fa)
	done
	[ "$(tl-parse -d --refs --shard 1/2 --names-only archive.tl | wc -l)" -lt "$(tl-parse -d --refs --names-only archive.tl | wc -l)" ]
	same <(tl-parse -d --names-only archive.tl | sort) <(for i in 1 2 3 4; do tl-parse -d --names-only --shard $i/4 archive.tl; done | sort)
}

@test "--compress: every format comes back, the same bytes for any number of threads" {
	streams
	for i in $(seq 40); do cat a.fa c.fa; done >big.fa
	tl-parse big.fa >big.tl
	for how in gz gz:1 bgzf bgzf:12 zstd zstd:1; do
		tl-parse -t 1 -d --compress $how big.tl >one
		for t in 2 3; do
			tl-parse -t $t -d --compress=$how -o more big.tl
			same one more
		done
		case $how in
		zstd*) zstd -qtf one && zstd -dcf <one | same big.fa - ;;
		*) gzip -t <one && zcat <one | same big.fa - ;;
		esac
		# What is read again is the same.
		same big.fa <(tl-parse one | tl-parse -d)
		: | tl-parse | tl-parse -d --compress $how >nothing
		same /dev/null <(tl-parse nothing | tl-parse -d)
	done
}

@test "--compress bgzf is BGZF" {
	command -v bgzip >/dev/null || skip "bgzip is not installed"
	streams
	tl-parse -d --compress bgzf -w 60 --file 3 archive.tl >c.fa.gz
	bgzip -t c.fa.gz
	bgzip -dc c.fa.gz | same - <(tl-parse -d -w 60 --file 3 plain.tl)
	# It ends with the empty block, by which a reader knows that it is whole.
	tail -c 28 c.fa.gz | od -An -tx1 | tr -d ' \n' | grep -q '^1f8b08040000000000ff0600424302001b0003000000000000000000$'
}

@test "what does not go together is refused" {
	streams
	for o in --upper --lower --names-only "--file 1" "--compress gz" --refs --fasta "-w 3"; do
		# shellcheck disable=SC2086
		fails 64 tl-parse $o a.fa
		says "go with --decode"
	done
	fails 64 tl-parse -d --zstd plain.tl
	fails 64 tl-parse -d --head 3 plain.tl
	fails 64 tl-parse -d --shard 1/2 --min-length 5 plain.tl
	fails 64 tl-parse -d --shard 3/2 plain.tl
	fails 64 tl-parse -d --upper --lower plain.tl
	fails 64 tl-parse -d --names-only -w 5 plain.tl
	for bad in gzip gz:0 gz:10 bgzf:13 zstd:20 zstd: lz4 9; do
		fails 64 tl-parse -d --compress $bad plain.tl
		says "--compress: '$bad'"
	done
}

@test "a damaged archive is told with every look of its text" {
	streams
	printf '\x55' | dd of=archive.tl bs=1 seek=$(($(wc -c <archive.tl) / 2)) conv=notrunc status=none
	for o in "" --upper --names-only "--file 3" "--compress gz" "-t 3"; do
		# shellcheck disable=SC2086
		fails 65 tl-parse -d $o archive.tl
	done
}
