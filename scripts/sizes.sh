#!/bin/sh
# SPDX-License-Identifier: MIT
# Law 7: lengths of functions.  Median at most 15 lines, 90th percentile at most 50, none above 80
# outside the kernel template.
# Usage: sizes.sh [ROOT].  Prints offenders as file:line: name has N lines, then one summary line.
set -eu
cd "${1:-$(dirname "$0")/..}"

files=$(find lib include bin -name '*.[ch]' 2>/dev/null | sort)
# shellcheck disable=SC2086
ctags -x --_xformat='%F %n %{end} %N' --fields=+ne --languages=C --langmap=C:+.h --c-kinds=f \
	-I TL_CHECK -I 'TL_PRINTF+' $files | awk '
$3 ~ /^[0-9]+$/ { print $3 - $2 + 1, $1 ":" $2, $4 }' | sort -n | awk '
{
	size[NR] = $1
	if ($1 > 80 && $2 !~ /^lib\/align\/.*template/) {
		print $2 ": " $3 " has " $1 " lines; none has more than 80"
		failed = 1
	}
}
END {
	if (!NR) { print "no functions found"; exit 1 }
	median = size[int((NR + 1) / 2)]; p90 = size[int((NR * 9 + 9) / 10)]
	printf "%s%d functions: median %d lines (at most 15), 90th percentile %d (at most 50), longest %d\n",
		(failed || median > 15 || p90 > 50) ? "" : "# ", NR, median, p90, size[NR]
	exit (failed || median > 15 || p90 > 50)
}'
