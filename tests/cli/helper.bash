# SPDX-License-Identifier: MIT
# What the tests of the command line share.  A test file begins with `load helper`.
# Each test runs in an empty directory of its own, with the tools first in PATH.

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
TL_BIN=${TL_BIN:-$ROOT/build/release/bin}
# TL_BIN may be given relative to the root.
[[ $TL_BIN == /* ]] || TL_BIN=$ROOT/$TL_BIN
PATH=$TL_BIN:$PATH
export ROOT TL_BIN PATH LC_ALL=C
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}
unset TL_CPU_DISABLE TL_THREADS TL_SMT TL_PIN TL_NUMA
export TL_CONFIG= # no file of the user

setup() { cd "$BATS_TEST_TMPDIR" || return 1; }

# The tools there are.
tools() {
	local tool
	for tool in "$TL_BIN"/tl-*; do [[ -x $tool ]] && basename "$tool"; done
}

# gen_proteins N [SEED [WIDTH]], gen_dna N [SEED [WIDTH]]: FASTA on standard output; the same
# arguments give the same bytes.  Families of drifted, cut and repeated members, shuffled.
gen_proteins() { "$ROOT/scripts/sample.sh" protein "$@"; }
gen_dna() { "$ROOT/scripts/sample.sh" dna "$@"; }

# same A B: the files are equal, byte for byte.
same() {
	cmp "$1" "$2" || {
		echo "$1 ($(wc -c <"$1") bytes) and $2 ($(wc -c <"$2") bytes) differ"
		return 1
	}
}

# round_trip FILE: tl-parse FILE | tl-parse -d is FILE.
round_trip() {
	tl-parse "$1" >"$BATS_TEST_TMPDIR/round_trip.tl" || return 1
	tl-parse -d "$BATS_TEST_TMPDIR/round_trip.tl" >"$BATS_TEST_TMPDIR/round_trip.out" || return 1
	same "$1" "$BATS_TEST_TMPDIR/round_trip.out"
}

# fails CODE COMMAND...: the exit status is CODE, and it says why in one line that begins with the
# tool's name (left in $said); nothing crashed.
fails() {
	local want=$1 code=0
	shift
	"$@" >/dev/null 2>"$BATS_TEST_TMPDIR/stderr" || code=$?
	said=$(cat "$BATS_TEST_TMPDIR/stderr")
	if [[ $code != "$want" ]]; then
		echo "exit status $code instead of $want: $*"
		echo "$said"
		return 1
	fi
	if [[ $said != "$(basename "$1"): "* || $said == *$'\n'* ]]; then
		echo "not one line that begins with the name of the tool: $said"
		return 1
	fi
}

# says TEXT: what fails left in $said has TEXT in it.
says() {
	[[ $said == *"$1"* ]] || {
		echo "'$1' is not in: $said"
		return 1
	}
}

# number_of_sequences FILE
number_of_sequences() { grep -c '^>' "$1" || true; }
