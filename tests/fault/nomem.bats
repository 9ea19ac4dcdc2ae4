#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# No memory, at one request after the other, in each tool: 75 and one line, nothing left behind, no
# crash and, as the tools are built with sanitizers, no leak.  NOMEM_ALL=1: really at each request.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	NOMEM=${TL_SANITIZED:-$ROOT/build/asan}/nomem
	[[ $NOMEM == /* ]] || NOMEM=$ROOT/$NOMEM
	[[ -x $NOMEM/tl-parse ]] || skip "$NOMEM is not built: make MODE=asan nomem"
	mkdir out tmp
	export TMPDIR=$PWD/tmp
	{
		gen_dna 12 1
		gen_dna 12 1 | tr ACGT acgu
	} >d.fa
	printf '@a b\nACGT\n+\nIIII\n@c\nACG\nT\n+c\nIII\nI\n' >q.fq
	tl-parse d.fa q.fq | tl-intern >in.tl
	tl-align in.tl -o edges.tl
	tl-reduce -z -o in.arc edges.tl
	printf 'tl|1\ntl|30\n' >ids
}

# starve COMMAND...: with -o out/file, for each request that it makes.  It may do without what it asked
# for; then its output is what it should be.
starve() {
	local n code tool=$1
	shift
	"$NOMEM/$tool" "$@" -o out/file
	mv out/file want
	rm -f out/*
	for ((n = 1; n < 100000; n += NOMEM_ALL ? 1 : 1 + n / 5)); do
		code=0
		rm -f told
		TL_NOMEM_TOLD=told TL_NOMEM_AT=$n "$NOMEM/$tool" "$@" -o out/file >/dev/null 2>err || code=$?
		[[ -e told ]] || break
		if [[ $code = 0 ]]; then
			same out/file want
			rm out/*
			continue
		fi
		[[ $code = 75 && $(wc -l <err) = 1 ]] && grep -q "^$tool: .*memory" err || {
			echo "request $n: status $code: $tool $*"
			head -c 3000 err
			return 1
		}
		[[ -z $(ls -A out) && -z $(ls -A tmp) ]] || {
			echo "request $n: $tool $*: left: $(ls -A out tmp)"
			return 1
		}
	done
	((n > 30)) || { echo "$tool $* asked for memory $n times only"; return 1; }
	rm -f out/*
}

@test "tl-parse" {
	starve tl-parse -t 1 d.fa q.fq
	starve tl-parse -t 3 -z d.fa q.fq
	for packer in 'gzip -c' 'zstd -c' 'lz4 -c' 'bgzip -c'; do
		command -v "${packer%% *}" >/dev/null || continue
		$packer d.fa >packed
		starve tl-parse -t 2 packed
	done
	zstd -c d.fa >packed
	NOMEM_ALL=1 starve tl-parse -t 1 packed
}

@test "tl-parse -d" {
	starve tl-parse -t 1 -d in.tl
	starve tl-parse -t 2 -d in.arc
	starve tl-parse -t 1 -d --refs in.arc
}

@test "tl-intern, tl-align" {
	tl-parse d.fa q.fq >raw.tl
	starve tl-intern -t 1 raw.tl
	starve tl-align -t 1 in.tl
	starve tl-align -t 2 in.arc
}

@test "tl-reduce" {
	starve tl-reduce -q -t 1 -C out/c -r out/r edges.tl
	starve tl-reduce -q -t 2 -z --prefer ids -b count edges.tl
	starve tl-reduce -q -t 1 -x in.arc
	starve tl-reduce -q -t 1 -x --ids ids in.arc
}

@test "tl-stats" {
	starve tl-stats -t 1 in.arc
	starve tl-stats -t 1 -j --verify in.arc
}
