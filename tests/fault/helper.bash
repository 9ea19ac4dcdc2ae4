# SPDX-License-Identifier: MIT
# What the tests of faults share with those of the command line; all of it.
# shellcheck disable=SC1091
source "$BATS_TEST_DIRNAME/../cli/helper.bash"
# shellcheck disable=SC1091
source "$BATS_TEST_DIRNAME/../cli/streams.bash"
