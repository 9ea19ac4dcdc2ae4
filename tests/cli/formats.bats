#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Compressed input: zstd, lz4 and BGZF, known by content, and what is refused of them.  Plain gzip is
# in tl-parse.bats.
bats_require_minimum_version 1.5.0
load helper

needs() {
	command -v "$1" >/dev/null || skip "$1 is not installed"
}

# same_stream WANT FILE: what tl-parse makes of the file is WANT, from a file, from standard input, from a pipe.
same_stream() {
	tl-parse "$2" | cmp - "$1"
	tl-parse -t 1 <"$2" | cmp - "$1"
	tl-parse -t 5 <(cat "$2") | cmp - "$1"
	cat "$2" | tl-parse -t 3 - | cmp - "$1"
}

# flipped FILE AT: the file with the byte at AT changed.
flipped() {
	head -c "$2" "$1"
	head -c $(($2 + 1)) "$1" | tail -c 1 | tr '\000-\377' '\001-\377\000'
	tail -c +$(($2 + 2)) "$1"
}

# damages FILE: cut off, changed, with something behind, the file is refused, with a place.
damages() {
	local size at
	size=$(wc -c <"$1")
	for at in 5 9 20 $((size / 2)) $((size - 5)) $((size - 1)); do
		head -c "$at" "$1" >"bad.$1"
		fails 65 tl-parse "bad.$1"
		says "bad.$1: at byte $at of the compressed file: "
		says 'the file is truncated'
		fails 65 tl-parse -t 1 - <"bad.$1"
		says 'standard input: at byte'
	done
	for at in $((size / 3)) $((size / 2)) $((size * 3 / 4)); do
		flipped "$1" "$at" >"bad.$1"
		fails 65 tl-parse "bad.$1"
		says "bad.$1"
	done
	{ cat "$1"; echo more; } >"bad.$1"
	fails 65 tl-parse "bad.$1"
	says "bad.$1: at byte $size of the compressed file: "
	says 'followed by something else'
}

# skippable BYTES: a skippable frame of zstd and lz4.
skippable() {
	printf '\x5a\x2a\x4d\x18'
	printf "\\x$(printf %02x "$1")\\0\\0\\0"
	head -c "$1" /dev/zero
}

# packs COMMAND...: one frame or member, several, empty ones, a name that lies.
packs() {
	gen_proteins 2000 1 >in.fa
	tl-parse in.fa >in.tl
	"$@" <in.fa >one
	cp one one.fa
	{
		head -c 50000 in.fa | "$@"
		printf '' | "$@"
		tail -c +50001 in.fa | head -c 1 | "$@"
		tail -c +50002 in.fa | "$@"
		printf '' | "$@"
	} >many.gz
	printf '' | "$@" >empty
	for file in one one.fa many.gz; do same_stream in.tl $file; done
	tl-parse empty | tl-parse -d | cmp - /dev/null
	tl-parse one in.fa many.gz empty | tl-parse -d | cmp - <(cat in.fa in.fa in.fa)
}

@test "zstd: frames, empty ones, by content and not by name" {
	needs zstd
	packs zstd -qc
	for options in -1 -19 --no-check --ultra\ -22 --long=27; do
		# shellcheck disable=SC2086
		zstd -qc $options in.fa >other
		tl-parse other | cmp - in.tl
	done
}

@test "zstd: skippable frames anywhere, and nothing else" {
	needs zstd
	packs zstd -qc
	{ skippable 100; skippable 0; cat one; skippable 7; } >skips
	same_stream in.tl skips
	{ skippable 20; gzip -c in.fa; } >bad
	fails 65 tl-parse bad
	says 'at byte 28 of the compressed file: the zstd or lz4 data are followed by something else'
	skippable 20 | tl-parse | tl-parse -d | cmp - /dev/null
}

@test "zstd: cut off, damaged, followed by something else" {
	needs zstd
	gen_proteins 2000 1 | zstd -qc >in.zst
	damages in.zst
}

@test "zstd: a window that is too long is told, with what to do" {
	needs zstd
	gen_proteins 20 1 | zstd -qc --long=30 >in.zst
	fails 65 tl-parse in.zst
	says 'zstd -dc --long=31 |'
}

@test "lz4: frames, empty ones, by content and not by name" {
	needs lz4
	packs lz4 -qc
	for options in -9 -B4 -BD -BX --no-frame-crc; do
		lz4 -qc $options in.fa >other
		tl-parse other | cmp - in.tl
	done
	{ skippable 100; cat one; skippable 7; } >skips
	same_stream in.tl skips
}

@test "lz4: cut off, damaged, followed by something else, or of the old format" {
	needs lz4
	gen_proteins 2000 1 >in.fa
	lz4 -qc in.fa >in.lz4
	damages in.lz4
	lz4 -qlc in.fa >old
	fails 65 tl-parse old
	says 'lz4 -dc old |'
}

@test "BGZF: members in parallel, up to the empty one at the end" {
	needs bgzip
	packs bgzip -c
	# It may go on as plain gzip, and as BGZF again.
	{ head -c 100000 in.fa | bgzip -c; tail -c +100001 in.fa | head -c 100000 | gzip -c
	  tail -c +200001 in.fa | bgzip -c; head -c 99 /dev/zero; } >mixed
	same_stream in.tl mixed
}

@test "BGZF: cut off, damaged, followed by something else" {
	needs bgzip
	gen_proteins 2000 1 | bgzip -c >in.bgz
	damages in.bgz
}

@test "BGZF: cut off just before the empty member at its end" {
	needs bgzip
	gen_proteins 2000 1 >in.fa
	bgzip -c <in.fa >one
	head -c -28 one >no_end
	for threads in 1 3; do
		fails 65 tl-parse -t $threads no_end
		says "no_end: at byte $(wc -c <no_end) of the compressed file: "
		says 'use "gzip -dc FILE |" in front'
	done
	fails 65 tl-parse one - <no_end
	says 'standard input: at byte '
	# The way that it names; and BGZF behind BGZF, one of them without text, is whole.
	gzip -dc no_end | tl-parse | tl-parse -d | same - in.fa
	cat one one <(bgzip -c </dev/null) >three
	tl-parse three | tl-parse -d | same - <(cat in.fa in.fa)
}

@test "what is refused leaves nothing that looks complete" {
	needs zstd
	gen_proteins 20000 1 | zstd -qc | head -c -4 >bad
	fails 65 tl-parse bad
	tl-parse bad >rest 2>/dev/null || true
	fails 65 tl-stats rest
}
