#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What of the machine is used, told and counted; options from files and the environment.
load helper

@test "--topology tells the plan and why" {
	HWLOC_SYNTHETIC="node:2 core:2 pu:2" tl-stats --topology >text
	grep -q '^machine    2 nodes, 4 cores, 8 hardware threads (described' text
	grep -q '^workers    4 on 2 nodes: one for each allowed core' text
	[ "$(sed '1,/^worker  node/d' text | wc -l)" -eq 4 ]
	HWLOC_SYNTHETIC="node:2 core:2 pu:2" tl-stats --topology --smt --pin scatter -j >json
	python3 -c '
import json; t = json.load(open("json"))
assert t["workers"] == 8 and t["pin"] == "scatter" and t["machine"]["described"]
assert [p["node"] for p in t["places"]] == [0, 1] * 4' || grep -q '"workers": 8' json
	tl-stats --topology -t 3 >real
	grep -q '^workers    3 on .* as asked for' real
	fails 64 tl-stats --topology file.tl
	says "reads no stream"
}

@test "same bytes on any machine, with any placing" {
	gen_proteins 400 7 >a.fa
	tl-parse -t 1 a.fa | tl-intern -t 1 | tl-align -t 1 | tl-reduce -t 1 -o want.tl
	for machine in "node:1 core:3 pu:1" "node:2 core:2 pu:2" "node:8 core:1 pu:2"; do
		export HWLOC_SYNTHETIC=$machine
		tl-parse --smt a.fa | tl-intern --numa spread | tl-align --pin scatter |
			tl-reduce --numa interleave -o got.tl
		same want.tl got.tl
		tl-parse --numa off -d got.tl | cmp - a.fa
		unset HWLOC_SYNTHETIC
	done
	tl-parse --pin compact a.fa | tl-intern --pin scatter | tl-align --pin compact --smt |
		tl-reduce --pin none -o got.tl
	same want.tl got.tl
}

@test "metrics are in the stream only where asked for" {
	gen_proteins 300 3 >a.fa
	tl-parse a.fa >plain.tl
	tl-stats plain.tl >report
	[ "$(grep -c 'counted by' report)" -eq 0 ]
	tl-parse --metrics a.fa | tl-intern --metrics | tl-align | tl-reduce --metrics -o m.tl
	tl-stats m.tl >report
	grep -q '^counted by tl-parse ' report
	grep -q '^counted by tl-intern ' report
	[ "$(grep -c '^counted by tl-align ' report)" -eq 0 ]
	grep -q '^counted by tl-reduce ' report
	grep -q "^input_bytes  *$(wc -c <a.fa)$" report
	grep -q '^records  *300$' report
	tl-stats -j m.tl >json
	grep -q '{"tool": "tl-parse ' json
	if command -v python3 >/dev/null; then python3 -m json.tool json >/dev/null; fi
	tl-parse -d m.tl | cmp - a.fa
	tl-stats --verify m.tl >/dev/null
	tl-reduce -x m.tl | tl-parse -d | cmp - a.fa
	fails 64 tl-parse -d --metrics m.tl
	# Symbols, pieces of stores and queues are counted where they are used.
	tl-stats m.tl | sed '1,/^counted by tl-intern/d' >intern
	[ "$(awk '$1 == "slab_taken" { print $2; exit }' intern)" -gt 1000000 ]
	[ "$(awk '$1 == "slab_mapped" { print $2; exit }' intern)" -gt 1000000 ]
	sed -n 's/^>\([^ ]*\).*/\1/p' a.fa | head -3 >ids
	tl-reduce -x --ids ids --metrics m.tl | tl-stats >last
	[ "$(awk '$1 == "intern_looks" { n = $2 } END { print n + 0 }' last)" -gt 3 ]
	[ "$(awk '$1 == "intern_probes" { n = $2 } END { print n + 0 }' last)" -gt 3 ]
	# Organisms are found in the cache when they come again.
	printf 'Mus musculus\t10090\nHomo sapiens\t9606\n' >map
	awk '/^>/ { $0 = $1 (NR % 3 ? " [Mus musculus]" : " [Homo sapiens]") } { print }' a.fa >b.fa
	tl-parse --taxonmap map --metrics b.fa | tl-stats >hits
	[ "$(awk '$1 == "intern_looks" { print $2 }' hits)" -ge 600 ]
	[ "$(awk '$1 == "intern_hits" { print $2 }' hits)" -ge 290 ]
}

@test "blocks stay on their node" {
	gen_proteins 20000 5 >a.fa
	HWLOC_SYNTHETIC="node:2 core:2 pu:1" tl-parse --metrics -o m.tl a.fa
	tl-stats m.tl >report
	local near far
	near=$(awk '$1 == "local_bytes" { print $2 }' report)
	far=$(awk '$1 == "remote_bytes" { print $2 }' report)
	[ $((${near:-0} + ${far:-0})) -eq "$(wc -c <a.fa)" ]
}

@test "-v tells counts, --progress tells progress, neither otherwise" {
	gen_proteins 100 1 >a.fa
	tl-parse a.fa 2>err >a.tl
	[ ! -s err ]
	tl-parse -v a.fa 2>err >a.tl
	grep -q '^tl-parse: tasks .*input_bytes' err
	tl-parse --progress a.fa 2>err >a.tl
	[ "$(wc -l <err)" -eq 1 ]
	grep -q '^tl-parse: .*B in, 100 records, .*B out, .*B/s$' err
	[ "$(grep -c $'\r' err)" -eq 0 ]
}

@test "options come from the command line, then the environment, then a file" {
	gen_proteins 50 1 >a.fa
	tl-parse a.fa >a.tl
	printf 'threads = 3\n[tl-parse]\nzstd = 5\n[tl-align]\nidentity = 7\n' >conf
	tl-stats --topology --config conf | grep -q '^workers    3 '
	TL_CONFIG=conf tl-stats --topology | grep -q '^workers    3 '
	TL_THREADS=2 tl-stats --topology --config conf | grep -q '^workers    2 '
	TL_THREADS=2 tl-stats --topology --config conf -t 4 | grep -q '^workers    4 '
	tl-parse --config conf a.fa >b.tl
	tl-parse -z5 a.fa | cmp - b.tl
	tl-parse --config conf -z1 a.fa >c.tl
	tl-parse -z1 a.fa | cmp - c.tl
	printf '[tl-parse]\nstrict = yes\nfilter = length > 60\nsample = 0.5:3\n' >kept
	tl-parse --config kept a.fa >d.tl
	tl-parse --strict --filter 'length > 60' --sample 0.5:3 a.fa | cmp - d.tl
	fails 64 tl-align --config conf a.tl
	says "conf:5: --identity: 7 is not in the range"
	echo 'colour = blue' >bad
	fails 64 tl-stats --config bad a.tl
	says "bad:1: tl-stats has no option 'colour'"
	echo 'output = x' >bad
	fails 64 tl-stats --config bad a.tl
	echo 'smt = perhaps' >bad
	fails 64 tl-stats --config bad a.tl
	says "neither yes nor no"
	echo 'no equals sign' >bad
	fails 64 tl-stats --config bad a.tl
	says "bad:1:"
	fails 66 tl-stats --config missing a.tl
	TL_NUMA=everywhere fails 64 tl-stats a.tl
	says "TL_NUMA: --numa: 'everywhere' is none of"
	mkdir .config && echo 'threads = 5' >.config/talyra.conf
	unset TL_CONFIG XDG_CONFIG_HOME
	HOME=$PWD tl-stats --topology | grep -q '^workers    5 '
	XDG_CONFIG_HOME=$PWD/nowhere HOME=$PWD tl-stats --topology | grep -q '^workers'
}

# Prints how many mappings of a tl-intern that has read all of a.tl asked for huge pages.
advised() {
	local pid size
	size=$(wc -c <a.tl)
	mkfifo pipe
	tl-intern "$@" pipe -o out.tl 3>&- &
	pid=$!
	exec 5>pipe
	cat a.tl >&5
	for _ in $(seq 200); do
		[[ $(awk '$1 == "rchar:" { print $2 }' /proc/$pid/io) -ge $size ]] && break
		sleep 0.1
	done
	sleep 0.2
	grep -c '^VmFlags:.* hg' /proc/$pid/smaps || true
	exec 5>&-
	wait $pid
	rm pipe
}

@test "--huge-pages asks for them, and changes no byte" {
	[ -e /sys/kernel/mm/transparent_hugepage/enabled ] || skip "no such pages here"
	[ -r /proc/self/io ] || skip "no /proc/PID/io here"
	awk 'BEGIN { srand(4); for (i = 0; i < 12000; i++) { print ">" i; s = ""
		while (length(s) < 800) s = s sprintf("%c", 65 + int(rand() * 26))
		print s } }' </dev/null | tl-parse -o a.tl
	[ "$(advised)" -eq 0 ]
	mv out.tl want.tl
	[ "$(advised --huge-pages)" -gt 0 ]
	same want.tl out.tl
}
