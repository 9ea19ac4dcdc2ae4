#!/bin/bash
# SPDX-License-Identifier: MIT
# Writes what comes from the option tables of the tools: the text between the marker lines of
# ROOT/man/TOOL.1, and ROOT/completions/{bash,zsh,fish}.
# Usage: docs.sh BIN ROOT           writes
#        docs.sh --check BIN ROOT   compares instead; prints the differences, exit 1 where there are any
set -euo pipefail

write_docs() { # BIN ROOT
	local bin=$1 root=$2 tool name page
	mkdir -p "$root"/completions/{bash,zsh,fish}
	for tool in "$bin"/tl-*; do
		[[ -x $tool ]] || continue
		name=${tool##*/}
		"$tool" --docs bash >"$root/completions/bash/$name"
		"$tool" --docs zsh >"$root/completions/zsh/_$name"
		"$tool" --docs fish >"$root/completions/fish/$name.fish"
		page=$root/man/$name.1
		if ! grep -q '^\.\\" BEGIN OPTIONS' "$page" 2>/dev/null; then
			echo "man/$name.1:1: no page, or no line '.\\\" BEGIN OPTIONS' in it" >&2
			return 1
		fi
		"$tool" --docs man >"$page.options"
		awk -v options="$page.options" '
			/^\.\\" END OPTIONS/ { inside = 0 }
			!inside { print }
			/^\.\\" BEGIN OPTIONS/ {
				while ((getline line < options) > 0) print line
				inside = 1
			}' "$page" >"$page.new"
		rm "$page.options"
		if cmp -s "$page.new" "$page"; then rm "$page.new"; else mv "$page.new" "$page"; fi
	done
}

if [[ ${1-} != --check ]]; then
	write_docs "$1" "$2"
	exit
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$3/man" "$scratch/"
write_docs "$2" "$scratch"
status=0
for part in man completions; do
	diff -ru "$3/$part" "$scratch/$part" || status=1
done
[[ $status == 0 ]] || echo 'man/ or completions/ lag behind the option tables: make docs'
exit $status
