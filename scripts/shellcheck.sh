#!/bin/sh
# SPDX-License-Identifier: MIT
# All scripts of ours are free of shellcheck's warnings.
# Usage: shellcheck.sh [ROOT].
set -eu
cd "${1:-$(dirname "$0")/..}"
command -v shellcheck >/dev/null || {
	echo "SKIP shellcheck is not installed"
	exit 0
}
shellcheck -f gcc scripts/*.sh .ci/run
shellcheck -f gcc -s bash tests/cli/*.bash tests/fault/*.bash
