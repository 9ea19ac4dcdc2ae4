#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs groups of tests and counts them all in one last line: N passed, N failed, N skipped.
# Usage: run-tests.sh GROUP...    groups: layers docs unit cli fault fuzz
# MODE names the build (release); UNIT="test_a test_b", CLI="docs install", FAULT=kill and FUZZ="fuzz_text"
# choose among tests.  The fuzz targets of a release are those of build/asan.
# Tests of a group run side by side; each speaks TAP, or is a script that prints offences.
set -u
cd "$(dirname "$0")/.." || exit 1
mode=${MODE:-release}
build=build/$mode
# What is to run with sanitizers also where the rest does not.
export TL_SANITIZED=$build
[[ $mode != release ]] || TL_SANITIZED=build/asan
export TL_BIN=$PWD/$build/bin TL_BUILD=$build TL_CONFIG=
jobs=$(nproc 2>/dev/null || echo 2)
scratch=$(mktemp -d) || exit 1
# Only our own children: each test runs in the foreground of a subshell of this shell.
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
shopt -s nullglob

# What is to be run: one line "KIND NAME COMMAND" each.
items=()
law() { items+=("law $1 ${*:2}"); }

# The seeds of a fuzz target; the texts of the corpus are those of fuzz_fasta too.
seeds() { # NAME
	local files=(tests/data/fuzz/"$1"[.]hex)
	[[ $1 != fuzz_fasta ]] || files+=(tests/data/*.fa tests/data/*.fq tests/data/*.txt)
	echo "${files[@]}"
}

collect() { # GROUP
	local file name
	case $1 in
	layers)
		law layers scripts/layers.sh
		law symbols scripts/symbols.sh . "$build"
		law quiet scripts/quiet.sh
		law metrics scripts/metrics.sh
		law threads scripts/threads.sh
		law sizes scripts/sizes.sh
		law headers scripts/headers.sh
		law warnings scripts/warnings.sh
		law shellcheck scripts/shellcheck.sh
		;;
	docs)
		law documents scripts/docs.sh --check "$build/bin" .
		items+=("bats docs bats --formatter tap tests/cli/docs.bats")
		;;
	unit)
		for file in tests/unit/test_*.c; do
			name=$(basename "$file" .c)
			[[ -z ${UNIT-} || " $UNIT " == *" $name "* ]] || continue
			items+=("unit $name $build/unit/$name")
		done
		;;
	cli)
		for file in tests/cli/*.bats; do
			name=$(basename "$file" .bats)
			if [[ -n ${CLI-} ]]; then
				[[ " $CLI " == *" $name "* ]] || continue
			elif [[ $name == docs && " ${groups[*]} " == *' docs '* ]]; then
				continue # has run already
			fi
			items+=("bats $name bats --formatter tap $file")
		done
		;;
	fault)
		for file in tests/fault/*.bats; do
			name=$(basename "$file" .bats)
			[[ -z ${FAULT-} || " $FAULT " == *" $name "* ]] || continue
			items+=("bats $name bats --formatter tap $file")
		done
		;;
	fuzz)
		for file in tests/fuzz/fuzz_*.c; do
			name=$(basename "$file" .c)
			[[ -z ${FUZZ-} || " $FUZZ " == *" $name "* ]] || continue
			items+=("fuzz $name $TL_SANITIZED/fuzz/$name -runs=${FUZZ_RUNS:-1500} $(seeds "$name")")
		done
		;;
	*)
		echo "run-tests.sh: no group '$1'" >&2
		exit 64
		;;
	esac
}

run_item() { # NUMBER
	local kind name command
	read -r kind name command <<<"${items[$1]}"
	# shellcheck disable=SC2086
	$command >"$scratch/$1.out" 2>&1 </dev/null
	echo $? >"$scratch/$1.status"
}

# Reads the output of one item; prints what is worth seeing, then "= passed failed skipped".
judge() { # KIND NAME STATUS FILE
	awk -v kind="$1" -v name="$2" -v status="$3" '
	function fail(what) { failed++; print "FAIL " kind " " name ": " what }
	function skip(what, why) { skipped++; print "SKIP " kind " " name ": " what (why == "" ? "" : ": " why) }
	kind == "law" && /^SKIP / { skip(substr($0, 6), ""); next }
	kind == "law" { held = held "    " $0 "\n"; next }
	/^ok / && tolower($0) ~ /# skip/ {
		why = $0; what = $0
		sub(/.*# [sS][kK][iI][pP] */, "", why); sub(/ *# [sS][kK][iI][pP].*/, "", what)
		sub(/^ok [0-9]+ (- )?/, "", what)
		if (why == "") { why = held; gsub(/^ *#? */, "", why); gsub(/\n.*/, "", why) }
		skip(what, why); held = ""; after = 0; seen++; next
	}
	/^ok / { passed++; seen++; held = ""; after = 0; next }
	/^not ok / {
		what = $0; sub(/^not ok [0-9]+ (- )?/, "", what)
		fail(what); printf "%s", held; held = ""; after = kind == "bats"; seen++; next
	}
	/^1\.\.[0-9]+/ { plan = substr($0, 4) + 0; planned = 1; next }
	after { print "    " $0; next }
	{ held = held "    " $0 "\n" }
	END {
		if (kind == "law") {
			if (status != 0) { fail("broken"); printf "%s", held } else passed++
		} else if (!planned || plan != seen || (status != 0 && !failed)) {
			fail(seen + 0 " tests of " (planned ? plan : "an unknown number") " ran, exit status " status)
			printf "%s", held
		}
		if (!failed) print "ok   " kind " " name (kind == "law" ? "" : " (" passed + 0 ")")
		print "= " passed + 0, failed + 0, skipped + 0
	}' "$4"
}

groups=("$@")
for group in "$@"; do collect "$group"; done

running=0
for i in "${!items[@]}"; do
	if ((running >= jobs)); then
		wait -n
		running=$((running - 1))
	fi
	run_item "$i" &
	running=$((running + 1))
done
wait

passed=0 failed=0 skipped=0
for i in "${!items[@]}"; do
	read -r kind name _ <<<"${items[$i]}"
	judge "$kind" "$name" "$(cat "$scratch/$i.status" 2>/dev/null || echo unknown)" \
		"$scratch/$i.out" >"$scratch/verdict"
	sed '$d' "$scratch/verdict"
	read -r _ p f s < <(tail -n 1 "$scratch/verdict")
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
