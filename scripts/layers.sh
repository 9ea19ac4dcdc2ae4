#!/bin/sh
# SPDX-License-Identifier: MIT
# Law 1: which file may include which, from the #include lines and scripts/floors.txt.
# Usage: layers.sh [ROOT].  Prints each offence as file:line: what; exit 1 where there is one.
set -eu
cd "${1:-$(dirname "$0")/..}"

list=$(find include lib bin -name '*.[ch]' 2>/dev/null | sort)
{
	printf '%s\n' "$list" | sed 's/^/F /'
	# shellcheck disable=SC2086
	grep -Hn '^[[:space:]]*#[[:space:]]*include' $list /dev/null |
		sed -E 's/^([^:]*):([0-9]+):[^"<]*(["<][^">]*).*/I \1 \2 \3/'
} | awk -v floors=scripts/floors.txt '
function module_of(name,   i, n) {
	if (name in room) return name
	for (i = 1; i <= stars; i++)
		if (index(name, star[i]) == 1) return star[i] "*"
	return ""
}
function base(path) { sub(/.*\//, "", path); return path }
function stem(path) { path = base(path); sub(/\.[ch]$/, "", path); return path }
function bad(what) { print what; failed = 1 }

BEGIN {
	while ((got = (getline line < floors)) > 0) {
		sub(/#.*/, "", line)
		n = split(line, word, " ")
		if (!n) continue
		r = word[1]; sub(/:$/, "", r)
		level[r] = ++levels
		banned = 0
		for (i = 2; i <= n; i++) {
			if (word[i] == "not:") { banned = 1; continue }
			if (banned) { not_seen[r, word[i]] = 1; continue }
			parts = split(word[i], part, "+")
			for (p = 1; p <= parts; p++) {
				m = part[p]
				if (m ~ /\*$/) { star[++stars] = substr(m, 1, length(m) - 1) }
				room[m] = r; group[m] = word[i]; place[m] = ++places
			}
		}
	}
	if (got < 0) { print "scripts/floors.txt:1: cannot be read"; exit 1 }
}

$1 == "F" {
	if (base($2) in seen)
		bad($2 ":1: there is a " seen[base($2)] " too; names of files are unique")
	seen[base($2)] = $2
	if ($2 ~ /^include\/tl\//) is_public[stem($2)] = 1
	m = module_of(stem($2))
	if ($2 ~ /^bin\//) { private_in[base($2)] = "bin"; next }
	split($2, dir, "/")
	if (m == "" || ($2 ~ /^lib\// && room[m] != dir[2]))
		bad($2 ":1: not in the room " (dir[1] == "lib" ? dir[2] : "of any line") " of scripts/floors.txt")
	else if ($2 ~ /^lib\/.*\.h$/) private_in[base($2)] = dir[2]
	next
}

$1 == "I" {
	file = $2; at = $2 ":" $3 ": "; quote = substr($4, 1, 1); target = substr($4, 2)
	in_bin = file ~ /^bin\//
	from = module_of(stem(file)); here = in_bin ? "bin" : room[from]
	if (quote == "<" && target !~ /^tl\//) next          # of the system
	if (!in_bin && from == "") next                     # told already
	if (quote == "\"") {
		if (target ~ /\// || private_in[target] != here) {
			bad(at "\"" target "\" is no private header of " (in_bin ? "bin" : "lib/" here)); next
		}
		if (in_bin) next
	} else if (!(stem(target) in is_public)) {
		bad(at "there is no include/" target); next
	}
	if (in_bin) next
	to = module_of(stem(target))
	if (to == "") next
	there = room[to]
	if (there != here) {
		if (level[there] > level[here])
			bad(at here " includes " target " of " there ", a room above it")
		else if ((here, there) in not_seen)
			bad(at here " includes " target " of " there ", which it does not see")
		next
	}
	if (stem(file) == stem(target)) next
	if (group[from] == group[to] && (file ~ /\.c$/ || place[to] <= place[from])) next
	if (group[from] == group[to] || place[to] >= place[from])
		bad(at from " includes " target ", which comes after it in the room " here)
}
END { exit failed }
'
