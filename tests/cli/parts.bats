#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Partitions: tl-align --candidates, --from, --part and tl-reduce --edges give what one run gives.

load helper
load streams

# Two alphabets, one archive among them where it is asked for.
input() {
	gen_proteins 500 3 >p.fa
	gen_dna 60 4 >d.fa
	cat p.fa d.fa >in.fa
	tl-parse p.fa d.fa | tl-intern >in.tl
}

# parts P OPTION...: c.1.tl to c.P.tl, candidates of in.tl.
parts() {
	local p=$1 i
	shift
	rm -f c.*.tl
	for ((i = 1; i <= p; i++)); do tl-align --candidates --part "$i/$p" "$@" -o "c.$i.tl" in.tl; done
}

# edges P OPTION...: e.1.tl to e.P.tl
edges() {
	local p=$1 i
	shift
	rm -f e.*.tl
	for ((i = 1; i <= p; i++)); do tl-align --from c.*.tl --part "$i/$p" "$@" -o "e.$i.tl" in.tl; done
}

@test "any number of parts gives the stream and the archive of one run, byte for byte" {
	input
	tl-align in.tl >one.tl
	tl-reduce -z one.tl >one.arc
	for p in 1 2 8; do
		parts "$p"
		tl-align --from c.*.tl in.tl >from.tl
		same one.tl from.tl
		edges $((p == 8 ? 3 : p))
		tl-reduce -z --edges e.*.tl in.tl >parts.arc
		same one.arc parts.arc
		# The order in which parts are named does not matter.
		tl-align --from $(printf '%s\n' c.*.tl | sort -r) in.tl | cmp - one.tl
		tl-reduce -z --edges $(printf '%s\n' e.*.tl | sort -r) in.tl | cmp - one.arc
	done
	expands_to in.fa parts.arc
}

@test "at other identities, efforts, threads and limits too; nothing but edges stands in a part" {
	input
	for with in '-i 0.5' '-i 0.7 -s sensitive' '-i 0.95 --seed 3' '-s fast'; do
		# shellcheck disable=SC2086
		{
			tl-align $with in.tl >one.tl
			parts 3 $with -t 3 -M 32M -z
			tl-align --from c.*.tl $with -t 2 in.tl | cmp - one.tl
		}
	done
	edges 2 -s fast
	[ "$(told one.tl edges)" = $(($(told e.1.tl edges) + $(told e.2.tl edges))) ]
	[ "$(told e.1.tl edges)" -gt 0 ]
	[ "$(told e.2.tl edges)" -gt 0 ]
	is 0 e.1.tl records
	is 0 c.1.tl records
	[ "$(told c.1.tl candidates)" -gt 100 ]
	[ "$(told c.2.tl candidates)" -gt 100 ]
}

@test "an archive is cut into parts too, and --format tells the alignments of a share" {
	input
	tl-align -i 0.9 in.tl | tl-reduce >r.tl
	mv r.tl in.tl
	tl-align -i 0.6 in.tl | tl-reduce >one.arc
	parts 3 -i 0.6
	edges 2 -i 0.6
	tl-reduce --edges e.*.tl in.tl | cmp - one.arc
	expands_to in.fa one.arc
	tl-align -i 0.6 --format paf in.tl >one.paf
	for i in 1 2; do tl-align --from c.*.tl --part $i/2 -i 0.6 --format paf in.tl; done | sort >both.paf
	sort one.paf | cmp - both.paf
	[ -s one.paf ]
}

@test "empty databases, one record, one alphabet" {
	for fa in '' '>a\nMKVLATGQWERTYIPASDFG\n'; do
		# shellcheck disable=SC2059
		printf "$fa" >in.fa
		tl-parse in.fa | tl-intern >in.tl
		tl-align in.tl >one.tl
		parts 2
		tl-align --from c.*.tl in.tl | cmp - one.tl
		edges 2
		tl-reduce --edges e.*.tl in.tl >a.arc
		tl-reduce one.tl | cmp - a.arc
		expands_to in.fa a.arc
	done
}

@test "parts that do not belong together are refused, and say why" {
	input
	parts 3
	edges 2
	fails 65 tl-align --from c.1.tl c.3.tl in.tl
	says 'part 2/3 is missing'
	fails 65 tl-align --from c.1.tl c.2.tl c.3.tl c.2.tl in.tl
	says 'part 2/3 is in c.2.tl already'
	fails 65 tl-align --from c.*.tl -i 0.5 in.tl
	says 'found with another --identity'
	fails 65 tl-align --from c.*.tl --seed 2 in.tl
	says --seed
	tl-parse p.fa | tl-intern >other.tl
	fails 65 tl-align --from c.*.tl other.tl
	says 'of other records'
	fails 65 tl-align --from in.tl in.tl
	says 'it has records'
	fails 65 tl-align --from e.1.tl in.tl
	says e.1.tl
	tl-align --candidates --part 1/2 in.tl >half.tl
	fails 65 tl-align --from c.*.tl half.tl in.tl
	says 'one of 2 parts'
	fails 65 tl-reduce --edges e.1.tl in.tl in.tl
	says 'it has more than edges'
	tl-align --from c.*.tl --part 2/2 -c 0.7 in.tl >e.2.tl
	fails 65 tl-reduce --edges e.1.tl e.2.tl in.tl
	says 'made with other options than e.1.tl'
	for tool in tl-parse\ -d tl-intern tl-align tl-reduce; do
		# shellcheck disable=SC2086
		fails 65 $tool c.1.tl
		says candidate
	done
	head -c 3000 c.2.tl >cut.tl
	fails 65 tl-align --from c.1.tl cut.tl c.3.tl in.tl
	says 'cut off'
	fails 66 tl-align --from nothing.tl in.tl
	fails 66 tl-reduce --edges nothing.tl in.tl
}

@test "options of parts that do not go together are wrong usage" {
	touch in.tl
	fails 64 tl-align --candidates --from c.tl in.tl
	fails 64 tl-align --part 1/2 in.tl
	says 'with --candidates or --from'
	fails 64 tl-align --candidates --part 3/2 in.tl
	fails 64 tl-align --candidates --format paf in.tl
	fails 64 tl-align --from - -
	says 'standard input cannot be both'
	fails 64 tl-reduce --edges e.tl -x in.tl
}

@test "examples/Makefile reduces a sample, for any P the same" {
	command -v make >/dev/null || skip 'there is no make'
	gen_proteins 300 8 >db.fa
	tl-parse db.fa | tl-intern | tl-align | tl-reduce -z --refs refs.fa >one.tl
	make -s -f "$ROOT/examples/Makefile" P=3 -j2
	same one.tl db.tl
	same refs.fa db.refs.fa
	make -s -f "$ROOT/examples/Makefile" OUT=other P=1
	same one.tl other.tl
	make -s -f "$ROOT/examples/Makefile" P=3 clean
	[ "$(echo db.*)" = 'db.fa db.refs.fa db.tl' ]
}

@test "examples/Snakefile has the commands of the Makefile" {
	sed -n 's/^\t\(\$(RUN) \)\?//p' "$ROOT/examples/Makefile" | grep -v '^rm ' | sed '
		s/\$(IN)/{input}/; s/\$(seq)$/{input.seq}/; s/\$(cands)/{input.cands}/; s/\$(edges)/{input.edges}/
		s/\$\*/{wildcards.i}/; s/\$P/{P}/; s/\$(ALIGN)/{ALIGN}/; s/\$(refs)/{output.refs}/; s/\$@/{output}/' >make.txt
	sed -n 's/^    shell: "\(.*\)"$/\1/; T; s/{output.archive}/{output}/; p' "$ROOT/examples/Snakefile" >snake.txt
	[ "$(wc -l <make.txt)" = 4 ]
	same make.txt snake.txt
	if ! command -v snakemake >/dev/null; then
		echo '# snakemake is not installed: the rules were compared, not run' >&3
		return
	fi
	gen_proteins 200 8 >db.fa
	tl-parse db.fa | tl-intern | tl-align | tl-reduce -z >one.tl
	snakemake -q -s "$ROOT/examples/Snakefile" -c 2 --config P=3
	same one.tl db.tl
}
