#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Members that are put together of several references: what of them their own reference does not have is
# copied from others.

load helper
load streams

# mosaics FILE SEED: genomes of 9,000 residues that have nothing in common, then, of each, members that
# end in stretches of others, half of them turned round, some with a letter changed.
mosaics() {
	awk -v seed="$2" 'function random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
		function below(n) { return int(random() * n) }
		function turned(s,   i, t) {
			t = ""
			for (i = length(s); i; i--) t = t other[substr(s, i, 1)]
			return t
		}
		function letters(n,   s) { for (s = ""; n; n--) s = s substr("ACGT", below(4) + 1, 1); return s }
		function put(name, s) { print ">" name; print s }
		BEGIN {
			other["A"] = "T"; other["C"] = "G"; other["G"] = "C"; other["T"] = "A"
			for (g = 0; g < 6; g++) put("genome" g, genome[g] = letters(9000))
			for (m = 0; m < 40; m++) {
				s = substr(genome[m % 6], 1 + below(100), 8000)
				x = substr(genome[below(6)], 1 + below(8000), 300 + below(700))
				y = substr(genome[below(6)], 1 + below(8000), 100 + below(500))
				if (m % 2) x = turned(x)
				if (m % 3) y = substr(y, 1, 50) "A" substr(y, 52)
				put("member" m, x letters(20) s y)
			}
		}' >"$1"
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	mosaics in.fa 11
	tl-parse in.fa | tl-intern | tl-align -i 0.9 -c 0.8 >edges.tl
	tl-reduce -z --refs refs.fa -o in.tl edges.tl
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/* .
}

lent() { (($(told "$1" delta_borrowed) > ${2:-10000})); }

@test "most of what lies outside of alignments is lent by other references" {
	expands_to in.fa in.tl
	lent in.tl 20000
	(($(told in.tl delta_literals) * 3 < $(told in.tl delta_borrowed)))
	tl-stats in.tl | grep -q '^  from other references'
}

@test "the same for any level, number of threads and memory" {
	for z in 0 1 9 20; do
		tl-reduce $([ $z = 0 ] || echo -z$z) -o $z.tl edges.tl
		expands_to in.fa $z.tl
		lent $z.tl 20000
	done
	for t in 1 2 3 7; do tl-reduce -t $t -z edges.tl | cmp - in.tl; done
	for m in 24M 60M; do
		tl-reduce -t 2 -M $m -z edges.tl | cmp - in.tl
		tl-parse -d -t 2 -M $m in.tl | cmp - in.fa
	done
}

@test "members are had by id, by the index and from a pipe" {
	for name in member7 member20 genome3; do
		echo $name >ids
		tl-reduce -x --ids ids in.tl | tl-parse -d >one
		tl-reduce -x --ids ids <in.tl | tl-parse -d | cmp - one
		grep -A1 -x ">$name" in.fa | grep -v ^-- | cmp - <(grep -A1 -x ">$name" one)
	done
	# Of a large archive only some blocks are read: those of what literals stand in, too.
	for ((i = 1; i <= 100; i++)); do mosaics more$i $((i + 100)); done
	cat more* | awk '/^>/ { print $0 "_" NR; next } 1' >big.fa
	tl-parse big.fa | tl-intern | tl-align | tl-reduce -C big.tsv -o big.tl
	lent big.tl 1000000
	awk '$1 != $2 { print $2 }' big.tsv | sed -n '100p;2500p' >ids
	tl-reduce -v -x --ids ids big.tl 2>err | tl-parse -d >some
	read -r few all < <(sed -n 's/.*by the index: \([0-9]*\) of \([0-9]*\) blocks.*/\1 \2/p' err)
	((few < all))
	grep -A1 -F -x -f <(sed 's/^/>/' ids) big.fa | grep -v ^-- | cmp - some
}

@test "references that lend stay whole in later rounds" {
	tl-align -i 0.5 -c 0.3 in.tl | tl-reduce -z -o again.tl
	expands_to in.fa again.tl
	lent again.tl 20000
	tl-intern in.tl | tl-align -i 0.5 -c 0.3 | tl-reduce -z --by length -o interned.tl
	expands_to in.fa interned.tl
	tl-align --reassign in.tl | tl-reduce -z -o direct.tl
	expands_to in.fa direct.tl
	tl-reduce --ratio 0.5 -o loose.tl in.tl
	expands_to in.fa loose.tl
}

@test "archives one behind the other, and what was there twice" {
	mosaics other.fa 12
	tl-parse other.fa in.fa | tl-intern | tl-align | tl-reduce -z -o other.tl
	cat in.fa other.fa in.fa >both.fa
	cat in.tl other.tl | tl-parse -d | cmp - both.fa
	tl-reduce -z -o both.tl in.tl other.tl
	expands_to both.fa both.tl
	lent both.tl 40000
	cat in.tl other.tl | tl-intern | tl-align | tl-reduce -z -o interned.tl
	expands_to both.fa interned.tl
	echo member7 >ids
	tl-reduce -x --ids ids interned.tl | tl-parse -d | grep -c -x '>member7' | grep -q -x 3
}

@test "updates: members are lent to again, by references that are there again or not" {
	mosaics more.fa 13
	head -n 60 in.fa >fewer.fa
	sed -n '5,$p' in.fa >without.fa
	cat in.fa more.fa >all.fa
	for new in all fewer without; do
		tl-parse $new.fa | tl-intern | tl-align --base in.tl | tl-reduce --base in.tl -z -o $new.tl
		expands_to $new.fa $new.tl
		tl-stats --verify $new.tl >/dev/null
	done
	lent all.tl 40000
	lent fewer.tl 5000
	# And from there on.
	tl-parse in.fa | tl-intern | tl-align --base all.tl | tl-reduce --base all.tl -z -o back.tl
	expands_to in.fa back.tl
	lent back.tl 20000
}

@test "a loan that is damaged is found" {
	tl-reduce -o plain.tl edges.tl
	read -r at size < <(blocks plain.tl | awk '$3 == "DLTA" { print $1, $2; exit }')
	for ((i = at + 40; i < at + size; i += size / 40)); do
		flipped plain.tl $i >bad.tl
		fails 65 tl-parse -d bad.tl -o out.fa
		[ ! -e out.fa ]
	done
}
