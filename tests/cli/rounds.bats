#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Several rounds: what they find, how deep chains become, and links made direct again.

load helper
load streams

# deep.tl: three rounds over proteins and nucleotides, both strands of these.
deep() {
	gen_proteins 600 3 >p.fa
	gen_dna 80 4 >one.fa
	{
		cat one.fa
		awk '/^>/ { print $1 "r"; next } { print }' one.fa | while read -r line; do
			case $line in
			'>'*) echo "$line" ;;
			*) rev <<<"$line" | tr ACGT TGCA | sed 's/^\(.\{20\}\)A/\1C/' ;;
			esac
		done
	} >d.fa
	cat p.fa d.fa >in.fa
	tl-parse p.fa d.fa | tl-intern | tl-align -i 0.95 | tl-reduce | tl-align -i 0.7 | tl-reduce |
		tl-align -i 0.5 --seed 2 | tl-reduce >deep.tl
}

@test "--reassign makes links direct, where the criterion holds with the root" {
	deep
	[ "$(told deep.tl delta_depth)" -gt 1 ]
	before=$(told deep.tl delta_indirect)
	[ "$before" -gt 10 ]
	tl-align --reassign -i 0.1 -c 0.1 -q deep.tl >direct.tl
	is 1 direct.tl delta_depth
	is 0 direct.tl delta_indirect
	is "$(told deep.tl references)" direct.tl references
	is "$(told deep.tl members)" direct.tl members
	expands_to in.fa direct.tl
	tl-stats --verify direct.tl >/dev/null
	# Reduced again it is an archive like any other, with an index.
	tl-reduce -z direct.tl >direct.arc
	expands_to in.fa direct.arc
	head -n 1 in.fa | cut -c 2- | tl-reduce -x --ids - direct.arc | tl-parse -d | grep -q "^$(head -n 1 in.fa)"
	# No member meets this with its root but those that are equal.
	tl-align --reassign -i 1 -c 1 deep.tl >same.tl 2>said
	is "$before" same.tl delta_indirect
	grep -q "0 of $before members" said
	expands_to in.fa same.tl
	# One in between: some do.
	tl-align --reassign -i 0.9 deep.tl >some.tl 2>said
	grep -q "^tl-align: [0-9]* of $before members that hung on members" said
	expands_to in.fa some.tl
}

@test "each link that --reassign made has the identity that was asked for" {
	deep
	tl-align --reassign -i 0.62 -q deep.tl >some.tl
	[ "$(told some.tl delta_indirect)" -lt "$(told deep.tl delta_indirect)" ]
	# The deltas that changed: those of whose columns fewer are like the root's than like the base's.
	tl-reduce -C c.clstr:clstr deep.tl | cat >/dev/null
	tl-reduce -C d.clstr:clstr some.tl | cat >/dev/null
	identities() { sed -n 's/^[0-9]*\t[^>]*>\(.*\)\.\.\. at \(.\/\)\?\([0-9.]*\)%$/\1 \3/p' "$1" | sort; }
	join <(identities c.clstr) <(identities d.clstr) | awk '$2 != $3 { n++; if ($3 < 62) bad++ }
		END { print n + 0, bad + 0 > "/dev/stderr"; exit !(n > 10 && !bad) }'
}

@test "the same bytes for any number of threads and any limit" {
	deep
	tl-align --reassign -q -i 0.5 -t 1 deep.tl >one.tl
	tl-align --reassign -q -i 0.5 -t 5 -M 48M deep.tl | cmp - one.tl
	tl-align --reassign -q -i 0.5 -z deep.tl >z.tl
	expands_to in.fa z.tl
}

@test "--reassign: archives of one round and empty ones pass as they are; streams are refused" {
	gen_proteins 100 3 >in.fa
	tl-parse in.fa | tl-intern >in.tl
	tl-align in.tl | tl-reduce >a.arc
	tl-align --reassign -q a.arc >b.arc
	expands_to in.fa b.arc
	is "$(told a.arc members)" b.arc members
	tl-parse /dev/null | tl-reduce -q | tl-align --reassign -q | tl-stats >/dev/null
	fails 65 tl-align --reassign in.tl
	says 'wants an archive'
	fails 64 tl-align --reassign --candidates a.arc
	fails 64 tl-align --reassign --format paf a.arc
}

@test "a second round with another --seed finds what the first left alone" {
	# Families of which members share 55 of 100 letters with their root.
	awk 'function r(n) { x = (x * 16807) % 2147483647; return int(x / 2147483647 * n) }
		BEGIN { x = 5; l = "ACDEFGHIKLMNPQRSTVWY"
		for (f = 0; f < 100; f++) {
			for (i = 0; i < 300; i++) root[i] = substr(l, r(20) + 1, 1)
			for (m = 0; m < 6; m++) {
				print ">f" f "m" m
				for (i = 0; i < 300; i++) printf "%s", m && r(100) < 44 ? substr(l, r(20) + 1, 1) : root[i]
				print "" } } }' >in.fa
	tl-parse in.fa | tl-intern | tl-align -i 0.5 -s fast | tl-reduce --by count >one.arc
	tl-align -i 0.5 --seed 7 one.arc >two.tl
	[ "$(told two.tl edges)" -gt 0 ]
	tl-reduce --by count two.tl >two.arc
	[ "$(told two.arc references)" -lt "$(told one.arc references)" ]
	expands_to in.fa two.arc
}
