#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Which records tl-parse leaves out, against answers found with awk; and what is said about them.

load helper
load streams

# table FILE: one line "ordinal length id" a record.
table() {
	awk '/^>/ { if (n++) print n - 2, len, id; id = substr($1, 2); len = 0; next }
		{ len += gsub(/[A-Za-z*]/, "") } END { if (n) print n - 1, len, id }' "$1"
}

# keeps WANTED OPTION... FILE: just the ids in the file WANTED are kept, by one thread and by three,
# with the same bytes, and the message counts them.
keeps() {
	local wanted=$1 n all
	shift
	tl-parse -t 1 "$@" >one.tl 2>said || { cat said; return 1; }
	tl-parse -q -t 3 "$@" >three.tl
	same one.tl three.tl
	tl-parse -d one.tl | sed -n 's/^>//p' | cut -d' ' -f1 >got
	same "$wanted" got
	n=$(wc -l <got)
	all=$(grep -c '^>' "${!#}")
	[ "$(cat said)" = "tl-parse: $((all - n)) of $all records dropped" ] || { cat said; return 1; }
	tl-stats --verify one.tl >/dev/null
}

@test "lengths" {
	gen_proteins 400 1 >a.fa
	table a.fa >table
	awk '$2 >= 150 { print $3 }' table >want
	keeps want --min-length 150 a.fa
	keeps want -f 'length >= 150' a.fa
	awk '$2 <= 150 { print $3 }' table >want
	keeps want --max-length 150 a.fa
	awk '$2 >= 100 && $2 <= 200 && $1 % 3 == 0 { print $3 }' table >want
	keeps want --min-length 100 --max-length 200 -f 'ordinal % 3 == 0' a.fa
	awk '{ print $3 }' table >want
	keeps want --max-length 100000 a.fa
	: >want
	keeps want --max-length 0 a.fa
}

@test "shards are parts of the whole, samples are shares of it" {
	gen_proteins 1000 2 >a.fa
	table a.fa | awk '{ print $3 }' >all
	for i in 1 2 3; do
		awk -v i=$i 'NR % 3 == i % 3' all >want$i
		keeps want$i --shard $i/3 a.fa
	done
	keeps all --sample 0.999999:3 a.fa
	tl-parse -q --sample 0.3 a.fa | tl-parse -d | sed -n 's/^>//p' | cut -d' ' -f1 >s1
	tl-parse -q --sample 0.3:1 a.fa | tl-parse -d | sed -n 's/^>//p' | cut -d' ' -f1 >s2
	tl-parse -q --sample 0.3:7 a.fa | tl-parse -d | sed -n 's/^>//p' | cut -d' ' -f1 >s3
	tl-parse -q --sample 0.5 a.fa | tl-parse -d | sed -n 's/^>//p' | cut -d' ' -f1 >s4
	same s1 s2
	! cmp -s s1 s3
	(($(wc -l <s1) > 230 && $(wc -l <s1) < 370 && $(wc -l <s3) > 230 && $(wc -l <s3) < 370))
	# A larger sample holds the smaller one.
	[ "$(grep -cxFf s4 s1)" = "$(wc -l <s1)" ]
	: >want
	keeps want --sample 0 a.fa
}

@test "--head takes the first that pass, and reads no further" {
	gen_proteins 300 3 >a.fa
	table a.fa >table
	awk '$2 > 150 { print $3 }' table | head -n 7 >want
	tl-parse -q -f 'length > 150' --head 7 a.fa >a.tl
	tl-parse -d a.tl | sed -n 's/^>//p' | cut -d' ' -f1 >got
	same want got
	tl-parse -q --head 1000 a.fa >b.tl
	is 300 b.tl records
	# What is not read may be broken; a file that is not wanted need not be there.
	for t in 1 3; do
		{
			cat a.fa
			while :; do cat a.fa; done
		} | timeout 20 tl-parse -q -t $t -f 'length > 150' --head 7 - nothing.fa >c.$t.tl
	done
	same c.1.tl c.3.tl
	tl-parse -d c.1.tl | sed -n 's/^>//p' | cut -d' ' -f1 >got
	same want got
	tl-stats --verify c.1.tl
	tl-parse -q --head 300 a.fa a.fa >d.tl
	is 300 d.tl records
	is 1 d.tl files
}

@test "long records are decided as a whole" {
	{
		gen_dna 5 1
		for n in 1 2 3; do
			printf '>long%d x\n' $n
			awk -v n=$n 'BEGIN { x = n; for (i = 0; i < 800000 * n; i++) { x = (x * 16807) % 2147483647
				printf "%s%s", substr("ACGTN", x % (n == 2 ? 5 : 4) + 1, 1), i % 60 == 59 ? "\n" : "" } print "" }'
			gen_dna 3 $n
		done
		printf '>motif\n'
		head -c 1500000 /dev/zero | tr '\0' A
		printf 'GATTACA\n>end\nACGT\n'
	} >a.fa
	table a.fa >table
	awk '$2 > 1000000 { print $3 }' table >want
	[ "$(wc -l <want)" = 3 ]
	keeps want --min-length 1000001 a.fa
	keeps want -f 'length > 1M' a.fa
	keeps want -f 'length > 1M && ordinal >= 0' a.fa
	awk '$2 < 2000000 { print $3 }' table >want
	keeps want --max-length 1999999 a.fa
	printf 'long2\n' >want
	keeps want -f 'ambiguous > 1000' a.fa
	printf 'motif\n' >want
	keeps want -f 'has("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGATTACA")' a.fa
	awk '$1 % 2 == 0 { print $3 }' table >want
	keeps want --shard 1/2 a.fa
	awk '{ print $3 }' table | head -n 7 >want
	tl-parse -q --head 7 a.fa | tl-parse -d | sed -n 's/^>//p' | cut -d' ' -f1 >got
	same want got
	# Each kept record has its own text.
	tl-parse -q -f 'id == "long3"' a.fa | tl-parse -d >got
	awk '/^>/ { on = /^>long3/ } on' a.fa >want
	same want got
}

@test "a subset is its records' text, in their own layout, with ordinals that keep their gaps" {
	printf ';lead\n>a\r\nMKV\r\n\r\n>bb\nmk\nVL\n>c\nM' >a.fa
	printf '>d\nMKVLAA\n' >b.fa
	tl-parse -q -f 'id != "bb"' a.fa b.fa >a.tl
	printf '>a\r\nMKV\r\n\r\n>c\nM\r\n>d\nMKVLAA\n' >want
	tl-parse -d a.tl >got
	same want got
	tl-reduce a.tl | tl-reduce -x --ids <(printf 'tl|3\n') | tl-parse -d >got
	printf '>d\nMKVLAA\n' >want
	same want got
	tl-parse -q --min-length 4 a.fa | tl-parse -d >got
	printf '>bb\nmk\nVL\n' >want
	same want got
}

@test "a subset goes through the whole pipe" {
	gen_proteins 300 4 >a.fa
	tl-parse -q -f 'length > 120' a.fa >a.tl
	tl-intern a.tl | tl-align | tl-reduce -z -o b.tl
	same <(tl-parse -d a.tl) <(tl-parse -d b.tl)
	tl-stats --verify b.tl
}

@test "qualities, ids and descriptions" {
	printf '@a x\nACGT\n+\nIIII\n@b\nACGT\n+\n!!!!\n@c y\nAC\n+\n5I\n' >a.fq
	tl-parse -q -f 'quality >= 30' a.fq | tl-parse -d >got
	printf '@a x\nACGT\n+\nIIII\n@c y\nAC\n+\n5I\n' >want
	same want got
	printf '>sp|P1|A OX=9606\nMK\n>tr|P2|B OX=10090\nMKV\n>x kraken:taxid|562|\nMKVL\n>y\nM\n' >a.fa
	printf 'sp|P1|A\ntr|P2|B\n' >want
	keeps want -f 'taxid in (9606, 10090)' a.fa
	printf 'sp|P1|A\nx\n' >want
	keeps want -f 'id =~ "^sp" || taxid == 562' a.fa
	printf 'y\n' >want
	keeps want -f 'desc == "" && taxid == 0' a.fa
}

@test "what is wrong with a filter is said before anything is read" {
	code=0
	tl-parse -f 'length > 3 && lenght < 9' nothing.fa 2>said >out || code=$?
	[ "$code" = 64 ]
	printf "tl-parse: filter, column 15: there is no field 'lenght', but 'length'\n  length > 3 && lenght < 9\n                ^\n" >want
	same want said
	[ ! -s out ]
	printf '>a\nMK\n' >a.fa
	fails 65 tl-parse -f 'length * 9e18 > 1' a.fa
	says 'record tl|0: a number of the filter does not fit 64 bits'
	for bad in 0/3 4/3 1 a/b 1/0 /2 1/2/3; do
		fails 64 tl-parse --shard "$bad" a.fa
		says "--shard: '$bad' is not a part"
	done
	for bad in 1.1 -1 x 0.5: 0.5:x :3 0.5:1:2; do
		fails 64 tl-parse --sample="$bad" a.fa
		says "--sample: '$bad' is not a share"
	done
}

@test "a filter is told in the provenance, its op-codes with -v" {
	gen_proteins 20 1 >a.fa
	tl-parse -v -f 'length > 2 * 5 && 1 < 2' --sample 0.5:3 --shard 2/3 a.fa 2>said | tl-stats >stats
	grep -qx 'tl-parse: filter: 1: r4 = 10 < r0' said
	grep -q -- '--filter=length > 2 \* 5 && 1 < 2 --sample=0.5:3 --shard=2/3' stats
}

@test "a broken file is refused, filtered or not; a broken rest behind --head is not" {
	{
		gen_proteins 50 1
		printf '@x\n'
	} >a.fa
	printf '@a\nACGT\n+\nIIII\n@b\nACGT\n+\nII\n' >b.fq
	fails 65 tl-parse -f 'length > 3' b.fq
	says 'b.fq:'
	gen_proteins 3000 1 >c.fa
	for _ in 1 2 3 4 5 6 7 8; do cat c.fa; done | gzip -1 >c.gz
	head -c $(($(wc -c <c.gz) * 3 / 4)) c.gz >c.fa.gz
	for t in 1 3; do
		fails 65 tl-parse -t $t --min-length 5 c.fa.gz
		tl-parse -q -t $t --head 5 c.fa.gz >d.$t.tl
	done
	same d.1.tl d.3.tl
}
