#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs libFuzzer on each target in a directory for FUZZ_SECONDS (600) from the seeds in tests/data/fuzz,
# as many side by side as there are processors; minimises each corpus, which stays in
# DIRECTORY/corpus; prints one line for each target.  What breaks something is left as
# DIRECTORY/NAME.crash-... and as a line for tests/data/fuzz/NAME.hex.
# FUZZ="fuzz_text ..." chooses targets.  FUZZ_KEEP=BYTES writes the inputs that reach most, up to so many
# bytes for each target, to tests/data/fuzz/NAME.hex, where they replace those whose names are numbers.
# Usage: fuzz.sh DIRECTORY
set -u
dir=$1
seconds=${FUZZ_SECONDS:-600}
jobs=$(nproc 2>/dev/null || echo 2)
trap 'exit 130' INT TERM

# unpack FILE.hex DIRECTORY: each seed a file.
unpack() {
	local name hex
	[[ -e $1 ]] || return 0
	while read -r name hex; do
		[[ -z $name || $name == '#'* ]] ||
			printf "%b" "${hex//??/\\x&}" >"$2/$name"
	done <"$1"
}

hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }

# keep NAME: seeds with names, then the smallest inputs that reach something new, as far as there is room.
keep() {
	local name=$1 room=${FUZZ_KEEP} size file n=0 hexfile=tests/data/fuzz/$1.hex
	local best=$dir/best/$name
	rm -rf "$best"
	mkdir -p "$best"
	"$dir/$name" -merge=1 -set_cover_merge=1 -use_counters=0 -verbosity=0 "$best" "$dir/corpus/$name" \
		>"$dir/$name.keep.log" 2>&1 || return 1
	{
		[[ ! -e $hexfile ]] || grep -v '^[0-9]* ' "$hexfile"
		while read -r size file; do
			((room -= size, room >= 0)) || break
			printf '%03d %s\n' $((++n)) "$(hex "$file")"
		done < <(find "$best" -type f -size +0 -printf '%s %p\n' | sort -n -k1,1 -k2)
	} >"$hexfile.new"
	mv "$hexfile.new" "$hexfile"
}

run() { # NAME
	local name=$1 corpus=$dir/corpus/$1 log=$dir/$1.log seeds=$dir/seeds/$1 found=0 end file
	rm -rf "$seeds"
	mkdir -p "$corpus" "$seeds"
	unpack "tests/data/fuzz/$name.hex" "$seeds"
	[[ $name != fuzz_fasta ]] || cp tests/data/*.fa tests/data/*.fq tests/data/*.txt "$seeds"
	end=$((SECONDS + seconds))
	: >"$log"
	# A finding ends libFuzzer: go on until the time is over, but not for ever with the same one.
	while ((SECONDS < end && found < 5)); do
		"$dir/$name" -max_total_time=$((end - SECONDS)) -timeout=20 -rss_limit_mb=2048 \
			-print_final_stats=1 -artifact_prefix="$dir/$name." "$corpus" "$seeds" >>"$log" 2>&1 ||
			((found++))
	done
	mkdir -p "$corpus.min"
	"$dir/$name" -merge=1 -verbosity=0 "$corpus.min" "$corpus" "$seeds" >"$dir/$name.merge.log" 2>&1 &&
		rm -rf "$corpus" && mv "$corpus.min" "$corpus"
	[[ -z ${FUZZ_KEEP-} ]] || keep "$name"
	for file in "$dir/$name".{crash,timeout,oom,leak}-*; do
		[[ ! -e $file ]] || echo "${file##*.} $(hex "$file")"
	done >"$dir/$name.found"
	awk -v name="$name" -v found="$found" '
		/number_of_executed_units/ { runs += $2 }
		match($0, /cov: [0-9]+/) { cov = substr($0, RSTART + 5, RLENGTH - 5) }
		END { printf "%-14s %11d executions %7d edges %4d findings\n", name, runs, cov, found }' "$log"
	[[ ! -s $dir/$name.found ]] || sed 's/^/    /' "$dir/$name.found"
	return $((found > 0))
}

targets=()
for fuzzer in "$dir"/fuzz_*; do
	name=${fuzzer##*/}
	[[ $name != *.* && -f $fuzzer && -x $fuzzer ]] || continue
	[[ -z ${FUZZ-} || " $FUZZ " == *" $name "* ]] && targets+=("$name")
done
((${#targets[@]})) || {
	echo "no fuzzers in $dir"
	exit 1
}

echo "${#targets[@]} targets, $seconds s each, $jobs side by side"
running=0 failed=0
for name in "${targets[@]}"; do
	if ((running == jobs)); then
		wait -n || failed=1
		((running--))
	fi
	run "$name" &
	((running++))
done
while ((running-- > 0)); do wait -n || failed=1; done
exit $failed
