#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The memory of tl-parse does not grow with its input: at most 64 MiB and 16 MiB a thread, whatever
# the text looks like.
bats_require_minimum_version 1.5.0
load helper

needs_peak() {
	[[ $TL_BIN == */release/* ]] || skip "another build than release has memory of its own"
	[[ -x /usr/bin/time ]] || skip "/usr/bin/time is not installed"
}

# stays_small: tl-parse of standard input, of 100 MB, from a pipe, with 1 and 4 threads.
stays_small() {
	local t peak
	for t in 1 4; do
		peak=$("$@" | /usr/bin/time -f %M tl-parse -t $t 2>&1 >/dev/null)
		echo "-t $t: $peak KiB"
		((peak < (64 + 16 * t) * 1024))
	done
}

records() { yes $'>sp|P12345|NAME of a record\nMKVLAACDEFGHIKLMNPQRSTVWY' | head -c 100000000; }
one_line() { echo '>chromosome'; head -c 100000000 /dev/zero | tr '\0' N; }
one_header() { printf '>'; head -c 100000000 /dev/zero | tr '\0' h; }
reads() { yes $'@r\nACGTNACGT\n+\nIIIII#III' | head -c 100000000; }
blanks() { printf '>a\nAC\n'; yes '' | head -c 100000000; }

@test "memory: many records, and as gz" {
	needs_peak
	stays_small records
	records | gzip -1 >records.gz
	stays_small cat records.gz
}

@test "memory: one line, one header, reads, blank lines" {
	needs_peak
	stays_small one_line
	stays_small one_header
	stays_small reads
	stays_small blanks
}
