#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# --base: an archive of a newer version of a file, made from that of an older one.

load helper
load streams

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	gen_proteins 600 1 >p.fa
	gen_dna 120 2 >d.fa
	cat p.fa d.fa >b.fa
	for k in p d b; do
		whole_pipe $k.fa $k.tl -C $k.tsv:tsv+ --refs $k.refs
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/* .
}

# update FILE OLD NEW [OPTION...]
update() {
	local file=$1 old=$2 new=$3
	shift 3
	tl-parse "$file" | tl-intern | tl-align --base "$old" >update.edges || return 1
	tl-reduce --base "$old" -z -o "$new" -C update.tsv:tsv+ --refs update.refs "$@" update.edges || return 1
	expands_to "$file" "$new" || return 1
	tl-stats --verify "$new" >/dev/null || return 1
	tl-reduce -x "$new" | tl-parse -d | cmp - "$file" || return 1
	# Every record in one line of the table, each reference of the table in --refs.
	cut -f4 update.tsv | sort -n | cmp - <(seq 0 $(($(number_of_sequences "$file") - 1))) || return 1
	is "$(cut -f3 update.tsv | sort -u | wc -l)" "$new" references
	[ "$(number_of_sequences update.refs)" = "$(told "$new" references)" ]
}

# bodies FILE: its sequences, a line each, sorted.
bodies() { tl-parse "$1" | tl-parse -d -w 0 | grep -v '^>' | sort -u; }

# chosen FILE AWK: the records for which the expression of n (from 1) and h (the header) holds.
chosen() { awk -v RS='>' -v ORS= "NR > 1 { n = NR - 1; h = \$0; sub(/\\n.*/, \"\", h); if ($2) print \">\" \$0 }" "$1"; }

# kept OLD.refs FILE: old references that are in the file are references still.
kept() { comm -23 <(comm -12 <(bodies "$1") <(bodies "$2")) <(bodies update.refs) | cmp - /dev/null; }

@test "nothing changed: nothing is aligned, the same references and members" {
	for k in p d b; do
		update $k.fa $k.tl new.tl
		is 0 update.edges edges
		cmp update.refs $k.refs
		cmp update.tsv $k.tsv
		is 0 new.tl hidden
	done
}

@test "records added: only those are aligned" {
	for k in p d; do
		chosen $k.fa 'n % 10' >most.fa
		whole_pipe most.fa old.tl --refs old.refs
		# Lower levels find what few residues have in common by luck.
		whole_pipe $k.fa full.tl -z16
		update $k.fa old.tl new.tl -z16
		kept old.refs $k.fa
		(($(told new.tl references) <= $(told $k.tl references) * 105 / 100))
		(($(wc -c <new.tl) <= $(wc -c <full.tl) * 105 / 100))
		# Each edge has a new record.
		tl-parse $k.fa | tl-intern | tl-align --base old.tl --format paf | cut -f1,6 >pairs
		[ -s pairs ]
		chosen $k.fa '!(n % 10)' | sed -n 's/^>\([^ ]*\).*/\1/p' >names
		awk 'NR == FNR { is_new[$1]; next } !($1 in is_new) && !($2 in is_new) { print; bad = 1 }
			END { exit bad }' names pairs
	done
}

@test "records removed: references, members, most" {
	for k in p d; do
		chosen $k.fa 'n % 3' >new.fa
		update new.fa $k.tl new.tl
		kept $k.refs new.fa
		chosen $k.fa 'n % 20 == 1' >few.fa
		update few.fa $k.tl new.tl
		(($(told new.tl members) > 0))
	done
}

@test "a removed reference that deltas are copied from is hidden" {
	# Members that have nothing in common but with the reference, which is the longest.
	for letters in ACDEFGHIKLMNPQRSTVWY ACGT; do
		awk -v l=$letters 'BEGIN { srand(3); n = length(l)
			for (i = 0; i < 400; i++) s = s substr(l, int(rand() * n) + 1, 1)
			print ">other"; for (i = 0; i < 300; i++) o = o substr(l, int(rand() * n) + 1, 1); print o
			print ">ref\n" s
			for (k = 1; k < 5; k++) { c = substr(s, 60 * k, 1) == "A" ? "C" : "A"
				print ">m" k "\n" substr(s, 3 + k, 60 * k - 3 - k) c substr(s, 60 * k + 1) } }' >all.fa
		whole_pipe all.fa old.tl
		is 4 old.tl members
		is 1 old.tl delta_depth
		chosen all.fa 'h != "ref"' >new.fa
		update new.fa old.tl new.tl
		is 1 new.tl hidden
		is 2 new.tl delta_depth
		is 2 new.tl references
		is 3 new.tl members
		grep -x '>m1' update.refs
		tl-parse -d --refs new.tl | cmp - update.refs
		# All of them by the heir; the hidden one by no name.
		[ "$(echo m1 | tl-reduce -x --ids - new.tl | tl-parse -d | grep -c '>')" = 4 ]
		[ -z "$(printf 'ref\ntl|5\n' | tl-reduce -q -x --ids - new.tl | tl-parse -d)" ]
		# The heir goes too.
		chosen new.fa 'h != "m1"' >next.fa
		update next.fa new.tl next.tl
		is 2 next.tl references
		update all.fa next.tl back.tl
		is 0 back.tl hidden
	done
}

@test "a removed reference has an heir" {
	for k in p d; do
		# The reference with most members.
		r=$(cut -f3 $k.tsv | sort -n | uniq -c | sort -k1,1nr -k2,2n | awk 'NR == 1 { print $2 }')
		size=$(cut -f3 $k.tsv | grep -cx "$r")
		gone=$(records $k.fa | awk -F '\t' -v r="$r" '$1 == r { print $3 }')
		# Its duplicates are gone as well.
		records $k.fa | awk -F '\t' -v s="$gone" '$3 != s { print ">" $2 "\n" $3 }' >new.fa
		update new.fa $k.tl new.tl
		bodies update.refs | grep -Fx "$gone" && return 1
		tl-parse -d new.tl | grep -F "$gone" && return 1
		tl-parse -d --refs new.tl | cmp - update.refs
		# The heir has all members that it serves, by -x as in the table.
		heir=$(comm -13 <(bodies $k.refs) <(bodies update.refs))
		[ -n "$heir" ]
		tl-reduce -x --ids <(cut -f3 update.tsv | sort -n | uniq -c | sort -k1,1nr | awk 'NR == 1 { print "tl|" $2 }') new.tl |
			tl-parse -d | grep -c '>' >found
		cut -f3 update.tsv | sort -n | uniq -c | sort -k1,1nr | awk 'NR == 1 { print $1 }' | cmp - found
		# It comes back, and goes again; hidden or not, it is the same record.
		update $k.fa new.tl again.tl
		is 0 again.tl hidden
		update new.fa again.tl third.tl
		# An archive with hidden records goes through other rounds.
		tl-align -i 0.5 -c 0.5 new.tl | tl-reduce -z -o round.tl
		expands_to new.fa round.tl
		cat new.tl p.tl >two.tl
		expands_to <(cat new.fa p.fa) two.tl
		tl-reduce -z -o one.tl two.tl
		expands_to <(cat new.fa p.fa) one.tl
		is "$(told new.tl hidden)" one.tl hidden
	done
}

@test "changed, renamed, reordered, in other lines, duplicated" {
	for k in p d; do
		records $k.fa | awk -F '\t' '{ s = $3
			if (NR % 10 == 0) s = substr(s, 2)
			if (NR % 10 == 1) s = substr(s, 1, 9) "A" substr(s, 10)
			print ">new_" $2; print s
			if (NR % 7 == 0) print ">again_" $2 "\n" s }' >changed.fa
		update changed.fa $k.tl new.tl
		kept $k.refs changed.fa
		records $k.fa | sort -t "$(printf '\t')" -k3 | awk -F '\t' '{ print ">" $2 "\n" $3 }' >order.fa
		update order.fa $k.tl new.tl
		cmp <(bodies update.refs) <(bodies $k.refs)
		is 0 update.edges edges
		# Not interned: of identical records the first is the old one.
		tl-parse changed.fa | tl-align --base $k.tl | tl-reduce --base $k.tl -z -o new.tl
		expands_to changed.fa new.tl
	done
}

@test "empty, old or new; nothing in common; another alphabet" {
	: >none.fa
	whole_pipe none.fa none.tl
	update none.fa none.tl new.tl
	update p.fa none.tl new.tl
	cmp new.tl <(tl-parse p.fa | tl-intern | tl-align --base none.tl | tl-reduce -z --base none.tl)
	is "$(told p.tl references)" new.tl references
	update none.fa p.tl new.tl
	is 0 new.tl hidden
	gen_proteins 200 77 >other.fa
	update other.fa p.tl new.tl
	update d.fa p.tl new.tl
	update p.fa b.tl new.tl
	update b.fa p.tl new.tl
	kept p.refs b.fa
}

@test "update of an update, references lost on the way: depth stays within bounds" {
	for k in p d; do
		cp $k.tl at.tl
		cp $k.fa at.fa
		for i in 1 2 3 4 5 6 7 8 9 10; do
			# The largest cluster loses its reference.
			tl-reduce -z -o /dev/null -C t.tsv:tsv+ at.tl
			r=$(cut -f3 t.tsv | sort -n | uniq -c | sort -k1,1nr -k2,2n | awk 'NR == 1 { print $2 }')
			records at.fa | awk -F '\t' -v r="$r" '$1 != r { print ">" $2 "\n" $3 }' >next.fa
			update next.fa at.tl next.tl
			mv next.tl at.tl
			mv next.fa at.fa
			(($(told at.tl delta_depth) <= 8))
		done
		# All back again.
		update $k.fa at.tl back.tl
	done
}

@test "long records in several pieces, both strands" {
	gen_dna 400 5 | grep -v '>' | tr -d '\n' | head -c 40000 >g
	for _ in $(seq 60); do cat g; done | head -c 2300000 >s
	{ head -c 900000 s; echo -n ACGT; tail -c +900001 s; } >t
	rev t | tr ACGT TGCA | head -c 2000000 >u
	for r in s t u; do echo ">$r"; cat $r; echo; done >long.fa
	whole_pipe long.fa old.tl
	(($(told old.tl members) > 0))
	update long.fa old.tl new.tl
	chosen long.fa 'h !~ /^s/' >less.fa
	update less.fa old.tl new.tl
	update long.fa new.tl back.tl
}

@test "the same bytes for any number of threads and any -M" {
	chosen p.fa 'n % 4' >new.fa
	gen_proteins 100 9 >>new.fa
	update new.fa p.tl new.tl -t 1
	for t in 2 5; do
		tl-parse new.fa | tl-intern | tl-align -t $t -M 60M --base p.tl | tl-reduce -t $t -M 60M -z --base p.tl | cmp - new.tl
	done
	for hidden in sse41 avx2 avx512bw; do
		tl-parse new.fa | tl-intern | TL_CPU_DISABLE=$hidden tl-align --base p.tl | cmp - update.edges
	done
}

@test "numbers of references in --taxonmap-out and --lift" {
	records p.fa | awk -F '\t' '{ print ">" $2 " taxid=" 9000 + NR "\n" $3 }' >all.fa
	chosen all.fa 'n % 3' >part.fa
	tl-parse part.fa | tl-intern | tl-align | tl-reduce -z -o old.tl
	{ gen_proteins 20 50 | sed 's|^>|>new|'; cat all.fa; } >next.fa
	update next.fa old.tl new.tl --refs-id reference --taxonmap-out numbers.tsv
	sed -n 's/^>tlr|\([0-9]*\) .*taxid=\([0-9]*\)$/\1\t\2/p' update.refs | cmp - numbers.tsv
	[ -s numbers.tsv ]
	# Some have ordinals for numbers no more.
	tl-parse next.fa | tl-intern | tl-align --base old.tl | tl-reduce --base old.tl --refs o.refs --refs-id ordinal --taxonmap-out o.tsv >/dev/null
	sed -n 's/^>tl|\([0-9]*\) .*taxid=\([0-9]*\)$/\1\t\2/p' o.refs | cmp - o.tsv
	! cmp -s o.tsv numbers.tsv
	# The same hits by number as by name.
	sed -n 's/^>\(tlr|[0-9]*\) \([^ ]*\).*/\1\t\2/p' update.refs >names
	awk '{ print "q\t" $1 "\t99\t9\t0\t0\t1\t9\t2\t9\t1e-9\t50" }' names >by-number.m8
	awk '{ print "q\t" $2 "\t99\t9\t0\t0\t1\t9\t2\t9\t1e-9\t50" }' names >by-name.m8
	tl-reduce -x --lift by-name.m8 new.tl >want
	tl-reduce -x --lift by-number.m8 new.tl >got
	(($(wc -l <want) > $(wc -l <names)))
	[ "$(cut -f2 got | grep -c '^tlr|')" = "$(wc -l <names)" ]
	awk -F '\t' 'FILENAME == "names" { name[$1] = $2; next } FILENAME == "next.fa" { if (/^>/) { split(substr($0, 2), w, " "); name["tl|" n++] = w[1] } next }
		{ OFS = "\t"; $2 = name[$2]; print }' names next.fa got | cmp - want
	# Numbers that no reference has, and those of an archive in a pipe, are unknown.
	sed 's/tlr./tlr|9999/' by-number.m8 >none.m8
	tl-reduce -q -x --lift none.m8 new.tl | cmp - none.m8
	fails 65 tl-reduce -x --strict-ids --lift none.m8 new.tl
	tl-reduce -q -x --lift by-number.m8 <new.tl | cmp - by-number.m8
	# There, and in several archives, records of such names are found by them.
	for name in x 'tlr|'; do
		awk -v name="$name" '/^>/ { $0 = ">" name 9999 - n++ } { print }' all.fa >named.fa
		tl-parse named.fa | tl-intern | tl-align | tl-reduce -z -o "named.$name.tl"
		awk '/^>/ { print "q\t" substr($1, 2) "\t99\t9\t0\t0\t1\t9\t2\t9\t1e-9\t50" }' named.fa >"$name.m8"
	done
	tl-reduce -x --lift x.m8 named.x.tl | sed 's/\tx/\ttlr|/' >want
	(($(wc -l <want) > $(wc -l <x.m8)))
	tl-reduce -x --lift 'tlr|.m8' <'named.tlr|.tl' | cmp - want
	tl-reduce -x --lift 'tlr|.m8' 'named.tlr|.tl' old.tl | cmp - want
}

@test "short records find old short ones, and long ones old pieces of themselves" {
	# No ten residues, or seventeen, are the same; a fragment, whichever of the two is new.
	while read -r old new; do
		{ echo ">old"; echo "$old"; } >one.fa
		{ cat one.fa; echo ">new"; echo "$new"; } >two.fa
		whole_pipe one.fa one.tl
		tl-parse two.fa | tl-intern | tl-align --base one.tl --format paf | cut -f1,6 | tr '\t' '\n' | sort >pair
		printf 'new\nold\n' | cmp - pair
		update two.fa one.tl two.tl
	done <<-'END'
		MKVLAERTGYHNPQSWIDFCK MKVLAETTGYHDPQSWIDFCK
		ACGTTGCATCGGATTACAGTC ACGTTGCTTCGGATTACTGTC
		GDMKVLAERTGYHNPQSWIDFCKLVENRTPYKWHEAQISCDFMNLGVRAPYTKEDWQ GDMKVLAERTGYHNPQSWIDFCKLVENRTP
		GDMKVLAERTGYHNPQSWIDFCKLVENRTP GDMKVLAERTGYHNPQSWIDFCKLVENRTPYKWHEAQISCDFMNLGVRAPYTKEDWQ
	END
}

@test "what --base refuses" {
	tl-parse p.fa >p.seqs
	fails 66 tl-align --base nowhere.tl p.seqs
	fails 66 tl-reduce --base nowhere.tl p.seqs
	fails 65 tl-reduce --base p.seqs p.seqs
	says 'not an archive'
	fails 65 tl-align --base p.seqs p.seqs
	fails 65 tl-reduce --base p.tl p.tl
	says 'takes sequences'
	fails 65 tl-align --base p.tl p.tl
	fails 64 tl-reduce -x --base p.tl p.tl
	fails 64 tl-align --base p.tl --reassign p.seqs
	fails 64 tl-align --base p.tl --from p.seqs p.seqs
	head -c 5000 p.tl >cut.tl
	fails 65 tl-align --base cut.tl p.seqs
	fails 65 tl-reduce --base cut.tl p.seqs
}

@test "numbers of references stay through updates" {
	numbers() { sed -n 's/^>tlr|\([0-9]*\) .*/\1/p' "$1"; }
	# numbered REFS: number and residues of each reference, sorted.
	numbered() { records "$1" | awk -F '\t' '{ split($2, w, " "); print $3 "\t" w[1] }' | sort; }
	for k in p d; do
		tl-parse $k.fa | tl-intern | tl-align | tl-reduce -z -o old.tl --refs old.refs --refs-id reference
		# Without an update they are the ordinals.
		tl-parse $k.fa | tl-intern | tl-align | tl-reduce --refs o.refs --refs-id ordinal >/dev/null
		sed 's/^>tlr|/>tl|/' old.refs | cmp - o.refs
		{ if [ $k = p ]; then gen_proteins 20 50; else gen_dna 20 51; fi | sed 's|^>|>new|'; chosen $k.fa 'n % 3'; } >new.fa
		update new.fa old.tl new.tl --refs-id reference
		mv update.refs new.refs
		# Old ones have theirs, new ones others than any had.
		[ -n "$(comm -12 <(numbered old.refs) <(numbered new.refs))" ]
		join -t "$(printf '\t')" <(numbered old.refs) <(numbered new.refs) | awk -F '\t' '$2 != $3 { print; bad = 1 } END { exit bad }'
		[ -z "$(numbers new.refs | sort | uniq -d)" ]
		join -t "$(printf '\t')" -v 2 <(numbered old.refs) <(numbered new.refs) | cut -f2 | sed 's/tlr.//' | sort >fresh
		[ -s fresh ]
		[ -z "$(comm -12 <(seq 0 $(($(number_of_sequences $k.fa) - 1)) | sort) fresh)" ]
		# And again: what comes back after it was gone is a new one.
		update $k.fa new.tl third.tl --refs-id reference
		join -t "$(printf '\t')" <(numbered new.refs) <(numbered update.refs) | awk -F '\t' '$2 != $3 { print; bad = 1 } END { exit bad }'
		[ -z "$(numbers update.refs | sort | uniq -d)" ]
		join -t "$(printf '\t')" -v 2 <(numbered new.refs) <(numbered update.refs) | cut -f2 | sed 's/tlr.//' | sort >again
		[ -z "$(comm -12 <({ numbers old.refs; numbers new.refs; } | sort) again)" ]
		# -x --ids finds them by number.
		numbers new.refs | head -n 7 | sed 's/^/tlr|/' >want
		tl-reduce -x --strict-ids --ids want new.tl >by-number
		grep -F -f <(sed 's/$/ /' want) new.refs | sed 's/^>tlr|[0-9]* \([^ ]*\).*/\1/' >names
		tl-reduce -x --strict-ids --ids names new.tl | tl-parse -d | cmp - <(tl-parse -d by-number)
		fails 65 tl-reduce -x --strict-ids --ids <(echo 'tlr|99999999') new.tl
	done
	cat p.tl p.tl >two.tl
	tl-parse p.fa >p.seqs
	fails 65 tl-reduce --base two.tl p.seqs
	says 'not one archive in a file'
}
