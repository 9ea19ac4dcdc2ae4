#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# tl-reduce: references, members, tables and extraction agree with each other and with the text.

load helper
load streams

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	gen_proteins 800 1 >p.fa
	gen_dna 150 2 >d.fa
	for k in p d; do
		tl-parse $k.fa | tl-intern | tl-align -i 0.7 -c 0.5 >$k.tl
		tl-reduce -z -i 0.9 -c 0.8 -C $k.tsv:tsv+ --refs $k.refs -o $k.arc $k.tl
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/* .
}

# ---- selection ----

@test "every record is in one line of the table, its reference in the references" {
	for k in p d; do
		n=$(number_of_sequences $k.fa)
		[ "$(wc -l <$k.tsv)" = "$n" ]
		cut -f4 $k.tsv | sort -n | cmp - <(seq 0 $((n - 1)))
		# Names and ordinals belong together.
		awk -F '\t' 'NR == FNR { split($2, w, /[ \t]/); name[$1] = w[1]; next }
			$1 != name[$3] || $2 != name[$4] { print; bad = 1 } END { exit bad }' <(records $k.fa) $k.tsv
		cut -f3 $k.tsv | sort -nu >references
		pick $k.fa references | cmp - $k.refs
		is "$(wc -l <references)" $k.arc references
		# The reference comes first in its cluster.
		awk -F '\t' '$3 != last { last = $3; if ($4 != $3) { print; bad = 1 } } END { exit bad }' $k.tsv
	done
}

@test "--by: fewest references, fewest bytes, longest first" {
	for k in p d; do
		for by in bytes count length; do
			tl-reduce -z -b $by -C $by.tsv:tsv+ -o $by.arc $k.tl
			expands_to $k.fa $by.arc
		done
		tl-reduce -z $k.tl | cmp - bytes.arc
		(($(told count.arc references) <= $(told length.arc references)))
		(($(told count.arc references) <= $(told bytes.arc references)))
		(($(wc -c <bytes.arc) <= $(wc -c <length.arc)))
		# The longest record of all comes first.
		longest=$(records $k.fa | awk -F '\t' 'length($3) > m { m = length($3); r = $1 } END { print r }')
		awk -F '\t' -v r="$longest" '$4 == r { exit $3 != r }' length.tsv
	done
	fails 64 tl-reduce --by size p.tl
	says 'none of bytes|count|length'
}

@test "-i and -c cut anew, above what tl-align was told" {
	for k in p d; do
		tl-parse $k.fa | tl-intern | tl-align -i 0.95 -c 0.9 | tl-reduce -b count -o direct.arc
		tl-reduce -b count -i 0.95 -c 0.9 -o again.arc $k.tl
		expands_to $k.fa again.arc
		# Fewer links are found where fewer are looked for.
		(($(told again.arc references) <= $(told direct.arc references) + 2))
		tl-reduce -b count -o loose.arc $k.tl
		(($(told loose.arc references) < $(told again.arc references)))
		tl-reduce -b count -i 0.5 -c 0 $k.tl | tl-stats -j | grep -F "\"references\": $(told loose.arc references),"
		tl-reduce -b count -i 1 -c 1 -o exact.arc $k.tl
		is 0 exact.arc delta_substituted
		expands_to $k.fa exact.arc
	done
	fails 64 tl-reduce -i 90 p.tl
	fails 64 tl-reduce -c 1.5 p.tl
}

@test "the identities of the members keep the criterion" {
	tl-reduce -i 0.93 -C c.clstr:clstr -o x.arc p.tl
	sed -n 's/.* at \([0-9.]*\)%$/\1/p' c.clstr >said
	awk '$1 < 93 { print; bad = 1 } END { exit bad }' said
	[ "$(sort -n said | head -n 1 | cut -c 1)" = 9 ]
	tl-stats x.arc | awk '/^identity/ { on = 1; next } on && /^ / && $1 < 93 { bad = 1 } END { exit bad }'
}

@test "--cov-mode both asks it of the reference too" {
	tl-reduce -i 0.9 -c 0.8 -o member.arc p.tl
	tl-reduce -i 0.9 -c 0.8 --cov-mode both -C both.tsv:tsv+ -o both.arc p.tl
	expands_to p.fa both.arc
	(($(told both.arc references) > $(told member.arc references)))
	awk -F '\t' 'NR == FNR { len[$1] = length($3); next }
		len[$4] < 0.75 * len[$3] || len[$3] < 0.75 * len[$4] { print; bad = 1 } END { exit bad }' <(records p.fa) both.tsv
}

@test "--prefer: these become references first" {
	# Members that are not references by themselves.
	records p.fa | awk -F '\t' '!seen[$3]++ { print $1 }' >firsts
	awk -F '\t' 'NR == FNR { first[$1]; next } $3 != $4 && $4 in first { print $2 }' firsts p.tsv |
		awk 'NR % 5 == 1' >prefer
	tl-reduce --prefer prefer -C c.tsv -o x.arc p.tl 2>err
	expands_to p.fa x.arc
	[ ! -s err ]
	cut -f1 c.tsv | sort -u >references
	# A preferred one may serve another preferred one.
	served=$(sort prefer | comm -12 - references | wc -l)
	((served * 2 > $(wc -l <prefer)))
	awk -F '\t' 'NR == FNR { want[$1]; next } ($2 in want) && !($1 in want) { print; bad = 1 } END { exit bad }' prefer c.tsv
	head -n 1 prefer | tl-reduce --prefer - -C c.tsv -o x.arc p.tl
	grep -qxF "$(head -n 1 prefer)	$(head -n 1 prefer)" c.tsv
}

@test "--prefer: a duplicate stands for what it is a duplicate of" {
	printf '>long\nMKVLAATGLLWQRSTPEDNHKMKVLAATGLLWQRSTPEDNHKAAAC\n' >f.fa
	printf '>short\nMKVLAATGLLWQRSTPEDNHKMKVLAATGLLWQRSTPEDNHK\n' >>f.fa
	printf '>twin\nMKVLAATGLLWQRSTPEDNHKMKVLAATGLLWQRSTPEDNHK\n' >>f.fa
	echo twin >prefer
	tl-parse f.fa | tl-intern | tl-align |
		tl-reduce --by length --strict-ids --prefer prefer -C c.tsv -o f.arc
	[ "$(grep -c '^short	' c.tsv)" -ge 2 ]
}

@test "--prefer: unknown names are told, or refused" {
	printf 'no-such\n%s\n' "$(sed -n '1s/^>\([^ ]*\).*/\1/p' p.fa)" >prefer
	tl-reduce --prefer prefer -o x.arc p.tl 2>err
	grep -q '^tl-reduce: --prefer: 1 of 2 ids belong to no record, the first is no-such$' err
	fails 65 tl-reduce --strict-ids --prefer prefer -o y.arc p.tl
	says no-such
	[ ! -e y.arc ]
	fails 66 tl-reduce --prefer no-such-file p.tl
	says no-such-file
}

@test "--ratio: a part of the residues as references, the rest loose, all of it there" {
	for ratio in 0 0.1 0.5 1; do
		tl-reduce -b count --ratio $ratio -C c.tsv --refs r.fa -o x.arc p.tl
		expands_to p.fa x.arc
		[ "$(wc -l <c.tsv)" = 800 ]
		is "$(number_of_sequences r.fa)" x.arc references
		tl-parse -d --refs x.arc | cmp - r.fa
		residues=$(grep -v '>' r.fa | tr -d '\n' | wc -c)
		awk -v r="$residues" -v all="$(told x.arc residues)" -v ratio=$ratio 'BEGIN { exit !(r <= ratio * all) }'
		tl-reduce -x x.arc | tl-parse -d | cmp - p.fa
	done
	is 0 x.arc loose
	tl-reduce --ratio 0 -o x.arc p.tl
	is 0 x.arc references
	# Loose records are found by their ids too.
	name=$(sed -n '1s/^>\([^ ]*\).*/\1/p' p.fa)
	echo "$name" | tl-reduce -x --ids - x.arc | tl-parse -d | head -n 1 | grep -qF ">$name"
}

# ---- outputs ----

@test "--refs is what tl-parse -d --refs gives of the archive, and is FASTA" {
	for k in p d; do
		tl-parse -d --refs $k.arc | cmp - $k.refs
		tl-parse -dr <$k.arc | cmp - $k.refs
		awk '/^>/ { if (NR > 1 && !n) bad = 1; n = 0; next } /[^A-Z]/ || !length { bad = 1 } { n += length }
			END { exit bad || !n }' $k.refs
	done
	tl-reduce --refs - -o x.arc p.tl >x.fa
	tl-parse -d --refs x.arc | cmp - x.fa
	tl-reduce --refs >(cat >sub.fa) -o x.arc p.tl
	for _ in 1 2 3 4 5 6 7 8 9; do cmp -s sub.fa <(tl-parse -dr x.arc) && break || sleep 0.2; done
	tl-parse -dr x.arc | cmp - sub.fa
}

@test "--refs-id ordinal: names that are unique, and that --ids takes" {
	tl-reduce --refs plain.fa -o x.arc d.tl
	tl-reduce --refs r.fa --refs-id ordinal -o y.arc d.tl
	same x.arc y.arc
	sed 's/^>tl|[0-9]* />/' r.fa | cmp - plain.fa
	sed -n 's/^>\(tl|[0-9]*\) .*/\1/p' r.fa >ids
	[ "$(sort -u ids | wc -l)" = "$(number_of_sequences plain.fa)" ]
	tl-reduce -x --strict-ids --ids ids x.arc | tl-parse -d | cmp - d.fa
	cut -d '|' -f2 ids | head -n 3 >ordinals
	head -n 3 ids | tl-reduce -x --ids - x.arc | tl-parse -d --refs >some
	tl-reduce -C c.tsv:tsv+ -o z.arc d.tl
	awk -F '\t' 'NR == FNR { want[$1]; next } $3 in want { print $4 }' ordinals c.tsv >members
	pick d.fa members | cmp - some
}

@test "all tables say the same" {
	for k in p d; do
		for format in tsv tsv+ clstr uc; do
			tl-reduce -C t.$format:$format -o x.arc $k.tl
		done
		cut -f1,2 t.tsv+ | cmp - t.tsv
		awk '/^>Cluster/ { if ($2 != c++ + 0) bad = 1; i = 0; next }
			$1 != i++ { bad = 1 }
			{ name = $3; sub(/^>/, "", name); sub(/[.][.][.]$/, "", name)
			  if ($4 == "*") { if (i != 1) bad = 1; r = name } print r "\t" name } END { exit bad }' t.clstr | cmp - t.tsv
		awk -F '\t' 'NF != 10 { bad = 1 } $1 == "S" { print $9 "\t" $9 } $1 == "H" { print $10 "\t" $9 }
			$1 == "S" && $2 != c++ + 0 { bad = 1 } END { exit bad }' t.uc | cmp - t.tsv
		awk -F '\t' '$1 == "C" { print $9 "\t" $3 }' t.uc |
			cmp - <(cut -f1 t.tsv | uniq -c | awk '{ print $2 "\t" $1 }')
		# Lengths.
		awk -F '\t' 'NR == FNR { split($2, w, " "); len[w[1]] = length($3); next }
			$1 != "C" && len[$9] != $3 { print; bad = 1 } END { exit bad }' <(records $k.fa) t.uc
		awk -F '\t' 'NR == FNR { split($2, w, " "); len[w[1]] = length($3); next } /^>/ { next }
			{ n = $2; sub(/^[^>]*>/, "", n); sub(/[.][.][.].*/, "", n) } $2 + 0 != len[n] { print; bad = 1 }
			END { exit bad }' <(records $k.fa) t.clstr
	done
	grep -q 'nt, >' t.clstr
	tl-reduce -C - -o x.arc d.tl | cmp - t.tsv
	tl-reduce -C -:uc -o x.arc d.tl | cmp - t.uc
	tl-reduce --clusters a:b.tsv -o x.arc d.tl
	same a:b.tsv t.tsv
}

@test "names: the first word, whatever it holds" {
	printf '>sp|P1|A_B one two\nMKV\n>\nMKVL\n>  x\nMKVLA\n>t\tab\nMKVLAT\n>u\001v\nMKVLATW\n' >in.fa
	tl-parse in.fa | tl-reduce -C c.tsv -o x.arc
	printf 'sp|P1|A_B\tsp|P1|A_B\n\t\n\t\nt\tt\nu\tu\n' | cmp - c.tsv
}

@test "outputs that would spoil each other are refused before anything is written" {
	fails 64 tl-reduce --refs - p.tl
	says '--refs and the archive would both write to standard output'
	fails 64 tl-reduce --refs x -C x:uc -o y p.tl
	says '--refs and --clusters'
	fails 64 tl-reduce --refs x -o x p.tl
	[ ! -e x ] && [ ! -e y ]
	fails 64 tl-reduce --refs '' p.tl
	fails 64 tl-reduce -T '' p.tl
	tl-reduce --refs /dev/null -C /dev/null -o /dev/null p.tl
}

@test "a failure leaves none of the outputs" {
	head -c 50000 p.tl >cut.tl
	echo old >refs
	fails 65 tl-reduce --refs refs -C table -o archive cut.tl
	[ "$(cat refs)" = old ] && [ ! -e table ] && [ ! -e archive ]
	fails 73 tl-reduce --refs no/such/dir -C table -o archive p.tl
	says no/such/dir
	[ ! -e table ] && [ ! -e archive ]
	fails 74 tl-reduce --refs /dev/full -C table -o archive p.tl
	[ ! -e table ] && [ ! -e archive ]
	fails 74 tl-reduce -C /dev/full --refs refs -o archive p.tl
	[ "$(cat refs)" = old ] && [ ! -e archive ]
}

# ---- memory ----

@test "-M with -T: blocks wait on disk, the bytes are the same, nothing is left" {
	gen_proteins 20000 4 >big.fa
	tl-parse big.fa | tl-intern | tl-align >big.tl
	mkdir tmp
	tl-reduce -v -M 1G -T tmp --refs a.fa -C a.tsv -o a.arc big.tl 2>err
	grep -q ', 0 of them on disk$' err
	tl-reduce -t 1 -v -M 16M -T tmp --refs b.fa -C b.tsv -o b.arc big.tl 2>err
	grep -qE ', [1-9][0-9]* of them on disk$' err
	grep -q 'temporary files in tmp, which may need up to about [1-9][0-9]* MiB' err
	same a.arc b.arc
	same a.fa b.fa
	same a.tsv b.tsv
	[ -z "$(ls -A tmp)" ]
	TMPDIR=$PWD/tmp tl-reduce -t 1 -M 16M big.tl | cmp - a.arc
	fails 73 tl-reduce -q -t 1 -M 16M -T no-such-dir big.tl
	says no-such-dir
	fails 64 tl-reduce -t 2 -M 16M big.tl
	says 'at least 24 MiB'
	fails 64 tl-reduce -M 1000 big.tl
	fails 64 tl-reduce -M many big.tl
}

# ---- extraction ----

@test "-x gives everything back, as sequences" {
	for k in p d; do
		tl-reduce -x $k.arc >x.tl
		expands_to $k.fa x.tl
		is 0 x.tl members
		is 0 x.tl duplicates
		is "$(number_of_sequences $k.fa)" x.tl references
		# It is what tl-parse makes, but for who made it.
		tl-parse -d x.tl | tl-parse | tl-intern | tl-align -i 0.7 -c 0.5 | tl-reduce -z -i 0.9 -c 0.8 -C c.tsv -o y.arc
		cut -f1,2 $k.tsv | cmp - c.tsv
	done
}

@test "-x --ids: what awk finds in the text by the table" {
	for k in p d; do
		cut -f1 $k.tsv | uniq | awk 'NR % 3 == 0' >ids
		awk -F '\t' 'NR == FNR { want[$1]; next } $1 in want { print $4 }' ids $k.tsv >ordinals
		pick $k.fa ordinals >want.fa
		tl-reduce -x --strict-ids --ids ids $k.arc >x.tl
		expands_to want.fa x.tl
		tl-stats --verify x.tl >/dev/null
		# In any order, twice, with more words, with other line ends.
		{ tac ids; sed 's/$/ more words/' ids; sed 's/^/  /; s/$/\r/' ids; echo; } |
			tl-reduce -x --strict-ids --ids - $k.arc | tl-parse -d | cmp - want.fa
		# A member alone is that member.
		awk -F '\t' '$3 != $4 { print $2 }' $k.tsv | awk 'NR % 7 == 0' >ids
		awk -F '\t' 'NR == FNR { want[$1]; next } $2 in want { print $4 }' ids $k.tsv >ordinals
		pick $k.fa ordinals >want.fa
		tl-reduce -x --ids ids <$k.arc | tl-parse -d | cmp - want.fa
	done
}

@test "--ids: first word, accession, ordinal, names of several records" {
	cat >in.fa <<-END
		>sp|P12345|AATM_RABIT Aspartate aminotransferase
		MKVLATTQWERTYIPASDFGHKLCVNMMKVLATTQWERTYIPASDFGHKLCVNM
		>tr|Q99999|Q99999_HUMAN x
		MKVLATTQWERTYIPASDFGHKLCVNMMKVLATTQWERTYIPASDFGHKLCVNA
		>same one
		WWWWPPPPYYYYIIII
		>same two
		HHHHCCCCMMMMNNNN
		>WP_1.1 first title\001NP_2.1 second title
		EEEEEEEEEEDDDDDDDDDDKKKKK
	END
	sed -i "s/\\\\001/$(printf '\001')/" in.fa
	tl-parse in.fa | tl-intern | tl-align | tl-reduce --prefer <(echo P12345) -o in.arc
	found() { echo "$1" | tl-reduce -x --ids - in.arc 2>err | tl-parse -d | sed -n 's/^>\([^ ]*\).*/\1/p' | paste -sd ' '; }
	[ "$(found P12345)" = 'sp|P12345|AATM_RABIT tr|Q99999|Q99999_HUMAN' ]
	[ "$(found 'sp|P12345|AATM_RABIT')" = 'sp|P12345|AATM_RABIT tr|Q99999|Q99999_HUMAN' ]
	[ "$(found Q99999)" = 'tr|Q99999|Q99999_HUMAN' ]
	[ "$(found 'tl|2')" = same ]
	[ ! -s err ]
	[ "$(found same)" = 'same same' ]
	grep -q '^tl-reduce: --ids: 1 of 1 ids belong to several records each' err
	[ "$(found WP_1.1)" = WP_1.1 ]
	[ "$(found NP_2.1)" = WP_1.1 ]
	for unknown in AATM_RABIT Aspartate 'tl|5' 'tl|02' P1234 '>same' p12345; do
		[ "$(found "$unknown")" = '' ]
		grep -qF "tl-reduce: --ids: 1 of 1 ids belong to no record, the first is $unknown" err
	done
	[ "$(found '')" = '' ]
	[ ! -s err ]
}

@test "--strict-ids: an unknown id is an error, and nothing looks complete" {
	printf '%s\nno-such\n' "$(sed -n '1s/^>\([^ ]*\).*/\1/p' p.fa)" >ids
	tl-reduce -x --ids ids p.arc >x.tl 2>err
	grep -q 'no-such' err
	tl-reduce -q -x --ids ids p.arc 2>err | cmp - x.tl
	[ ! -s err ]
	fails 65 tl-reduce -x --strict-ids --ids ids p.arc
	says no-such
	tl-reduce -x --strict-ids --ids ids p.arc >y.tl 2>/dev/null || true
	fails 65 tl-parse -d y.tl
	fails 65 tl-reduce -x --strict-ids --ids ids p.arc -o z.tl
	[ ! -e z.tl ]
}

@test "a selection can be reduced again, and keeps its ordinals" {
	cut -f1 p.tsv | uniq | head -n 40 >ids
	tl-reduce -x --ids ids p.arc >x.tl
	tl-parse -d x.tl >x.fa
	tl-align x.tl | tl-reduce -z -C c.tsv:tsv+ -o x.arc
	expands_to x.fa x.arc
	awk -F '\t' 'NR == FNR { want[$1]; next } $1 in want { print $4 }' ids p.tsv | sort -n |
		cmp - <(cut -f4 c.tsv | sort -n)
	tl-reduce -x --ids <(head -n 3 ids) x.arc | tl-parse -d >y.fa
	[ -s y.fa ]
	tl-reduce -x x.arc | tl-parse -d | cmp - x.fa
}

@test "wrong usage of extraction" {
	fails 64 tl-reduce --ids ids p.arc
	says '--ids goes with --extract'
	fails 64 tl-reduce -x --refs r p.arc
	fails 64 tl-reduce -x -C c p.arc
	fails 64 tl-reduce --strict-ids p.tl
	says '--strict-ids goes with'
	fails 64 tl-reduce -x --ids -
	says 'needs the stream to be named'
	fails 64 tl-reduce -x --ids - - <p.arc
	fails 64 tl-reduce --prefer - <p.tl
	fails 66 tl-reduce -x --ids no-such-file p.arc
	says no-such-file
}

@test "no edges: every record that is no duplicate is a reference" {
	tl-parse p.fa | tl-intern >x.tl
	tl-reduce -o x.arc --refs r.fa x.tl
	expands_to p.fa x.arc
	is "$(unique <p.fa)" x.arc references
	[ "$(number_of_sequences r.fa)" = "$(unique <p.fa)" ]
	tl-parse p.fa | tl-reduce -o x.arc --refs r.fa
	same r.fa p.fa
}

@test "-z20: the smallest, the same for any number of threads, and the same text" {
	for kind in proteins dna; do
		gen_$kind 600 5 >in.fa
		tl-parse in.fa | tl-intern | tl-align >edges.tl
		tl-reduce -z19 -o nineteen.tl edges.tl
		tl-reduce -z20 -t1 -o one.tl edges.tl
		tl-reduce -z20 -t3 -o three.tl edges.tl
		cmp one.tl three.tl
		(($(wc -c <one.tl) < $(wc -c <nineteen.tl)))
		tl-parse -d one.tl | cmp - in.fa
		tl-reduce -x one.tl | tl-parse -d | cmp - in.fa
	done
}

# Members of two references that came one from the other, each with one difference more; some of
# the opposite strand, every fifth one the same as an earlier one.
lineages() {
	gen_dna 2 91 1500 | awk 'function other(c) { return c == "A" ? "C" : c == "C" ? "G" : c == "G" ? "T" : "A" }
		!/^>/ { s = s $0 }
		END { x = 7; len = 700
			for (k = 0; k < 2; k++) { line[k, 0] = substr(s, 1 + k * len, len) }
			for (i = 1; i < 60; i++) for (k = 0; k < 2; k++) {
				x = (x * 1103 + 12345) % 65536; from = i < 4 ? 0 : i - 1 - x % 3
				x = (x * 1103 + 12345) % 65536; at = 1 + x % (length(line[k, from]) - 20)
				t = line[k, from]
				if (i % 5) t = substr(t, 1, at - 1) (i % 7 ? other(substr(t, at, 1)) : "") substr(t, at + 1)
				line[k, i] = t }
			for (i = 0; i < 60; i++) for (k = 0; k < 2; k++) print ">" k "_" i "\n" line[k, i] }'
}

@test "members are coded from nearer members, and belong to their reference all the same" {
	lineages >in.fa
	tl-parse in.fa | tl-intern | tl-align >edges.tl
	for z in 3 20; do
		tl-reduce -z$z -o $z.arc -C $z.uc:uc edges.tl
		tl-parse -d $z.arc | cmp - in.fa
		tl-reduce -x $z.arc | tl-parse -d | cmp - in.fa
	done
	cmp 3.uc 20.uc
	depth() { tl-stats "$1" | awk '/deepest chain/ { print $NF }'; }
	[ "$(depth 20.arc)" = 1 ]
	(($(depth 3.arc) > 2 && $(depth 3.arc) <= 6))
	# A member alone, and a reference with all its members, over chains.
	awk -F '\t' '$1 == "H" { print $9 }' 3.uc | sed -n '20p;50p' >member
	awk -F '\t' '$1 == "S" { print $9; exit }' 3.uc >reference
	awk -F '\t' 'NR == FNR { r = $1; next } $1 != "C" && ($9 == r || $10 == r) { print $9 }' reference 3.uc >family
	for ids in member reference; do
		tl-reduce -x --strict-ids --ids $ids 3.arc | tl-parse -d >$ids.fa
		tl-reduce -x --strict-ids --ids $ids <3.arc | tl-parse -d | cmp - $ids.fa
	done
	[ "$(grep -c '>' member.fa)" = 2 ]
	awk 'NR == FNR { want[">" $1]; next } /^>/ { on = $1 in want } on' family in.fa | cmp - reference.fa
	# Read again it stays as it is, whatever the memory.
	tl-reduce -z -o again.arc 3.arc
	columns() { tl-stats "$1" | grep -E '^DLTA (FLAG|BASE|ORDN|RUNN)'; }
	[ "$(columns 3.arc | wc -l)" = 4 ]
	cmp <(columns 3.arc) <(columns again.arc)
	tl-reduce -M 24M -t1 -z -o small.arc edges.tl
	cmp small.arc 3.arc
	tl-align -i 0.8 3.arc | tl-reduce -z -o more.arc
	tl-parse -d more.arc | cmp - in.fa
}

@test "scripts are taken apart for zstd: the same records, fewer bytes" {
	# Members with insertions, some of them the same, substitutions, N and lower case; one on the other strand.
	gen_dna 1 41 3000 | awk '!/^>/ { s = s $0 } END { while (length(s) < 3000) s = s s; print substr(s, 1, 3000) }' >whole
	awk 'BEGIN { srand(5); getline w <"whole"; print ">ref\n" w w
		for (m = 0; m < 60; m++) { s = w w
			for (i = 0; i < 40; i++) { p = 1 + int(rand() * length(s)); s = substr(s, 1, p - 1) substr("ACGTn", 1 + int(rand() * 5), 1) substr(s, p + 1) }
			for (i = 0; i < 5; i++) { p = 1 + int(rand() * length(s)); t = ""; for (j = 0; j < 30; j++) t = t substr("ACGT", 1 + int(rand() * 4), 1)
				if (i == 2) t = substr(w, 700, 30) t; s = substr(s, 1, p) t substr(s, p + 1) }
			print ">m" m "\n" s } }' >in.fa
	tail -n 1 in.fa | rev | tr ACGTacgt TGCATGCA | sed '1i >back' >>in.fa
	tl-parse in.fa | tl-intern | tl-align >edges.tl
	has() { tl-stats "$1" | awk -v c="$2" '$1 == "DLTA" && $2 == c { found = 1 } END { exit !found }'; }
	for z in 1 3 19 20; do
		tl-reduce -z$z -o $z.arc edges.tl
		tl-parse -d $z.arc | cmp - in.fa
		tl-reduce -x --ids <(echo m7) $z.arc | tl-parse -d | cmp - <(grep -A1 -x '>m7' in.fa)
	done
	tl-reduce -o plain.arc edges.tl
	has 3.arc RUNN && has 3.arc RUNO && ! has 3.arc RUNC && ! has 3.arc LITs && has 3.arc LITP && has 3.arc SUBP && has 3.arc LITX
	for z in 20 plain; do has $z.arc OPSV && ! has $z.arc RUNN && ! has $z.arc LITP || return 1; done
	# Of proteins only the runs.
	gen_proteins 300 3 >p.fa
	tl-parse p.fa | tl-intern | tl-align | tl-reduce -z -o p.arc
	tl-parse -d p.arc | cmp - p.fa
	has p.arc RUNN && ! has p.arc SUBP
	# Reduced again, aligned again, updated.
	tl-align 3.arc | tl-reduce -z -o again.arc
	tl-parse -d again.arc | cmp - in.fa
	tl-reduce 3.arc | tl-parse -d | cmp - in.fa
	tl-parse in.fa | tl-intern | tl-align --base 3.arc | tl-reduce -z --base 3.arc -o update.arc
	tl-parse -d update.arc | cmp - in.fa
	tl-reduce -t1 -z -o one.arc edges.tl
	cmp one.arc 3.arc
	tl-reduce -t5 -M 60M -z -o one.arc edges.tl
	cmp one.arc 3.arc
}

@test "references share what comes again, on both strands" {
	# One genome, and the same in other pieces, half of them turned round; some N, lower case and U.
	gen_dna 1 31 9000 | awk '!/^>/ { s = s $0 } END { while (length(s) < 20000) s = s s; print substr(s, 1, 9000) }' >whole
	gen_dna 30 32 | awk '!/^>/' | tr -d '\n' | cut -c1-6000 | tr 'n' 'N' >other
	turned() { rev | tr ACGTacgt TGCATGCA; }
	{
		printf '>whole\n%s%s\n' "$(cat other)" "$(cat whole)"
		printf '>mixed\n%sNNNNNNNN%s%s\n' "$(cut -c2001-4500 other)" "$(cut -c1-2500 other | turned)" "$(cut -c5000-6000 other)"
		printf '>rna\n%s\n' "$(cut -c500-1200 other | tr T U)"
	} >in.fa
	tl-parse in.fa | tl-intern | tl-align -i 0.99 -c 1 >edges.tl
	column() { tl-stats "$1" | awk -v c="$2" '$1 == "SEQS" && $2 == c { print $4 }'; }
	for z in 1 3 19 20; do
		tl-reduce -z$z -o $z.arc edges.tl
		tl-parse -d $z.arc | cmp - in.fa
		tl-reduce -x --ids <(echo mixed) $z.arc | tl-parse -d | cmp - <(grep -A1 '>mixed' in.fa)
	done
	[ -n "$(column 3.arc COPY)" ]
	[ -z "$(column 20.arc COPY)" ]
	tl-reduce -o plain.arc edges.tl
	[ -z "$(column plain.arc COPY)" ]
	(($(column 3.arc PACK) * 10 < $(column plain.arc PACK) * 8))
	# It is read by whatever reads records.
	tl-intern 3.arc | tl-parse -d | cmp - in.fa
	tl-align 3.arc | tl-reduce -z -o again.arc
	tl-parse -d again.arc | cmp - in.fa
	tl-reduce -t1 -z -o one.arc edges.tl
	cmp one.arc 3.arc
}

@test "records of other line widths share a block, and keep their lines" {
	gen_dna 40 7 60 >a.fa
	gen_dna 40 8 71 >b.fa
	gen_dna 1 9 500 >c.fa
	cat a.fa c.fa b.fa >in.fa
	tl-parse a.fa c.fa b.fa | tl-intern | tl-align | tl-reduce -o db.tl
	tl-parse -d db.tl | cmp - in.fa
	[ "$(tl-stats db.tl | awk '$1 == "SEQS" && NF == 4 { print $2 }')" = 1 ]
}

@test "-x --ids reads only what it needs of a file, and the same comes as from a pipe" {
	gen_proteins 6000 8 >big.fa
	tl-parse big.fa | tl-intern | tl-align | tl-reduce -C big.tsv -o big.arc
	cut -f1 big.tsv | uniq | sed -n '5p;400p' >ids
	tl-reduce -v -x --ids ids big.arc >x.tl 2>err
	read -r some all < <(sed -n 's/.*by the index: \([0-9]*\) of \([0-9]*\) blocks.*/\1 \2/p' err)
	[ "$some" -gt 0 ]
	[ "$some" -lt "$all" ]
	tl-reduce -x --ids ids <big.arc | cmp - x.tl
	cat big.arc | tl-reduce -v -x --ids ids 2>err | cmp - x.tl
	run ! grep 'by the index' err
	# Behind another archive its index is not the file's.
	cat p.arc big.arc >both.arc
	tl-reduce -x --ids ids both.arc | tl-parse -d | cmp - <(tl-parse -d x.tl)
	# Cut off or damaged, it is no index.
	head -c -1 big.arc >cut.arc
	fails 65 tl-reduce -x --ids ids cut.arc
	{ head -c -30 big.arc; head -c 6 /dev/zero; tail -c 24 big.arc; } >bad.arc
	fails 65 tl-reduce -x --ids ids bad.arc
	says 'bad.arc'
}

# ---- hits on references as hits on members ----

# A reference of 620, the longest, and members made from it: what a hit becomes is known.
members_of_known_make() {
	ref=$(gen_dna 1 77 620 | grep -v '>' | tr -d '\n' | cut -c1-620)
	[ ${#ref} = 620 ]
	{
		printf '>ref the reference\n%s\n' "$ref"
		printf '>db|cut|x without the first 50, 7 others before\nACGTTCA%s\n' "${ref:50}"
		printf '>gap 3 are missing from 300 on\n%s%s\n' "${ref:0:300}" "${ref:303}"
		printf '>back the first 600, reversed\n%s\n' "$(rev <<<"${ref:0:600}" | tr ACGT TGCA)"
		printf '>twin\n%s\n' "$ref"
		printf '>other\n%s\n' "$(gen_dna 1 78 620 | grep -v '>' | tr -d '\n' | cut -c1-500)"
	} >known.fa
	tl-parse known.fa | tl-intern | tl-align | tl-reduce --prefer <(echo ref) -o known.arc
}

@test "--lift: hits are carried to where they must be, on both strands" {
	members_of_known_make
	printf '%s\t%s\t99\t50\t1\t0\t1\t50\t%s\t%s\t1e-9\t90.1\n' q1 ref 101 200 q2 ref 500 401 q3 ref 11 40 >hits
	tl-reduce -v -x --lift hits known.arc >lifted 2>err
	cut -f1,2,9,10 lifted | tr '\t' ' ' >got
	cat >want <<-END
		q1 ref 101 200
		q1 db|cut|x 58 157
		q1 gap 101 200
		q1 back 500 401
		q1 twin 101 200
		q2 ref 500 401
		q2 db|cut|x 457 358
		q2 gap 497 398
		q2 back 101 200
		q2 twin 500 401
		q3 ref 11 40
		q3 gap 11 40
		q3 back 590 561
		q3 twin 11 40
	END
	diff want got
	[ "$(cut -f3-8,11,12 lifted | sort -u | wc -l)" = 1 ]
	grep -q '3 hits became 14; 1 members have nothing' err
	# From a pipe, in pipes, by ordinal; comments and what is unknown are passed on.
	tl-reduce -x --lift - known.arc <hits | cmp - lifted
	tl-reduce -x --lift hits <(cat known.arc) | cmp - lifted
	{ echo '# BLAST'; sed 's/ref/tl|0/; 2,$d' hits; sed 's/ref/nobody/; 2,$d' hits; } >more
	tl-reduce -q -x --lift more known.arc | cut -f1,2 | paste -sd ' ' | tr '\t' ' ' >got
	[ "$(cat got)" = '# BLAST q1 tl|0 q1 tl|1 q1 tl|2 q1 tl|3 q1 tl|4 q1 nobody' ]
	# A member that is hit is that member.
	sed 's/ref/gap/; 2,$d' hits >one
	tl-reduce -x --lift one known.arc | cmp - one
}

@test "--lift: wrong hits are errors, and nothing is written" {
	members_of_known_make
	printf 'q\tref\t99\t50\t1\t0\t1\t50\t101\t621\t1e-9\t90\n' >hits
	fails 65 tl-reduce -x --lift hits -o out known.arc
	says 'hits:1: the hit goes beyond the end of its subject'
	[ ! -e out ]
	printf 'q\tref\t99\t50\t1\t0\t1\t50\t0\t60\t1e-9\t90\n' >hits
	fails 65 tl-reduce -x --lift hits known.arc
	says 'hits:1: not a hit'
	printf '# x\nq\tref\t99\n' >hits
	fails 65 tl-reduce -x --lift hits known.arc
	says 'hits:2: not a hit'
	fails 64 tl-reduce --lift hits known.arc
	fails 64 tl-reduce -x --lift hits --ids hits known.arc
	fails 66 tl-reduce -x --lift no-such-file known.arc
	printf 'q\tnobody\t99\t50\t1\t0\t1\t50\t1\t60\t1e-9\t90\n' >hits
	fails 65 tl-reduce -x --strict-ids --lift hits known.arc
	says nobody
}
