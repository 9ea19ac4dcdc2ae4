#!/bin/sh
# SPDX-License-Identifier: MIT
# Law 2: a global name tl_<module>_<verb> is defined in <module>.c and declared in the module's
# header; what a public header declares is defined; nothing else is global.
# Usage: symbols.sh [ROOT [BUILD]].  BUILD (build/release) holds the objects, made with -g.
set -eu
cd "${1:-$(dirname "$0")/..}"
build=${2:-build/release}

# Only of sources that still exist: a build directory may keep older objects.
objects=$(find lib -name '*.c' | sort | while read -r source; do
	object=$build/${source%.c}.o
	[ ! -e "$object" ] || echo "$object"
done)
if [ -z "$objects" ]; then
	echo "$build/lib:1: no objects; run make first"
	exit 1
fi
{
	# D FILE LINE NAME: a prototype or an extern variable in a header
	# (declarations begin in the first column; ctags loses some behind a typedef)
	# shellcheck disable=SC2016
	find include lib -name '*.h' | sort | xargs awk '
		/^(typedef|static|#|\/\*| )/ { next }
		/^[a-z].*[ *]tl_[a-z0-9_]+\(/ || /^extern .*[ *]tl_[a-z0-9_]+[[;]/ {
			match($0, /[ *]tl_[a-z0-9_]+[[(;]/)
			print "D", FILENAME, FNR, substr($0, RSTART + 1, RLENGTH - 2)
		}'
	# G OBJECT TYPE NAME FILE:LINE: a global definition
	# shellcheck disable=SC2086
	nm -A -l -g --defined-only $objects | awk '
		{ sub(/:[0-9a-fA-F]* /, " "); print "G", $1, $2, $3, $4 }'
} | awk -v build="$build/" -v root="$PWD/" '
function stem(path) { sub(/.*\//, "", path); sub(/\.[a-z]+$/, "", path); return path }
function bad(what) { print what; failed = 1 }
# tl_MODULE, or tl_MODULE_something
function belongs(name, module) {
	return name == "tl_" module || index(name, "tl_" module "_") == 1
}
$1 == "D" {
	where[$4] = $2 ":" $3
	if ($2 ~ /^include\//) is_public[$4] = 1
	if ($2 ~ /^include\// && !belongs($4, stem($2)))
		bad($2 ":" $3 ": " $4 " is declared in " stem($2) ".h; its name says tl_" stem($2) "_")
	next
}
{
	source = $2; sub(/\.o$/, ".c", source)
	if (index(source, build) == 1) source = substr(source, length(build) + 1)
	line = $5; sub(/.*:/, "", line); if (line == "") line = 1
	defined[$4] = source
	if ($4 ~ /^(__|_GLOBAL|\.)/) next                     # of the compiler
	if (!belongs($4, stem(source)))
		bad(source ":" line ": " $4 " is global in " stem(source) ".c; its name says tl_" stem(source) "_")
	else if (!($4 in where))
		bad(source ":" line ": " $4 " is global, but no header declares it; make it static")
}
END {
	for (name in is_public)
		if (!(name in defined))
			bad(where[name] ": " name " is declared, but defined nowhere")
	exit failed
}
' | sort -t: -k1,1 -k2,2n | awk '{ print } END { exit NR > 0 }'
