#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The same bytes at every stage for every number of threads and every instruction set.

load helper
load streams

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	gen_proteins 3600 1 >in.fa
	gen_dna 150 2 >>in.fa
	gen_dna 150 2 >d.fa
	stages base
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/* .
}

# stages DIR [OPTION...]: every stage with those options, into DIR.
stages() {
	local dir=$1
	shift
	mkdir -p "$dir"
	tl-parse "$@" in.fa d.fa -o "$dir/1.parse" &&
		tl-parse "$@" -z9 in.fa d.fa -o "$dir/1.z" &&
		tl-intern "$@" "$dir/1.parse" -o "$dir/2.intern" &&
		tl-align "$@" -i 0.9 -c 0.8 "$dir/2.intern" -o "$dir/3.align" &&
		tl-align "$@" -i 0.8 -c 0.5 "$dir/2.intern" -o "$dir/3.far" &&
		tl-reduce "$@" -z --refs "$dir/4.fa" -C "$dir/4.uc:uc" -o "$dir/4.reduce" "$dir/3.align" &&
		tl-reduce "$@" -b count -C "$dir/4.tsv" -o "$dir/4.count" "$dir/3.far" &&
		tl-reduce "$@" -x "$dir/4.reduce" -o "$dir/5.extract" &&
		tl-parse "$@" -d "$dir/4.reduce" -o "$dir/6.text" &&
		tl-stats "$@" --verify "$dir/4.reduce" -o "$dir/7.stats" &&
		tl-align "$@" -i 0.7 "$dir/4.reduce" -o "$dir/8.align"
}

# alike DIR: as in the directory base, and the text is the text.
alike() {
	local file
	for file in base/*; do
		same "$file" "$1/$(basename "$file")" || return 1
	done
	cat in.fa d.fa | cmp - "$1/6.text"
	rm -r "$1"
}

@test "1, 2, 3, 7 and 16 threads" {
	(($(told base/1.parse records) == 3900))
	(($(told base/3.align edges) > 1000))
	for threads in 1 2 3 7 16; do
		stages with -t $threads
		alike with || { echo "$threads threads"; return 1; }
	done
}

@test "one processor only" {
	command -v taskset >/dev/null || skip "taskset is not installed"
	taskset -c 0 bash -c "$(declare -f stages); stages with"
	alike with
}

@test "the same again" {
	stages with
	alike with
}

@test "every instruction set hidden in turn" {
	for hidden in avx512bw avx2,avx512bw sse41,avx2,avx512bw avx2 sse41; do
		TL_CPU_DISABLE=$hidden stages with || { echo "TL_CPU_DISABLE=$hidden"; return 1; }
		alike with || { echo "TL_CPU_DISABLE=$hidden"; return 1; }
	done
}

@test "an instruction set that nobody knows is refused" {
	for tool in $(tools); do
		for name in sse9 AVX2x avx2,what; do
			TL_CPU_DISABLE=$name fails 64 "$tool" /dev/null
			says TL_CPU_DISABLE
		done
	done
}

@test "how the input comes does not matter" {
	cat in.fa | tl-parse - <(cat d.fa) | cmp - base/1.parse
	tl-parse <(gzip -c1 in.fa) <(gzip -c d.fa) | cmp - base/1.parse
	dd if=d.fa bs=997 status=none | tl-parse in.fa - | cmp - base/1.parse
	tl-intern <base/1.parse | tl-align | tl-reduce -z | cmp - base/4.reduce
	tl-intern base/1.z | tl-align | tl-reduce -z -C c.uc:uc | tl-parse -d | cmp - base/6.text
	same c.uc base/4.uc
}
