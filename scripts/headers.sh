#!/bin/sh
# SPDX-License-Identifier: MIT
# Law 7: each public header compiles alone, as C11 and as C++17.
# Usage: headers.sh [ROOT].  CC and CXX choose the compilers.
set -eu
cd "${1:-$(dirname "$0")/..}"
flags="-D_GNU_SOURCE -Iinclude -Wall -Wextra -Wpedantic -Werror -fsyntax-only"
failed=0

for header in include/tl/*.h; do
	name=${header#include/}
	# Twice: a header that lacks its guard is found too.
	text=$(printf '#include <%s>\n#include <%s>\nextern int tl_alone;\n' "$name" "$name")
	# shellcheck disable=SC2086
	if ! said=$(printf '%s\n' "$text" | ${CC:-cc} -std=c11 $flags -x c - 2>&1); then
		printf '%s:1: does not compile alone as C11\n%s\n' "$header" "$said"
		failed=1
	fi
	# shellcheck disable=SC2086
	if ! said=$(printf '%s\n' "$text" | ${CXX:-c++} -std=c++17 $flags -x c++ - 2>&1); then
		printf '%s:1: does not compile alone as C++17\n%s\n' "$header" "$said"
		failed=1
	fi
done
exit $failed
