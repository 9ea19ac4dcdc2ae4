#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The documents keep up with the tools: options, help, man pages, completions and examples.

load helper

setup_file() {
	export EXAMPLES=$BATS_FILE_TMPDIR/stock MISSING=$BATS_FILE_TMPDIR/missing
	mkdir -p "$EXAMPLES"
	: >"$MISSING"
}

# ---- options ----

# The long options of a tool as each document has them, one a line, sorted.
options_of() { # TOOL DOCUMENT
	case $2 in
	help) "$TL_BIN/$1" --help | sed -nE 's/^  (-., |    )--([a-z0-9-]+).*/\2/p' ;;
	man) sed -nE 's/^\.It (.*, )?Fl \\-([a-z0-9-]+).*/\2/p' "$ROOT/man/$1.1" ;;
	bash) sed -nE "s/.*compgen -W '(--[^']*)'.*/\1/p" "$ROOT/completions/bash/$1" | tr ' ' '\n' | sed 's/^--//' ;;
	zsh) sed -nE "s/^	'(\(-. )?--([a-z0-9-]+).*/\2/p" "$ROOT/completions/zsh/_$1" ;;
	fish) sed -nE 's/^complete .* -l ([a-z0-9-]+).*/\1/p' "$ROOT/completions/fish/$1.fish" ;;
	esac | sort
}

@test "there are tools, and each has its page and completions" {
	[ -n "$(tools)" ]
	for tool in $(tools); do
		for file in "man/$tool.1" "completions/bash/$tool" "completions/zsh/_$tool" "completions/fish/$tool.fish"; do
			[ -s "$ROOT/$file" ] || { echo "no $file"; return 1; }
		done
	done
}

@test "help, man page and completions have the same options" {
	for tool in $(tools); do
		options_of "$tool" help >help
		grep -qx threads help
		[ "$(wc -l <help)" -ge 7 ]
		for document in man bash zsh fish; do
			options_of "$tool" "$document" >"$document"
			diff help "$document" || { echo "$tool: help and $document differ"; return 1; }
		done
	done
}

@test "help fits a terminal and tells the memory and the version" {
	version=$(sed -n 's/^#define TL_VERSION "\(.*\)"/\1/p' "$ROOT/include/tl/version.h")
	for tool in $(tools); do
		"$tool" --help >help
		awk -v tool="$tool" 'length > 79 { print tool ": " $0; bad = 1 } END { exit bad }' help
		grep -q "^usage: $tool " help
		grep -q '^Memory: O(' help
		[ "$("$tool" --version)" = "$tool (Talyra) $version" ]
		[ "$("$tool" -V)" = "$tool (Talyra) $version" ]
	done
}

@test "completion of bash completes" {
	for tool in $(tools); do
		# shellcheck disable=SC1090
		source "$ROOT/completions/bash/$tool"
		COMP_WORDS=("$tool" --thr) COMP_CWORD=1 COMPREPLY=()
		"_${tool//-/_}"
		[ "${COMPREPLY[*]}" = --threads ]
	done
}

# ---- man pages ----

@test "man pages are clean under mandoc" {
	for page in "$ROOT"/man/*.[1-9]; do
		mandoc -T lint -W warning "$page" >lint || true
		[ ! -s lint ] || { cat lint; return 1; }
	done
}

@test "man pages refer to pages that there are" {
	for page in "$ROOT"/man/*.[1-9]; do
		grep -oE '^\.Xr (tl[a-z-]*) [1-9]' "$page" | sort -u | while read -r _ name section; do
			[ -e "$ROOT/man/$name.$section" ] || { echo "$page: no $name($section)"; exit 1; }
		done
	done
}

@test "each tool's page says its memory" {
	for tool in $(tools); do
		grep -q 'O(' "$ROOT/man/$tool.1" || { echo "man/$tool.1 does not say O(?)"; return 1; }
	done
}

# ---- examples ----
# In a man page an example is a line that begins with "$ " below EXAMPLES, in a literal display or
# after .Dl; lines go on after a backslash or a bar at their end.  In README.md it is a line of a
# ```sh block, with or without "$ ".  The examples of a page run one after the other in a directory
# with the stock of files below.  What gets, installs or builds is left out; a line that needs a
# program that is not there is told by the last test.

stock() {
	(
		cd "$EXAMPLES" || exit 1
		[ ! -e done ] || exit 0
		gen_proteins 120 1 >proteins.fa
		gen_proteins 40 2 >new.fa
		gen_proteins 10 1 >queries.fa
		gen_dna 60 3 >genes.fa
		gen_dna 40 4 80 >genomes.fa
		for file in proteins genes genomes; do gzip -nk "$file.fa"; done
		cp proteins.fa uniprot.fa
		cp proteins.fa.gz uniprot.fa.gz
		cp proteins.fa db.fa
		cp proteins.fa my.fa
		cp proteins.fa.gz my.fa.gz
		tl-parse proteins.fa | tl-intern | tl-align -i 0.9 -c 0.8 |
			tl-reduce -z --refs refs.fa --clusters clusters.tsv -o proteins.tl
		tl-parse proteins.fa >sequences.tl
		tl-intern sequences.tl | tl-align -i 0.9 -c 0.8 >edges.tl
		cp proteins.tl uniprot.tl
		cp proteins.tl db.tl
		grep '^>' refs.fa | head -n 5 | sed 's/^>//; s/ .*//' >ids.txt
		awk '{ print "query\t" $1 "\t95.0\t100\t5\t0\t1\t100\t1\t100\t1e-50\t200" }' ids.txt >hits.m8
		touch done
	)
}

man_examples() { # PAGE
	awk '
		/^\.Sh / { inside = $2 == "EXAMPLES" }
		!inside { next }
		/^\.Dl / { sub(/^\.Dl /, "") }
		{ gsub(/\\e/, "\\"); gsub(/\\&/, ""); gsub(/\\\(ti/, "~"); gsub(/\\\(aq/, "\047")
		  gsub(/\\\(dq/, "\""); gsub(/\\-/, "-"); gsub(/\\\(ha/, "^") }
		more { print; more = /[\\|]$/; next }
		/^\$ / { print substr($0, 3); more = /[\\|]$/ }' "$1"
}

readme_examples() {
	awk '/^```/ { inside = $0 == "```sh"; next } inside { sub(/^\$ /, ""); print }' "$1"
}

# The first programs of a command line that are not installed.
missing_programs() {
	local word
	sed 's/#.*//' <<<"$1" | tr '|;&(' '\n\n\n\n' | while read -r line; do
		word=${line%% *}
		[[ -z $word || $word == *=* || $word == [\"\'\>\<\\\)]* ]] || command -v "$word" >/dev/null || echo "$word"
	done
}

run_examples() { # NAME; commands on standard input
	local command='' line program count=0 code
	cp -r "$EXAMPLES" "$1" && cd "$1" || return 1
	while IFS= read -r line; do
		command+=$line$'\n'
		[[ $line == *[\\\|] ]] && continue
		case $command in
		'#'* | $'\n' | *'git clone'* | sudo* | make[[:space:]]* | apt* | cd* | man\ *)
			command=''
			continue
			;;
		esac
		program=$(missing_programs "$command" | head -n 1)
		if [[ -n $program ]]; then
			printf '%s: %s' "$1" "$command" >>"$MISSING"
		else
			code=0
			bash -e -o pipefail -c "$command" >out 2>err </dev/null || code=$?
			# 141: a reader such as head had enough.
			if [[ $code != 0 && $code != 141 ]]; then
				echo "$1: exit status $code: $command"
				head -n 20 err
				return 1
			fi
			count=$((count + 1))
		fi
		command=''
	done
	echo "$count examples of $1 were run"
	((count > 0))
}

page_examples() { stock && man_examples "$ROOT/man/$1" >list && run_examples "$1" <list; }

@test "examples of tl-parse(1)" { page_examples tl-parse.1; }
@test "examples of tl-intern(1)" { page_examples tl-intern.1; }
@test "examples of tl-align(1)" { page_examples tl-align.1; }
@test "examples of tl-reduce(1)" { page_examples tl-reduce.1; }
@test "examples of tl-stats(1)" { page_examples tl-stats.1; }
@test "examples of tl-filter(7)" { page_examples tl-filter.7; }
@test "examples of tl(7)" { page_examples tl.7; }

@test "examples of README.md" {
	stock
	readme_examples "$ROOT/README.md" >list
	run_examples README.md <list
}

@test "examples that need a program of others" {
	sort -u "$MISSING" >list
	[ ! -s list ] || skip "not run, as a program is not installed: $(tr '\n' ';' <list)"
}
