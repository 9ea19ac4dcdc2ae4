#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-stats: counts that awk confirms, a report that is JSON where asked, verification that finds
# what is wrong, and a stream that passes on untouched.

load helper
load streams

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	gen_proteins 400 1 >p.fa
	gen_dna 60 2 >d.fa
	tl-parse p.fa d.fa >all.tl
	tl-parse p.fa d.fa | tl-intern | tl-align | tl-reduce -z -C c.tsv:tsv+ -o all.arc
}

@test "counts and lengths" {
	cat p.fa d.fa >all.fa
	records all.fa | awk -F '\t' '{ print length($3) }' | sort -n >lengths
	residues=$(awk '{ n += $1 } END { print n }' lengths)
	for file in all.tl all.arc; do
		is 460 $file records
		is "$residues" $file residues
		is "$(records d.fa | awk -F '\t' '{ n += length($3) } END { print n }')" $file nucleotides
		is "$(head -n 1 lengths)" $file length_min
		is "$(tail -n 1 lengths)" $file length_max
		is "$(sed -n 230p lengths)" $file length_median
		is "$(sort -rn lengths | awk -v all="$residues" '{ n += $1 } n * 2 >= all { print; exit }')" $file n50
		is 2 $file files
		is "$(wc -c <all.fa)" $file text_bytes
		is "$(wc -c <$file)" $file stream_bytes
	done
	is "$(cut -f3 c.tsv | sort -u | wc -l)" all.arc references
	is $((460 - $(unique <all.fa))) all.arc duplicates
	is $(($(unique <all.fa) - $(told all.arc references))) all.arc members
	is 0 all.arc edges
	is $(($(told all.arc delta_matched) + $(told all.arc delta_substituted) + $(told all.arc delta_literals))) all.arc member_residues
	is $(($(told all.arc reference_residues) + $(told all.arc member_residues) + $(told all.arc duplicate_residues))) all.arc residues
}

@test "composition" {
	tl-parse p.fa >p.tl
	tl-stats p.tl | awk '/^residue / { on = 1; next } /^$/ { on = 0 } on { print $1, $2 }' | cmp - \
		<(grep -v '>' p.fa | tr -d '\n' | fold -w 1 | sort | uniq -c | awk '{ print $2, $1 }')
	tl-stats p.tl | awk '/^residue / { on = 1; next } /^$/ { on = 0 } on { sum += $3 } END { exit sum < 99.9 || sum > 100.1 }'
}

@test "text and JSON say the same" {
	tl-stats all.arc >text
	tl-stats -j all.arc >json
	for key in records residues references duplicates loose files; do
		[ "$(awk -v k="$key" '$1 == k { print $(NF) }' text | head -n 1)" = "$(told all.arc $key)" ]
	done
	grep -q "^bytes of text .* $(told all.arc text_bytes)\$" text
	grep -q "^made by" text
	grep -q '^tl-reduce 0' text
	grep -qE '"tl-reduce [0-9.]+"' json
}

@test "--json is JSON, whatever the stream" {
	: >empty
	tl-parse empty >empty.tl
	printf '>a\n\377\200"\\/*\n' | tl-parse --keep-names >odd.tl
	tl-parse p.fa | tl-align >edges.tl
	for file in all.tl all.arc empty.tl odd.tl edges.tl; do
		tl-stats --json $file >json
		valid_json json
		tl-stats --json --verify $file >json2
		valid_json json2
		diff json json2 | grep -q '"verified": true'
	done
	# The check itself can fail.
	for bad in '{' '{"a": }' '[1,]' '{"a": 1} x' '{"a": 01}' '' '{"a" 1}'; do
		echo "$bad" >bad
		if valid_json bad >/dev/null; then echo "taken for JSON: $bad"; return 1; fi
	done
}

@test "an empty stream has a report without nonsense in it" {
	tl-parse /dev/null | tl-stats >text
	grep -qE '^records +0$' text
	grep -qE '^  N50 +0$' text
	run grep -ciE 'nan|inf|-1|18446744' text
	[ "$output" = 0 ]
}

@test "--tee passes the stream on, byte for byte" {
	for file in all.tl all.arc; do
		tl-stats $file >want
		tl-stats --tee copy $file | cmp - want
		same copy $file
		tl-stats --tee - -o report $file | cmp - $file
		same report want
		tl-stats --verify --tee copy <$file >/dev/null
		same copy $file
	done
	tl-parse p.fa | tl-stats --tee - -o report | tl-intern | tl-parse -d | cmp - p.fa
	grep -qE '^records +400$' report
	cat all.tl all.tl >two.tl
	tl-stats --tee copy two.tl all.tl >/dev/null
	cat two.tl all.tl | cmp - copy
}

@test "--tee: what cannot be" {
	fails 64 tl-stats --tee - all.tl
	says '--tee and the report would both write to standard output'
	fails 64 tl-stats --tee x -o x all.tl
	[ ! -e x ]
	fails 73 tl-stats --tee no/such/dir all.tl
	fails 74 tl-stats --tee /dev/full all.tl
	head -c 5000 all.tl >cut.tl
	fails 65 tl-stats --tee copy cut.tl
	[ ! -e copy ]
}

@test "--verify: whole, and said so" {
	for file in all.tl all.arc; do
		tl-stats --verify $file | grep -qE '^verified +yes$'
		tl-stats $file | grep -qE '^verified +not asked for$'
	done
}

@test "--verify: blocks that are whole, but not of this archive" {
	# Two archives that differ in one residue of a reference; then the references of one and the
	# deltas of the other.
	sed '2s/^./W/' p.fa >other.fa
	cmp -s p.fa other.fa && sed '2s/^./A/' p.fa >other.fa
	first=$(sed -n '1s/^>\([^ ]*\).*/\1/p' p.fa)
	for file in p other; do
		tl-parse $file.fa | tl-intern | tl-align | tl-reduce --prefer <(echo "$first") -o $file.arc
	done
	{
		head -c 16 p.arc
		n=0
		while read -r at size type; do
			if [ "$type" = SEQS ]; then
				read -r at size _ < <(blocks other.arc | sed -n "$((n + 1))p")
				tail -c +$((at + 1)) other.arc | head -c "$size"
			else
				tail -c +$((at + 1)) p.arc | head -c "$size"
			fi
			n=$((n + 1))
		done < <(blocks p.arc)
	} >mixed.arc
	[ "$(wc -c <mixed.arc)" = "$(wc -c <p.arc)" ]
	cmp -s mixed.arc p.arc && return 1
	fails 65 tl-stats --verify mixed.arc
	fails 65 tl-stats mixed.arc
	fails 65 tl-parse -d mixed.arc
	fails 65 tl-reduce -x mixed.arc
}

@test "--verify: every byte that is changed is found" {
	whole_pipe d.fa d.arc
	size=$(wc -c <d.arc)
	for ((at = 0; at < size; at += size / 50 + 1)); do
		flipped d.arc $at >bad.arc
		fails 65 tl-stats --verify bad.arc
	done
}

@test "edges are counted, and identities of members" {
	tl-parse p.fa | tl-intern | tl-align >edges.tl
	(($(told edges.tl edges) > 0))
	tl-reduce -o e.arc edges.tl
	tl-stats e.arc | awk '/^identity/ { on = 1; next } /^$/ { on = 0 } on { n += $2 } END { print n }' |
		cmp - <(told e.arc members)
}
