#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs each fuzzer in a directory for FUZZ_SECONDS (10), from the seeds in tests/data where there are
# any for it; inputs that break something stay in the directory.
# Usage: fuzz.sh DIRECTORY
set -eu
found=0
for fuzzer in "$1"/fuzz_*; do
	name=${fuzzer##*/}
	case $name in *.*) continue ;; esac
	[ -x "$fuzzer" ] || continue
	found=1
	corpus=$1/corpus/$name
	mkdir -p "$corpus"
	seeds=tests/data/$name
	[ "$name" != fuzz_fasta ] || seeds=tests/data # the corpus
	[ -d "$seeds" ] || seeds=
	echo "== $name, ${FUZZ_SECONDS:-10} s"
	"$fuzzer" -max_total_time="${FUZZ_SECONDS:-10}" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
		-print_final_stats=1 -artifact_prefix="$1/$name." "$corpus" ${seeds:+"$seeds"}
done
[ $found = 1 ] || echo "no fuzzers in $1"
