#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-align: families are found, on both strands; the criterion is kept; nothing else changes.

load helper
load streams

# members OPTION... <FASTA: "REFERENCE:MEMBER" of each member, sorted, one behind the other
members() {
	tl-parse | tl-intern | tl-align "$@" | tl-reduce --prefer first -C - -o a.arc |
		awk '$1 != $2 { printf "%s:%s\n", $1, $2 }' | sort | paste -sd ' '
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	# Those that are to be references.
	printf 'a\nlong\n' >first
}

protein=MKVLATGQWERTYIPASDFGHKLCVNMEDRRSTLLKAVGIWPYHQNNFECDSTKRGAVLI
# 3 of 60 residues are others.
near=MKVLATGQWERTYIPWSDFGHKLCVNMEDRRSTLLKAWGIWPYHQNNFECDSTKRGWVLI

@test "a near sequence is a member, a far one is not" {
	printf '>a\n%s\n>b\n%s\n>c\n%s\n' $protein $near PPPPGGGGHHHHKKKKDDDDEEEEWWWWYYYYLLLLMMMMNNNNQQQQ >in.fa
	[ "$(members <in.fa)" = a:b ]
	expands_to in.fa a.arc
	is 3 a.arc delta_substituted
	is 0 a.arc delta_literals
}

@test "-i: the identity that is asked for" {
	printf '>a\n%s\n>b\n%s\n' $protein $near >in.fa
	# 57 of 60 are 95 %.
	[ "$(members -i 0.95 <in.fa)" = a:b ]
	[ "$(members -i 0.950001 <in.fa)" = '' ]
	[ "$(members -i .5 <in.fa)" = a:b ]
	[ "$(members -i 1 <in.fa)" = '' ]
	for bad in 90 1.1 -1 0,9 nan '' 90%; do
		fails 64 tl-align -i "$bad" /dev/null
		says --identity
	done
}

@test "-c and --cov-mode: whose coverage is asked for" {
	printf '>long\n%s\n>short\n%s\n' $protein "${protein:0:30}" >in.fa
	[ "$(members <in.fa)" = long:short ]
	[ "$(members -c 1 <in.fa)" = long:short ]
	[ "$(members --cov-mode both <in.fa)" = '' ]
	[ "$(members -c 0.5 --cov-mode both <in.fa)" = long:short ]
	[ "$(members -c 0.500001 --cov-mode both <in.fa)" = '' ]
	# A tail of its own: 30 of 40 residues are covered.
	printf '>long\n%s\n>tail\n%s\n' $protein "${protein:0:30}HHHHHHHHHH" >in.fa
	[ "$(members <in.fa)" = '' ]
	[ "$(members -c 0.75 <in.fa)" = long:tail ]
	expands_to in.fa a.arc
	fails 64 tl-align --cov-mode some /dev/null
	says 'none of member|both'
}

@test "--overhang: what stands before a record that begins inside the other" {
	# 30 of 30 residues are equal, behind 10 of the other.
	printf '>long\n%s\n>inner\n%s\n' $protein "${protein:10:30}" >in.fa
	[ "$(members --overhang ignore -i 1 -c 1 <in.fa)" = long:inner ]
	[ "$(members --overhang count -i 0.75 -c 1 <in.fa)" = long:inner ]
	[ "$(members --overhang count -i 0.750001 -c 1 <in.fa)" = '' ]
	expands_to in.fa a.arc
}

@test "nucleotides: both strands, DNA and RNA" {
	gen_dna 1 5 >one.fa
	body=$(grep -v '>' one.fa | tr -d '\n')
	mutant=${body:0:50}T${body:51:100}${body:153}
	{
		printf '>a\n%s\n' "$body"
		printf '>rc\n%s\n' "$(rev <<<"$mutant" | tr ACGT TGCA)"
		printf '>rna\n%s\n' "$(tr T U <<<"$mutant" | fold -w 60)"
		printf '>lower\n%s\n' "$(rev <<<"$mutant" | tr ACGT ugca)"
	} >in.fa
	found=$(members <in.fa)
	[[ $found == 'a:lower a:rc a:rna' ]] || { echo "$found"; return 1; }
	expands_to in.fa a.arc
	tl-reduce -C - -o x.arc --prefer first <(tl-parse in.fa | tl-align) >c.tsv
	[ "$(wc -l <c.tsv)" = 4 ]
	tl-parse in.fa | tl-intern | tl-align | tl-reduce --prefer first -C c.clstr:clstr -o x.arc
	grep -q '>rc\.\.\. at -/99\.[0-9]*%$' c.clstr
	grep -q '>rna\.\.\. at +/99\.[0-9]*%$' c.clstr
}

@test "short, empty and low-complexity sequences are never lost" {
	{
		for n in 0 1 2 3 5 8 9 10 11 15 16 17 31; do
			printf '>p%s\n%s\n' $n "${protein:0:n}"
			printf '>q%s\n%s\n' $n "${protein:1:n}"
		done
		printf '>x\nXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\n>star\n****************\n>aaa\n'
		printf 'A%.0s' {1..3000}
		printf '\n>aaaa\n'
		printf 'A%.0s' {1..2900}
		printf '\n>apap\n'
		printf 'AP%.0s' {1..900}
		echo
	} >in.fa
	members -i 0.5 -c 0.1 <in.fa >/dev/null
	expands_to in.fa a.arc
	is 31 a.arc records
	tr 'AMKVLPTGQWERYISDFHCNX*' 'ACGTACGTACGTACGTACGTNN' <in.fa >dna.fa
	sed -i 's/^>.*/>n/' dna.fa
	tl-parse -a nucleotide dna.fa | tl-intern | tl-align -i 0.7 -c 0.1 | tl-reduce -z -o n.arc
	expands_to dna.fa n.arc
}

@test "what cannot be aligned within --max-align-cells is told, kept and comes back" {
	# Two of 100,000 residues: any band has more cells than a million.
	long() { awk -v every="$1" 'BEGIN { x = 3; for (i = 0; i < 100000; i++) { x = (x * 16807) % 2147483647
		printf "%s", i % every ? substr("ACDEFGHIKL", x % 10 + 1, 1) : "A" } print "" }'; }
	printf '>a\n%s\n>b\n%s\n' "$(long 100)" "$(long 99)" >in.fa
	tl-parse in.fa >in.tl
	tl-align --max-align-cells 1M in.tl >out.tl 2>err
	grep -q '^tl-align: 1 pairs of 2 records need more than --max-align-cells' err
	is 0 out.tl edges
	tl-align -q --max-align-cells 1M in.tl 2>err | cmp - out.tl
	[ ! -s err ]
	tl-reduce -o out.arc out.tl
	expands_to in.fa out.arc
	is 2 out.arc references
	tl-align in.tl | tl-reduce -o out.arc
	is 1 out.arc references
	expands_to in.fa out.arc
}

@test "the sequences pass on unchanged, and so do edges of a round before when it is reduced" {
	gen_proteins 300 5 >in.fa
	tl-parse in.fa | tl-intern >in.tl
	tl-align in.tl >out.tl
	for key in records residues references duplicates text_bytes files; do
		is "$(told in.tl $key)" out.tl $key
	done
	(($(told out.tl edges) > 50))
	expands_to in.fa out.tl
	is 0 in.tl edges
}

@test "options that decide the bytes are told in the stream, others are not" {
	gen_proteins 30 5 >in.fa
	tl-parse in.fa | tl-align -i 0.7 -t 2 -v 2>/dev/null | tl-stats >said
	grep -qx 'tl-align .* --identity=0.7' said
	tl-parse in.fa | tl-align -i 0.9 -t 1 | tl-stats >said
	grep -qxE 'tl-align [0-9.]+' said
}

@test "--format paf, m8 and sam write the edges that the stream has" {
	gen_dna 60 3 >in.fa
	tl-parse in.fa | tl-intern >in.tl
	tl-align in.tl >out.tl
	n=$(tl-stats out.tl | awk '/^edges/ { print $2 }')
	[ "$n" -gt 0 ]
	for f in paf m8 sam; do
		tl-align --format "$f" in.tl >"out.$f"
		tl-align -t 3 --format "$f" in.tl | cmp - "out.$f"
	done
	[ "$(wc -l <out.paf)" -eq "$n" ]
	[ "$(awk -F'\t' 'NF == 12' out.m8 | wc -l)" -eq "$n" ]
	[ "$(grep -vc '^@' out.sam)" -eq "$n" ]
	# Ends and runs agree; identity by the third column is that of PAF.
	awk -F'\t' '{ c = $15; sub(/^cg:Z:/, "", c); q = t = 0
		while (match(c, /^[0-9]+[=XID]/)) { l = substr(c, 1, RLENGTH - 1) + 0
			o = substr(c, RLENGTH, 1); q += o == "D" ? 0 : l; t += o == "I" ? 0 : l
			c = substr(c, RLENGTH + 1) }
		if (c != "" || q != $4 - $3 || t != $9 - $8 || $10 > $11) exit 1 }' out.paf
	paste out.paf out.m8 | awk -F'\t' '{ if ($16 != $1 || $11 != $19 || int($10 / $11 * 100000 + 1e-9) != int($18 * 1000 + .5)) exit 1 }'
	if command -v samtools >/dev/null; then
		samtools view -c out.sam | grep -qx "$n"
	else
		echo "# samtools is not installed: SAM is not read by another program" >&3
	fi
	printf '>a x\nACGT\n>a y\nACGTA\n' | tl-parse | fails 65 tl-align --format sam
}

@test "--matrix, --gap, --score: other alignments, said in prov; what is wrong is refused" {
	printf '>a\n%s\n>b\n%s\n' $protein "${protein:0:30}HHHHH${protein:30}" >in.fa
	tl-parse in.fa | tl-intern >in.tl
	score() { tl-align -i 0.5 --format paf "$@" in.tl | grep -o 'AS:i:[0-9-]*'; }
	usual=$(score)
	[ "$(score --matrix blosum62 --gap 11:1)" = "$usual" ]
	# The gap of five costs 15, and 10 more so.
	[ "$(score --gap 21:1)" = "AS:i:$((${usual#AS:i:} - 10))" ]
	[ "$(score --gap 11:3)" = "AS:i:$((${usual#AS:i:} - 8))" ]
	[ "$(score --matrix PAM30)" != "$usual" ]
	awk 'BEGIN { n = split("A R N D C Q E G H I L K M F P S T W Y V", l, " ")
		for (i = 1; i <= n; i++) printf " %s", l[i]
		print ""
		for (i = 1; i <= n; i++) { printf "%s", l[i]
			for (j = 1; j <= n; j++) printf " %d", i == j ? 10 : -8
			print "" } }' >ten.mat
	[ "$(score --matrix ten.mat --gap 30:2)" = AS:i:562 ]
	cp ten.mat other.name
	tl-align --matrix ten.mat in.tl >x.tl
	tl-align --matrix other.name in.tl | cmp - x.tl
	tl-align in.tl | cmp -s - x.tl && false
	tl-align --matrix BLOSUM62 in.tl >x.tl
	tl-align in.tl | cmp - x.tl
	sed 's/10$/x/' ten.mat >bad.mat
	fails 65 tl-align --matrix bad.mat in.tl
	says 'bad.mat:21:'
	fails 66 tl-align --matrix BLOSUM61 in.tl
	fails 64 tl-align --gap 1:2 in.tl
	fails 64 tl-align --gap 11 in.tl
	says --gap
	fails 64 tl-align --score 0:1 in.tl
	sed 's/ [0-9][0-9]*/ -1/g' ten.mat >minus.mat
	fails 64 tl-align --matrix minus.mat in.tl
	says 'more than 0'
}

@test "--score and --strand: nucleotides" {
	gen_dna 60 3 100000 >in.fa
	awk '/^>/ { print $1 "r"; next } { s = ""
		for (i = length($0); i; i--) s = s substr("TGCA", index("ACGT", substr($0, i, 1)), 1)
		print substr(s, 3) }' in.fa >turned.fa
	cat turned.fa >>in.fa
	tl-parse in.fa | tl-intern >in.tl
	tl-align --format paf in.tl >both
	tl-align --format paf --strand plus in.tl >plus
	tl-align --format paf --strand minus in.tl >minus
	[ -s plus ] && [ -s minus ]
	[ "$(cut -f5 plus | sort -u)" = + ]
	[ "$(cut -f5 minus | sort -u)" = - ]
	sort plus minus | cmp - <(sort both)
	# Scores that are all twice as much change nothing but the score.
	tl-align --format paf --score 4:6 --gap 10:4 in.tl |
		awk -F'\t' -v OFS='\t' '{ $13 = "AS:i:" substr($13, 6) / 2; print }' | cmp - both
	for t in 1 3; do
		tl-align -t $t --score 1:4 --gap 9:9 in.tl >x.$t
		TL_CPU_DISABLE=avx2,avx512bw,sse41 tl-align -t $t --score 1:4 --gap 9:9 in.tl | cmp - x.$t
	done
	cmp x.1 x.3
	tl-align --score 1:4 --gap 9:9 in.tl | tl-reduce | tl-parse -d | cmp - in.fa
	fails 64 tl-align --strand none in.tl
}

@test "--band: narrow ones are said not to be proven, wide ones find what lies apart" {
	printf '>a\n%s\n>b\n%s\n' $protein$protein$protein \
		"$protein${protein:0:30}HHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHHH${protein:30}$protein" >in.fa
	tl-parse in.fa | tl-intern >in.tl
	tl-align -v -i 0.5 --band 0:32 in.tl 2>said >/dev/null
	grep -q 'not proven' said
	tl-align -v -i 0.5 in.tl 2>said >wide.tl
	grep -q 'not proven' said && false
	fails 64 tl-align --band 64:32 in.tl
	fails 64 tl-align --band 1T:2T in.tl
}

@test "--approx: the first alignment that meets the criterion is taken, though a better one does not" {
	# Behind a gap they go on with half of the letters equal: the best alignment goes there.
	printf '>a\n%sLLKAVGIWPYHQNN\n>b\n%sDLIKGVAIYPFHENQ\n' $protein $protein >in.fa
	[ "$(members -i 0.95 <in.fa)" = '' ]
	[ "$(members -i 0.95 --approx <in.fa)" = a:b ]
	expands_to in.fa a.arc
	tl-stats a.arc >report
	grep -q 'approx' report
	gen_proteins 800 3 >many.fa
	for threads in 1 3; do
		tl-parse many.fa | tl-intern | tl-align --approx -i 0.6 -t $threads | tl-reduce -z -o $threads.arc
	done
	cmp 1.arc 3.arc
	expands_to many.fa 1.arc
	tl-parse many.fa | tl-intern | tl-align -i 0.6 | tl-reduce -o exact.arc
	(($(told 1.arc references) <= $(told exact.arc references) * 11 / 10))
}

@test "-s and --seed: more and other k-mers; told in the provenance" {
	printf '>a\n%s\n>b\n%s\n' $protein $near >in.fa
	for effort in fast default sensitive; do
		[ "$(members -s $effort <in.fa)" = a:b ]
		[ "$(members --seed 77 -s $effort <in.fa)" = a:b ]
	done
	fails 64 tl-align -s most /dev/null
	says --sensitivity
	fails 64 tl-align --seed 0 /dev/null
	tl-parse in.fa | tl-align --seed 77 -s fast -o edges.tl
	tl-stats edges.tl | grep -q 'tl-align.*fast.*77'
}

@test "--seed: nothing is lost in a second round" {
	gen_dna 400 5 >in.fa
	tl-parse in.fa | tl-intern | tl-align -s fast | tl-reduce -o one.tl
	tl-align -s sensitive --seed 2 one.tl | tl-reduce -o two.tl
	expands_to in.fa two.tl
}

@test "--target sets what is not given, wherever it stands; records that it does not take are told" {
	gen_dna 5 2 >d.fa
	gen_proteins 5 2 >p.fa
	prov() { tl-stats "$1" | grep 'tl-align [0-9]' | sed 's/.*tl-align [0-9.]*//'; }
	tl-parse d.fa >d.tl
	tl-parse p.fa >p.tl
	tl-align --target kraken d.tl >out.tl
	[ "$(prov out.tl)" = ' --target=kraken --identity=0.99 --coverage=0.95 --cov-mode=both' ]
	tl-align -i 0.9 --target kraken --cov-mode member -c 0.7 d.tl >out.tl
	[ "$(prov out.tl)" = ' --target=kraken --coverage=0.7' ]
	for gap in diamond lambda; do
		tl-align --target $gap p.tl >out.tl
		[ "$(prov out.tl)" = " --target=$gap --gap=12:1" ]
	done
	for none in blast mmseqs2; do
		tl-align --target $none p.tl >out.tl
		[ "$(prov out.tl)" = " --target=$none" ]
	done
	# From a file, and below what the file says of others.
	printf '[tl-align]\ntarget = kraken\ncoverage = 0.6\n' >conf
	tl-align --config conf d.tl >out.tl
	[ "$(prov out.tl)" = ' --target=kraken --identity=0.99 --coverage=0.6 --cov-mode=both' ]
	tl-align --config conf --target any d.tl >out.tl
	[ "$(prov out.tl)" = ' --coverage=0.6' ]
	tl-align --target diamond d.tl 2>said >out.tl
	grep -q '^tl-align: 5 nucleotide sequences are among the records, DIAMOND searches protein' said
	tl-align --target kraken d.tl 2>said >out.tl
	[ ! -s said ]
	fails 64 tl-align --target bowtie d.tl
	says --target
}

@test "sequences shorter than a k-mer are found among short ones, on both strands" {
	# The archive may rather keep such whole, so it is the edges that are looked at.
	pairs() { tl-parse "$1" | tl-intern | tl-align --overhang ignore --format paf "${@:2}" |
		awk '{ printf "%s:%s%s\n", $6, $1, $5 }' | sort | paste -sd ' '; }
	printf '>a\nMKVLATGQW\n>b\nKVLATGQW\n>c\nACDEFGHIK\n>d\nMKVLA\n>e\nMKVL\n' >in.fa
	[ "$(pairs in.fa)" = 'a:b+ a:d+' ]
	[ "$(pairs in.fa -i 0.5)" = 'a:b+ a:d+ a:e+ b:d+ d:e+' ]
	printf '>long\nACGGTCATTGCA\n>rc\nTGCAATGACC\n>plus\nGGTCATTGC\n>other\nTTTTCCCCAAAA\n' >n.fa
	[[ "$(pairs n.fa)" == *'long:plus+'*'long:rc-'* ]]
	[[ "$(pairs n.fa)" != *other* ]]
	tl-parse n.fa | tl-intern | tl-align --overhang ignore | tl-reduce --by count -o a.arc
	expands_to n.fa a.arc
	[[ "$(pairs n.fa --strand plus)" != *-* ]]
}

# fragments LENGTH SHARE DIFFERENT ALPHABET: sequences, each followed by a part of it.
fragments() {
	awk -v n="$1" -v share="$2" -v differ="$3" -v l="$4" 'function r(k) { x = (x * 16807) % 2147483647; return int(x / 2147483647 * k) }
		BEGIN { x = 77
		for (f = 0; f < 150; f++) {
			s = ""; for (i = 0; i < n; i++) s = s substr(l, r(length(l)) + 1, 1)
			k = int(n * share); at = r(n - k + 1); m = ""
			for (i = 0; i < k; i++) m = m (r(100) < differ ? substr(l, r(length(l)) + 1, 1) : substr(s, at + i + 1, 1))
			print ">w" f "\n" s "\n>f" f "\n" m } }'
}

@test "a tenth of a sequence is found, nearly always, though it was changed here and there" {
	found() { members --overhang ignore "$@" | tr ' ' '\n' | awk -F : 'substr($1, 2) == substr($2, 2)' | wc -l; }
	amino=ACDEFGHIKLMNPQRSTVWY
	fragments 1000 0.1 0 $amino >in.fa
	[ "$(found <in.fa)" -ge 147 ]
	fragments 4000 0.1 0 $amino >in.fa
	[ "$(found <in.fa)" -ge 147 ]
	fragments 1000 0.1 5 $amino >in.fa
	[ "$(found <in.fa)" -ge 132 ]
	fragments 2000 0.1 0 ACGT >in.fa
	[ "$(found <in.fa)" -ge 147 ]
	fragments 9000 0.1 3 ACGT >in.fa
	[ "$(found <in.fa)" -ge 140 ]
}
