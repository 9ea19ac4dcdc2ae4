#!/bin/sh
# SPDX-License-Identifier: MIT
# Lines covered, by source file, of a build with MODE=cov whose tests have run.  Decoders and parsers,
# which read what others may have made, are told apart: fails where less than COV_MIN (90) percent of
# the lines of one are covered.
# Of lib/seq all but press, which only writes, are.  Kernels for AVX-512 cannot run everywhere: where they do not, their file is not judged, loudly.
# Usage: coverage.sh BUILD
set -eu
unjudged=
grep -qw avx512bw /proc/cpuinfo 2>/dev/null || unjudged=lib/seq/scan.c
decoders='lib/seq/ lib/rec/ lib/expr/ lib/base/io.c lib/base/out.c lib/base/buf.c lib/base/col.c
	lib/align/cigar.c lib/reduce/delta.c lib/reduce/expand.c lib/reduce/extract.c lib/reduce/names.c
	lib/reduce/restore.c lib/reduce/lift.c lib/reduce/want.c lib/align/score_file.c lib/code/
	lib/cli/opt.c lib/cli/optval.c lib/cli/conf.c'
find "$1/lib" "$1/bin" -name '*.gcda' 2>/dev/null | sort | while read -r data; do
	gcov -n "$data" 2>/dev/null
done | awk -v decoders="$decoders" -v unjudged="$unjudged" -v min="${COV_MIN:-90}" '
BEGIN { n = split(decoders, part) }
function is_decoder(file,   i) {
	if (index(file, "lib/seq/press") == 1 || file == unjudged)
		return 0
	for (i = 1; i <= n; i++)
		if (index(file, part[i]) == 1) return 1
	return 0
}
/^File / { file = $2; gsub(/\047/, "", file) }
/^Lines executed:/ && file ~ /^(lib|bin)\// {
	sub(/.*:/, ""); share = $1 + 0
	# A header is counted in each file that includes it: the best of them.
	if ($3 > 0 && (!(file in lines) || share * $3 / 100 > covered[file])) {
		lines[file] = $3; covered[file] = share * $3 / 100
	}
	file = ""
}
END {
	for (file in lines) {
		share = 100 * covered[file] / lines[file]
		of = is_decoder(file) ? "decoder" : ""
		low = of && share < min
		printf "%5.1f %% of %4d  %-34s %-7s %s\n", share, lines[file], file, of, low ? "TOO LOW" : "" | "sort -k5"
		all += lines[file]; yes += covered[file]
		if (of) { dall += lines[file]; dyes += covered[file]; bad += low }
	}
	close("sort -k5")
	if (!all) { print "coverage.sh: no counts"; exit 1 }
	if (dall) printf "%5.1f %% of %d lines of decoders and parsers\n", 100 * dyes / dall, dall
	printf "%5.1f %% of %d lines\n", 100 * yes / all, all
	if (unjudged in lines) printf "%s is not judged: there is no AVX-512 here\n", unjudged
	if (bad) printf "%d decoders below %s %%\n", bad, min
	exit bad > 0
}'
