#!/bin/sh
# SPDX-License-Identifier: MIT
# Law 4: counters live low, formats live high.  Nothing below lib/show knows what people see: no
# module of lib/show is included there, no JSON is made there, and metrics knows no stdio.
# Usage: metrics.sh [ROOT].
set -eu
cd "${1:-$(dirname "$0")/..}"

show=$(find lib/show -name '*.c' 2>/dev/null | sed 's|.*/||; s|\.c$||' | tr '\n' ' ')
files=$(find lib include -name '*.[ch]' ! -path 'lib/show/*' ! -path 'lib/cli/*' | sort)
# shellcheck disable=SC2086
awk -v show="$show" '
BEGIN { n = split(show, s, " "); for (i = 1; i <= n; i++) header["<tl/" s[i] ".h>"] = shown[s[i] ".h"] = 1 }
FNR == 1 { name = FILENAME; sub(/.*\//, "", name); sub(/\.[ch]$/, "", name) }
FILENAME ~ /^include/ && (name ".h") in shown { next }
$1 == "#include" && $2 in header {
	print FILENAME ":" FNR ": " $2 " is of lib/show, above this file"; failed = 1
}
$1 == "#include" && name == "metrics" && $2 == "<stdio.h>" {
	print FILENAME ":" FNR ": metrics counts, lib/show formats: no <stdio.h> here"; failed = 1
}
/"[^"]*\\"[A-Za-z_]+\\" *:/ || /# (HELP|TYPE) / {
	print FILENAME ":" FNR ": this formats for people or monitors; that is for lib/show"; failed = 1
}
END { exit failed }' $files
