#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-parse: any FASTA text comes back byte for byte; what is none is refused, with its place.

load helper
load streams

# goes_round NAME FORMAT: the text that printf makes of FORMAT comes back, from a file, from standard
# input, and through the whole pipe.
goes_round() {
	# shellcheck disable=SC2059
	printf "$2" >"$1"
	if ! round_trip "$1" || ! tl-parse <"$1" | tl-parse -d | cmp - "$1" ||
		! whole_pipe "$1" "$1.tl" || ! expands_to "$1" "$1.tl"; then
		echo "$1 does not come back: $2"
		return 1
	fi
}

@test "round trip: line ends" {
	goes_round lf '>a x\nACGT\nAC\n>b\nGG\n'
	goes_round crlf '>a x\r\nACGT\r\nAC\r\n>b\r\nGG\r\n'
	goes_round cr '>a x\rACGT\rAC\r>b\rGG\r'
	goes_round mixed '>a\r\nACGT\n\rAC\n>b\nGG\r\r\n>c\rMK\r\r\nMK'
	goes_round crcrlf '>a\r\r\nACGT\r\r\n'
}

@test "round trip: how a file ends" {
	goes_round residue '>a\nACGT\n>b\nGG'
	goes_round header '>a\nACGT\n>b'
	goes_round mark '>a\nACGT\n>'
	goes_round markline '>a\nACGT\n>\n'
	goes_round only '>'
	goes_round blanks '>a\nACGT\n\n\n'
	goes_round space '>a\nACGT\n '
	goes_round cr '>a\r\nACGT\r'
	goes_round ctrl-z '>a\nACGT\n\032'
}

@test "round trip: blank lines, spaces, odd wrapping" {
	goes_round blank '\n\n>a\n\nAC\n\n\nGT\n\n\n>b\n\n'
	goes_round spaces '>a\n  ACGT AC\t\n \n\t\nAC\n'
	goes_round ragged '>a\nA\nACGT\nAC\nACGTACGT\nAC\n>b\nAC\nACG\n'
	goes_round numbered '>a\n  1 ACGTACGTAC GTACGTACGT\n 21 ACGT\n'
	goes_round genbank '>a\n0\n00000\n9A9\n'
}

@test "round trip: letters and what is none" {
	goes_round case '>a\nacGTnnNNacgtACGT\nNNnn\n>b\nmkVLat\n'
	goes_round rna '>a\nACGU\nacgu\nTTUU\n>b\nUUUU\n>c\nTTTT\n'
	goes_round iupac '>a\nACGTRYSWKMBDHVNacgtryswkmbdhvn-.\n'
	goes_round protein '>a\nACDEFGHIKLMNPQRSTVWYBJOUXZ*\n>b\n*\n>c\nMK-L..V--*\n'
	goes_round nul '>a\nAC\\0GT\n\\0\n>b\\0c\nAC\n\\0\\0'
	goes_round bytes '>a \377\376\200\nAC\351GT\377\n\001\002\177\n'
	goes_round utf8 '>prot\303\251ine \342\202\254\nMKV\303\251L\n'
	goes_round marks '>a\n>\n>>b\nA>C\n>c>d\n'
}

@test "round trip: names" {
	goes_round empty '>\nACGT\n>\nAC\n> \nAC\n>\t\nA\n'
	goes_round same '>a\nACGT\n>a\nACGT\n>a b\nAC\n'
	goes_round ctrl-a '>a one\001b two\001c three\nMKVL\n'
	goes_round tabs '>a\tb\tc\nMKVL\n>  lead\nMKV\n>trail  \nMKV\n'
	goes_round pipes '>sp|P1|N_X y=1 [z]\nMKVL\n>|||\nMKV\n>gi|1|gb|2|\nMKV\n'
}

@test "round trip: empty sequences, empty files" {
	goes_round sequences '>a\n>b\n>c\n\n>d\n'
	goes_round first '>a\n>b\nMKVL\n'
	goes_round nothing ''
	: >empty
	printf '>a\nAC\n' >a
	tl-parse empty a empty empty a empty | tl-parse -d | cmp - <(cat a a)
	tl-parse empty empty >e.tl
	is 2 e.tl files
	is 0 e.tl records
	is 0 e.tl length_max
}

@test "round trip: what may stand before the first record" {
	goes_round bom '\357\273\277>a\nACGT\n'
	goes_round semicolon ';comment\n;another\n>a\nAC\n;c2\nGT\n'
	goes_round blank '\n \n\r\n>a\nACGT\n'
}

@test "round trip: one line of 5 MB, a record of 3 MB, a header of 3 MB" {
	{
		printf '>line\n'
		head -c 5000000 /dev/zero | tr '\0' A
		printf '\n>next\nACGT\n'
	} >line.fa
	round_trip line.fa
	{
		echo '>first'
		echo ACGTNNACGT
		echo '>record'
		awk 'BEGIN { x = 1; for (i = 0; i < 3000000; i++) { x = (x * 16807) % 2147483647
			printf "%s", substr("ACDEFGHIKLMNPQRSTVWY", x % 20 + 1, 1)
			if (i % 61 == 60) print "" } print "" }'
		echo '>last'
	} >record.fa
	round_trip record.fa
	is 3 round_trip.tl records
	is 3000000 round_trip.tl length_max
	{
		printf '>header '
		head -c 3000000 /dev/zero | tr '\0' h
		printf '\nMKVL\n>next\nMKVL\n'
	} >header.fa
	round_trip header.fa
	is 2 round_trip.tl records
	for file in line record header; do
		whole_pipe $file.fa $file.tl
		expands_to $file.fa $file.tl
	done
}

@test "several files, in order, each closed for itself" {
	gen_proteins 30 1 >a.fa
	gen_dna 20 2 >b.fa
	printf '>c\r\nMKVL' >c.fa
	tl-parse a.fa b.fa c.fa a.fa >all.tl
	cat a.fa b.fa c.fa a.fa >all.fa
	expands_to all.fa all.tl
	is 4 all.tl files
	is 81 all.tl records
	tl-parse a.fa - c.fa a.fa <b.fa | cmp - all.tl
	tl-parse <(cat a.fa) <(cat b.fa) <(cat c.fa) <(cat a.fa) | cmp - all.tl
	mkfifo pipe
	cat a.fa >pipe &
	tl-parse pipe b.fa c.fa a.fa | cmp - all.tl
	wait $!
}

@test "gzip: one member, many, empty ones, by content and not by name" {
	gen_proteins 400 1 >in.fa
	tl-parse in.fa >in.tl
	gzip -c in.fa >one.gz
	{
		head -c 50000 in.fa | gzip -c
		printf '' | gzip -c
		tail -c +50001 in.fa | head -c 1 | gzip -c1
		tail -c +50002 in.fa | gzip -c9
	} >many
	head -c 700 /dev/zero | cat one.gz - >zeros.gz
	for file in one.gz many zeros.gz; do
		tl-parse $file | cmp - in.tl
		tl-parse <$file | cmp - in.tl
		tl-parse <(cat $file) | cmp - in.tl
	done
	cp in.fa plain.gz
	tl-parse plain.gz | cmp - in.tl
	printf '' | gzip -c >empty.gz
	tl-parse empty.gz | tl-parse -d | cmp - /dev/null
	tl-parse one.gz in.fa many | tl-parse -d | cmp - <(cat in.fa in.fa in.fa)
}

# A refused input leaves nothing that another tool takes for a stream.
refuses() { # CODE ARGUMENT...
	local code=$1
	shift
	fails "$code" tl-parse "$@"
	tl-parse "$@" >"$BATS_TEST_TMPDIR/rest" 2>/dev/null || true
	if tl-stats "$BATS_TEST_TMPDIR/rest" >/dev/null 2>&1; then
		echo "what tl-parse $* leaves is a stream that looks complete"
		return 1
	fi
}

@test "gzip: cut off, damaged, followed by something else" {
	gen_proteins 2000 1 >in.fa
	gzip -c in.fa >in.gz
	size=$(wc -c <in.gz)
	for cut in 3 11 100 $((size / 2)) $((size - 9)) $((size - 8)) $((size - 1)); do
		head -c "$cut" in.gz >bad.gz
		refuses 65 bad.gz
		says 'bad.gz: at byte'
	done
	for at in $((size / 2)) $((size - 8)) $((size - 2)); do
		flipped in.gz "$at" >bad.gz
		refuses 65 bad.gz
		says bad.gz
	done
	{ cat in.gz; echo more; } >bad.gz
	refuses 65 bad.gz
	says 'followed by something else'
	# The second member is cut off, at its very beginning too.
	for cut in 1 2 10 1000; do
		{ cat in.gz; head -c "$cut" in.gz; } >bad.gz
		refuses 65 bad.gz
	done
}

@test "other compression is named, with what to do" {
	printf '\3757zXZ\0\0\4' >in.xz
	refuses 65 in.xz
	says 'xz -dc'
	printf 'BZh91AY&SY' >in.bz2
	refuses 65 in.bz2
	says 'bzip2 -dc'
}

@test "what is no FASTA is refused at its line and column" {
	printf 'hello\nworld\n' >text
	refuses 65 text
	says 'text:1:1: '
	says "must begin with '>'"
	says "not 'h'"
	printf '\n\n   \nACGT\nAC\n' >late
	refuses 65 late
	says 'late:4:1: '
	printf '\r\n\r\nACGT\r\n' >crlf
	refuses 65 crlf
	says 'crlf:3:1: '
	printf '\r\rACGT\r' >cr
	refuses 65 cr
	says 'cr:3:1: '
	printf '\177ELF\1\2\3' >binary
	refuses 65 binary
	says 'binary:1:1: '
	says 0x7F
	fails 65 tl-parse <text
	says 'standard input:1:1: '
	printf '   x>a\nAC\n' >column
	refuses 65 column
	says 'column:1:1: '
	printf '>a\nMKV\n' | tl-parse >stream.tl
	refuses 65 stream.tl
	says 'stream.tl:1:1: the file is a record stream already: use "tl-parse -d stream.tl |" in front'
}

@test "a bad file after good ones is refused, and what was written is no whole stream" {
	gen_proteins 3000 1 >good.fa
	echo text >bad.fa
	refuses 65 good.fa bad.fa
	says 'bad.fa:1:1: '
	refuses 65 good.fa bad.fa good.fa
	refuses 66 good.fa no-such-file
	says no-such-file
	head -c 1000 <(gzip -c good.fa) >cut.gz
	refuses 65 good.fa cut.gz
	says cut.gz
	for tool in tl-intern tl-align tl-reduce tl-stats; do
		code=0
		tl-parse good.fa bad.fa 2>/dev/null | $tool >out 2>err || code=$?
		[ "$code" = 65 ]
		grep -q '^tl-[a-z]*: standard input: ' err
	done
}

@test "files that cannot be read" {
	refuses 66 no-such-file
	says 'no-such-file: No such file'
	mkdir dir
	refuses 66 dir
	says directory
	refuses 66 ''
	refuses 66 -- -x
	code=0
	tl-parse <&- >out 2>err || code=$?
	[ "$code" = 74 ] || [ "$code" = 66 ]
	[ ! -s out ]
}

@test "what does not go together is wrong usage" {
	gen_proteins 5 >in.fa
	fails 64 tl-parse --refs in.fa
	fails 64 tl-parse -w 60 in.fa
	fails 64 tl-parse -a rna in.fa
	says 'none of auto|protein|nucleotide'
	fails 64 tl-parse -w -2 -d in.fa
	fails 64 tl-parse -o '' in.fa
	says "'' is not the name of a file"
}

@test "-d refuses what is no stream, and says what it may be" {
	gen_proteins 5 >in.fa
	fails 65 tl-parse -d in.fa
	says 'a FASTA file? read it with tl-parse'
	gzip in.fa
	fails 65 tl-parse -d in.fa.gz
	says gzip
	fails 65 tl-parse -d /dev/null
	says empty
	fails 66 tl-parse -d no-such-file
	mkdir dir
	fails 66 tl-parse -d dir
}

@test "-a: the alphabet changes the size, never the text" {
	{ gen_dna 40 1 && gen_proteins 40 1 && printf '>rna\nACGUUacguu\n'; } >in.fa
	for alphabet in auto protein nucleotide; do
		tl-parse -a $alphabet in.fa >$alphabet.tl
		expands_to in.fa $alphabet.tl
	done
	gen_dna 100 1 >dna.fa
	tl-parse dna.fa >auto.tl
	tl-parse -a protein dna.fa >protein.tl
	(($(wc -c <auto.tl) * 3 < $(wc -c <protein.tl)))
	is 0 protein.tl nucleotides
	is "$(records dna.fa | awk -F '\t' '{ n += length($3) } END { print n }')" auto.tl nucleotides
}

@test "-z: smaller, at every level, and the same text" {
	gen_proteins 300 1 >in.fa
	tl-parse in.fa >plain.tl
	for level in '' 1 9 19 20; do
		tl-parse -z$level in.fa >z.tl
		expands_to in.fa z.tl
		(($(wc -c <z.tl) < $(wc -c <plain.tl)))
	done
	tl-parse -z in.fa >z.tl
	tl-parse --zstd=3 in.fa | cmp - z.tl
}

@test "-w lays the sequences out anew" {
	printf '>a\r\nACGTacgtAC\r\n>b x\r\n>c\r\nMK V\n\nL*\r\n' >in.fa
	tl-parse in.fa >in.tl
	tl-parse -d -w 4 in.tl | cmp - <(printf '>a\nACGT\nacgt\nAC\n>b x\n>c\nMK V\nL*\n')
	tl-parse -dw0 in.tl | head -n 2 | cmp - <(printf '>a\nACGTacgtAC\n')
	[ "$(tl-parse -d -w -1 in.tl | cksum)" = "$(cksum <in.fa)" ]
	gen_proteins 50 1 61 >in.fa
	tl-parse in.fa | tl-parse -d -w 13 >out
	records in.fa >a
	records out >b
	same a b
	[ "$(awk '!/^>/ && length > m { m = length } END { print m }' out)" = 13 ]
	gen_proteins 50 1 13 | cmp - out
}

@test "--keep-names: the names of the files are in the stream only where asked for" {
	printf '>a\nMKV\n' >some-name.fa
	tl-parse some-name.fa >without.tl
	tl-parse --keep-names some-name.fa >with.tl
	run grep -c some-name without.tl
	[ "$output" = 0 ]
	grep -q some-name with.tl
	expands_to some-name.fa with.tl
}

@test "-v tells counts, -q and default tell nothing" {
	gen_proteins 7 1 >in.fa
	tl-parse in.fa -o a.tl 2>err
	tl-parse -q in.fa -o b.tl 2>>err
	[ ! -s err ]
	tl-parse -v in.fa -o c.tl 2>err
	[ "$(head -n 1 err)" = "tl-parse: 7 records, $(wc -c <in.fa) bytes of text" ]
	same a.tl c.tl
}

@test "text in front of the first record is kept, and said" {
	printf 'ACGTAAA\n>a\nAC\n' >stray
	tl-parse stray >s.tl 2>err
	grep -qx 'tl-parse: stray: 7 bytes in front of the first record are kept, but are no record' err
	tl-parse -d s.tl | cmp - stray
	printf ';comment\n\n>a\nAC\n' >comment
	tl-parse comment 2>err >/dev/null
	[ ! -s err ]
}
