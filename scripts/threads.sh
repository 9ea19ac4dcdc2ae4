#!/bin/sh
# SPDX-License-Identifier: MIT
# Law 5: only lib/sys/pool.c starts threads, and each _Atomic names its writer in a comment, on its
# own line, on the lines of its declaration, or right above it (or above the run of _Atomic lines
# that it stands in).  bin may fork: a child is no thread.
# Usage: threads.sh [ROOT].
set -eu
cd "${1:-$(dirname "$0")/..}"

files=$(find lib include bin -name '*.[ch]' 2>/dev/null | sort)
# shellcheck disable=SC2086
awk '
function tell(what) { print FILENAME ":" FNR ": " what; failed = 1 }
FNR == 1 { above = 0 }
/(^|[^A-Za-z0-9_])(pthread_create|thrd_create|fork|vfork|clone)[ \t]*\(/ && FILENAME != "lib/sys/pool.c" &&
	!(FILENAME ~ /^bin\// && /[^a-z]fork[ \t]*\(/) {
	if ($0 !~ /^[ \t]*(\/?\*|\/\/)/) tell("only lib/sys/pool.c starts threads")
}
{
	declares = /(^|[^A-Za-z0-9_])_Atomic([^A-Za-z0-9_]|$)/ && /[;,{]/ && !/^[ \t]*\*/ && !/\)[ \t]*$/
	prototype = /\(.*_Atomic.*/
	said = /\/\*/ || /\*\// || /\/\//
	if (declares && !prototype && !said && !above)
		tell("no comment says who writes this _Atomic")
	above = said || /^[ \t]*\*/ || (declares && above)
}
END { exit failed }' $files
