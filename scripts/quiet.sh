#!/bin/sh
# SPDX-License-Identifier: MIT
# Law 3: only lib/cli and bin print or exit.
# Usage: quiet.sh [ROOT].
set -eu
cd "${1:-$(dirname "$0")/..}"

files=$(find lib include -name '*.[ch]' ! -path 'lib/cli/*' | sort)
# shellcheck disable=SC2086
awk '
FNR == 1 { comment = 0 }
{
	line = $0
	gsub(/"([^"\\]|\\.)*"/, "\"\"", line)                    # no strings
	while (match(line, /\/\*([^*]|\*[^\/])*\*\//))         # no comments
		line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + RLENGTH)
	sub(/\/\/.*/, "", line)
	if (comment) {
		if (!(at = index(line, "*/"))) next
		line = substr(line, at + 2); comment = 0
	}
	if ((at = index(line, "/*"))) { line = substr(line, 1, at - 1); comment = 1 }
	word = "(^|[^A-Za-z0-9_>.])(printf|vprintf|puts|putchar|fputs|fputc|putc|fprintf|vfprintf" \
	       "|dprintf|perror|psignal|warn|warnx|err|errx|verr|error|exit|_exit|_Exit|quick_exit" \
	       "|abort|assert|syslog)[ \t]*\\("
	# The struct tl_err is called err, functions are not.
	if (match(line, word) || match(line, /(^|[^A-Za-z0-9_])(stdout|stderr)([^A-Za-z0-9_]|$)/)) {
		what = substr(line, RSTART, RLENGTH)
		gsub(/^[^A-Za-z_]+|[^A-Za-z0-9_]+$/, "", what)
		print FILENAME ":" FNR ": " what ": only lib/cli and bin print or exit"
		failed = 1
	}
}
END { exit failed }' $files
