#!/bin/sh
# SPDX-License-Identifier: MIT
# Lines covered, by source file, of a build with MODE=cov whose tests have run.
# Usage: coverage.sh BUILD
set -eu
find "$1/lib" "$1/bin" -name '*.gcda' 2>/dev/null | sort | while read -r data; do
	gcov -n "$data" 2>/dev/null
done | awk '
/^File / { file = $2; gsub(/\047/, "", file) }
/^Lines executed:/ && file ~ /^(lib|bin)\// {
	sub(/.*:/, ""); share = $1 + 0; n = $3
	if (!(file in lines)) { lines[file] = n; covered[file] = share * n / 100 }
	file = ""
}
END {
	for (file in lines) {
		printf "%5.1f %% of %4d  %s\n", 100 * covered[file] / lines[file], lines[file], file | "sort -k5"
		all += lines[file]; yes += covered[file]
	}
	close("sort -k5")
	if (all) printf "%5.1f %% of %d lines\n", 100 * yes / all, all
}'
