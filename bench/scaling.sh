#!/bin/sh
# SPDX-License-Identifier: MIT
# The scaling model of bench/scaling.md: prints a TSV table of speed-ups by tool, cores and nodes.
# Usage: scaling.sh [SCALE]   what one does alone, or in turn, times SCALE (1): 0.5 asks what halving buys
set -eu
awk -v scale="${1:-1}" '
# What one does alone is either over before the others begin, or beside what they do; one block after
# the other is in its turn.
function wall(owner, turn, work, used, how,   least, shared) {
	if (how == "before")
		return owner + (turn > work / used ? turn : work / used)
	least = owner > turn ? owner : turn
	shared = (owner + turn + work) / used
	return least > shared ? least : shared
}
BEGIN {
	# Measured, seconds of processor time at -t 1 on 98 MB; percent of it in the owner, and in turn;
	# blocks (tasks); does the owner work before the others, or beside them?
	n = split("parse:0.040:2.5:40:190:beside parse-z:0.289:0.6:6.0:47:beside " \
	          "intern:0.117:84:7.2:190:beside align:2.086:3.4:0.4:1600:before " \
	          "reduce-z:0.722:38:1.4:300:before decode:0.031:5.1:36:190:beside " \
	          "decode-z:0.083:2.8:9.8:47:beside archive:0.152:21:2.7:380:beside", tool, " ")
	lane = 1.7e-6       # seconds an item costs its owner, two threads, measured
	wake = 50e-6        # a futex wake-up until the thread runs, assumed
	remote = 1.8        # time of memory-bound work on memory of another node, assumed
	bound = 0.4         # share of the work in tasks that waits for memory, assumed
	near = 0.98         # share of blocks that stay on their node, measured on dry machines
	m = split("1:1 2:1 8:1 16:1 32:2 64:4 128:8", machine, " ")
	printf "tool\tcores\tnodes\tideal\tnuma_local\tnuma_off\tlimit\n"
	for (i = 1; i <= n; i++) {
		split(tool[i], t, ":")
		all = t[2]
		owner = all * t[3] / 100 * scale; turn = all * t[4] / 100 * scale
		work = all * (1 - (t[3] + t[4]) / 100)
		one = owner + turn + work
		for (k = 1; k <= m; k++) {
			split(machine[k], c, ":")
			p = c[1]; nodes = c[2]
			used = p < t[5] ? p : t[5]  # no more workers than blocks
			own = owner + t[5] * lane + (p > 1 ? wake : 0)
			local = 1 + bound * (remote - 1) * (nodes > 1 ? 1 - near : 0)
			off = 1 + bound * (remote - 1) * (1 - 1 / nodes)
			printf "%s\t%d\t%d\t%.2f\t%.2f\t%.2f\t%.2f\n", t[1], p, nodes,
				one / wall(owner, turn, work, used, t[6]),
				one / wall(own, turn, work * local, used, t[6]),
				one / wall(own, turn, work * off, used, t[6]),
				one / (t[6] == "before" ? owner + turn : owner > turn ? owner : turn)
		}
	}
}'
