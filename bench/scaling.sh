#!/bin/sh
# SPDX-License-Identifier: MIT
# The scaling model of bench/scaling.md: prints a TSV table of speed-ups by tool, cores and nodes.
# Usage: scaling.sh [SERIAL_SCALE]   serial parts times SERIAL_SCALE (1): 0.5 asks what halving buys
set -eu
awk -v scale="${1:-1}" '
BEGIN {
	# Measured, seconds of processor time at -t 1 on 98 MB: all, in tasks; blocks (tasks).
	n = split("parse:0.135:0.041:94 parse-z:0.681:0.594:94 intern:0.286:0.040:130 " \
	          "align:2.585:2.453:1600 reduce-z:0.859:0.468:300 decode:0.209:0.035:94 " \
	          "decode-z:0.192:0.102:94", tool, " ")
	lane = 1.7e-6       # seconds an item costs its owner, two threads, measured
	wake = 50e-6        # a futex wake-up until the thread runs, assumed
	remote = 1.8        # time of memory-bound work on memory of another node, assumed
	bound = 0.4         # share of the work in tasks that waits for memory, assumed
	near = 0.98         # share of blocks that stay on their node, measured on dry machines
	m = split("1:1 2:1 8:1 16:1 32:2 64:4 128:8", machine, " ")
	printf "tool\tcores\tnodes\tideal\tnuma_local\tnuma_off\tlimit\n"
	for (i = 1; i <= n; i++) {
		split(tool[i], t, ":")
		serial = (t[2] - t[3]) * scale; work = t[3]
		for (k = 1; k <= m; k++) {
			split(machine[k], c, ":")
			p = c[1]; nodes = c[2]
			used = p < t[4] ? p : t[4]  # no more workers than blocks
			owner = serial + t[4] * lane + (p > 1 ? wake : 0)
			local = work / used * (1 + bound * (remote - 1) * (nodes > 1 ? 1 - near : 0))
			off = work / used * (1 + bound * (remote - 1) * (1 - 1 / nodes))
			one = serial + work
			printf "%s\t%d\t%d\t%.2f\t%.2f\t%.2f\t%.2f\n", t[1], p, nodes,
				one / (serial + work / used), one / (owner + local),
				one / (owner + off), one / (serial > 0 ? serial : 1e-9)
		}
	}
}'
