#!/bin/bash
# SPDX-License-Identifier: MIT
# All sources are free of warnings under gcc and clang.
# Usage: warnings.sh [ROOT].
set -u
cd "${1:-$(dirname "$0")/..}" || exit 1
flags="-std=c11 -D_GNU_SOURCE -Iinclude -Itests/unit -Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only"
for room in lib/*/; do flags+=" -I${room%/}"; done
machine=$(uname -m)
failed=0

check() { # COMPILER FILE
	local isa=''
	case $2 in
	*_sse41.c) isa=-msse4.1 ;;
	*_avx2.c) isa=-mavx2 ;;
	*_avx512.c) isa='-mavx512bw -mavx512vl' ;;
	esac
	[[ $isa && $machine != x86_64 ]] && return 0
	# shellcheck disable=SC2086
	"$1" $flags $isa "$2" 2>&1 || { echo "$2:1: $1 is not content"; return 1; }
}

shopt -s nullglob
for compiler in gcc clang; do
	if ! command -v "$compiler" >/dev/null; then
		echo "SKIP $compiler is not installed"
		continue
	fi
	for file in lib/*/*.c bin/*.c tests/unit/*.c tests/fuzz/*.c bench/*.c; do
		check "$compiler" "$file" || failed=1
	done
done
exit $failed
