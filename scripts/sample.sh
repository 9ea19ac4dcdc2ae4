#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes a sequence database as FASTA, the same for the same arguments: families of sequences that
# have drifted apart by a few per cent, some members cut short, some repeated, shuffled.
# Usage: sample.sh protein|dna N [SEED [WIDTH]]    N sequences, lines of WIDTH (60) characters
set -eu
exec awk -v kind="${1:?protein or dna}" -v n="${2:?how many}" -v seed="${3:-1}" -v width="${4:-60}" '
# Numbers that are the same in every awk: a generator of our own (minimal standard, Schrage).
function next_random() {
	state = 16807 * (state % 127773) - 2836 * int(state / 127773)
	if (state <= 0) state += 2147483647
	return state
}
function below(limit) { return int(next_random() / 2147483647 * limit) }
function letter() { return substr(letters, below(nletters) + 1, 1) }

function ancestor(length_,   s, i) {
	s = ""
	for (i = 0; i < length_; i++) s = s letter()
	return s
}
# A copy in which about one in rate letters is changed, and some stretches are lost or new.
function drift(s, rate,   out, at, step, what) {
	out = ""; at = 1
	while (at <= length(s)) {
		step = below(2 * rate)
		out = out substr(s, at, step)
		at += step
		if (at > length(s)) break
		what = below(20)
		if (what == 0) at += 1 + below(6)                       # lost
		else if (what == 1) out = out ancestor(1 + below(6))   # new
		else { out = out letter(); at++ }
	}
	return out
}
function write(name, s,   i) {
	print ">" name
	for (i = 1; i <= length(s); i += width) print substr(s, i, width)
}

BEGIN {
	state = (seed * 7919 + 12345) % 2147483646 + 1
	for (i = 0; i < 20; i++) next_random()
	if (kind == "protein") {
		# About as often as in real proteins.
		letters = "AAAAAAAACCDDDDDEEEEEEFFFFGGGGGGGHHIIIIIIKKKKKKLLLLLLLLLLMMNNNNPPPPPQQQQRRRRRSSSSSSSTTTTTVVVVVVVWYYY"
		shortest = 80; spread = 400
	} else {
		letters = "ACGT"; shortest = 300; spread = 1500
	}
	nletters = length(letters)
	made = 0; family = 0
	while (made < n) {
		family++
		root = ancestor(shortest + below(spread))
		size = below(3) ? 1 + below(12) : 1
		for (m = 1; m <= size && made < n; m++) {
			s = m == 1 ? root : drift(root, below(4) ? 25 + below(60) : 8)
			if (m > 1 && !below(6)) s = substr(s, 1 + below(20), int(length(s) * (70 + below(30)) / 100))
			if (m > 1 && !below(10)) s = root
			made++
			name[made] = sprintf("F%05dM%02d %s family %d member %d", family, m, kind, family, m)
			sequence[made] = s
		}
	}
	# Members of a family do not stand together in a real file.
	for (i = 1; i <= n; i++) order[i] = i
	for (i = n; i > 1; i--) { j = 1 + below(i); t = order[i]; order[i] = order[j]; order[j] = t }
	for (i = 1; i <= n; i++) write(name[order[i]], sequence[order[i]])
}'
