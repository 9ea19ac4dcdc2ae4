# SPDX-License-Identifier: MIT
# What the tests of streams share: their blocks, the whole pipe, answers computed another way.

# le32 FILE OFFSET: the number of four bytes there.
le32() { od -An -tu1 -j"$2" -N4 "$1" | awk '{ print $1 + 256 * ($2 + 256 * ($3 + 256 * $4)) }'; }

# blocks FILE: one line "OFFSET SIZE TYPE" for each block of a stream; see tl-stream(5), section 3.
blocks() {
	local at=16 size end
	end=$(wc -c <"$1")
	while ((at < end)); do
		size=$(($(le32 "$1" $((at + 32))) + 48))
		echo "$at $size $(tail -c +$((at + 1)) "$1" | head -c 4)"
		at=$((at + size))
	done
}

# reordered FILE N...: its preamble, and its blocks N...
reordered() {
	local file=$1 n at size
	shift
	blocks "$file" >"$BATS_TEST_TMPDIR/blocks"
	head -c 16 "$file"
	for n in "$@"; do
		read -r at size _ < <(sed -n "$((n + 1))p" "$BATS_TEST_TMPDIR/blocks")
		tail -c +$((at + 1)) "$file" | head -c "$size"
	done
}

# flipped FILE OFFSET: the file with that byte turned over.
flipped() {
	local byte
	byte=$(od -An -tu1 -j"$2" -N1 "$1")
	head -c "$2" "$1"
	# shellcheck disable=SC2059
	printf "\\x$(printf %x $((byte ^ 255)))"
	tail -c +$(($2 + 2)) "$1"
}

# whole_pipe FILE ARCHIVE [OPTION...]: the four tools; OPTIONs are tl-reduce's.
whole_pipe() {
	local file=$1 archive=$2
	shift 2
	tl-parse "$file" | tl-intern | tl-align -i 0.9 -c 0.8 | tl-reduce -z -o "$archive" "$@"
}

# expands_to FILE ARCHIVE: the text that the archive stands for is FILE.
expands_to() {
	tl-parse -d "$2" >"$BATS_TEST_TMPDIR/expanded" || return 1
	same "$1" "$BATS_TEST_TMPDIR/expanded"
}

# told STREAM KEY: a number in tl-stats' report.
told() { tl-stats --json "$1" | sed -n "s/^  \"$2\": \([0-9]*\),\$/\1/p"; }

# is NUMBER STREAM KEY: it is that number.
is() {
	local said
	said=$(told "$2" "$3")
	[[ $said == "$1" ]] || {
		echo "$3 of $2 is $said, not $1"
		return 1
	}
}

# records FILE: FASTA as lines "ORDINAL TAB HEADER TAB RESIDUES", by awk alone.
records() {
	awk '/^>/ { if (n) print n - 1 "\t" h "\t" s; n++; h = substr($0, 2); s = ""; next }
		n { s = s $0 } END { if (n) print n - 1 "\t" h "\t" s }' "$1"
}

# unique: how many different sequences there are on standard input.
unique() {
	awk '/^>/ { if (n++) print s; s = ""; next } { s = s $0 } END { if (n) print s }' | sort -u | wc -l
}

# pick FILE ORDINALS: those records of a FASTA file, as they stand there; by awk alone.
pick() { awk 'NR == FNR { want[$1]; next } /^>/ { n++ } (n - 1) in want' "$2" "$1"; }

# valid_json FILE: one JSON text and nothing else.
valid_json() {
	awk '
	function fail() { print "no JSON at: " substr(s, 1, 60); bad = 1; exit 1 }
	function take(re) {
		sub(/^[ \t\r\n]+/, "", s)
		if (!match(s, "^(" re ")")) return 0
		s = substr(s, RLENGTH + 1)
		return 1
	}
	function value() {
		if (take("true|false|null|-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?")) return
		if (take(string)) return
		if (take("[[]")) {
			if (take("[]]")) return
			do value(); while (take(","))
			if (!take("[]]")) fail()
			return
		}
		if (!take("[{]")) fail()
		if (take("[}]")) return
		do { if (!take(string) || !take(":")) fail(); value() } while (take(","))
		if (!take("[}]")) fail()
	}
	BEGIN { string = "\"([^\"\\\\[:cntrl:]]|\\\\[\"\\\\/bfnrtu])*\"" }
	{ s = s $0 "\n" }
	END { if (bad) exit 1; value(); sub(/[ \t\r\n]+$/, "", s); if (s != "") fail() }' "$1"
}
