#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The scripts that hold the laws can fail: each finds the offence in a tiny bad tree, and is content
# with the same tree without it.

load helper

# A house of two rooms in which all is well.
setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir -p include/tl lib/low lib/high lib/cli bin scripts
	printf 'low: one two+two_part\nside: \nhigh: three not: side\ncli: talk\n' >scripts/floors.txt
	printf '#ifndef ONE\n#define ONE\nint tl_one_get(void);\n#endif\n' >include/tl/one.h
	printf '#ifndef TWO\n#define TWO\n#include <tl/one.h>\nint tl_two_get(int x);\n#endif\n' >include/tl/two.h
	printf '#ifndef THREE\n#define THREE\nint tl_three_get(void);\n#endif\n' >include/tl/three.h
	printf '#ifndef PART\n#define PART\n#include <tl/two.h>\nint tl_two_part_get(void);\n#endif\n' >lib/low/two_part.h
	printf '#include <tl/one.h>\nint tl_one_get(void)\n{\n\treturn 1;\n}\n' >lib/low/one.c
	printf '#include <tl/two.h>\n#include "two_part.h"\nint tl_two_get(int x)\n{\n\treturn x + tl_one_get();\n}\n' >lib/low/two.c
	printf '#include "two_part.h"\nint tl_two_part_get(void)\n{\n\treturn 2;\n}\n' >lib/low/two_part.c
	printf '#include <tl/three.h>\n#include <tl/two.h>\nint tl_three_get(void)\n{\n\treturn tl_two_get(3);\n}\n' >lib/high/three.c
}

law() { "$ROOT/scripts/$1.sh" "$PWD"; }

# offends LAW TEXT: the law finds an offence, and says TEXT.
offends() {
	local text
	if text=$(law "$1"); then
		echo "$1.sh is content, but should say: $2"
		return 1
	fi
	[[ $text == *"$2"* ]] || {
		echo "$1.sh says: $text"
		echo "but should say: $2"
		return 1
	}
}

build() {
	local source
	for source in lib/*/*.c; do
		mkdir -p "build/release/$(dirname "$source")"
		"${CC:-cc}" -g -Iinclude -c -o "build/release/${source%.c}.o" "$source" || return 1
	done
}

@test "law 1: a good tree passes" {
	run law layers
	[ "$status" = 0 ] && [ -z "$output" ]
}

@test "law 1: a lower room includes a higher one" {
	echo '#include <tl/three.h>' >>lib/low/one.c
	offends layers 'lib/low/one.c:6: low includes tl/three.h of high, a room above it'
}

@test "law 1: a file includes a later module of its room" {
	echo '#include <tl/two.h>' >>lib/low/one.c
	offends layers 'lib/low/one.c:6: one includes tl/two.h, which comes after it in the room low'
}

@test "law 1: rooms that do not see each other" {
	printf 'low: one two+two_part\nside: four\nhigh: three not: side\n' >scripts/floors.txt
	echo 'int tl_four_get(void);' >include/tl/four.h
	echo '#include <tl/four.h>' >>lib/high/three.c
	offends layers 'lib/high/three.c:7: high includes tl/four.h of side, which it does not see'
}

@test "law 1: a private header of another room" {
	echo '#include "two_part.h"' >>lib/high/three.c
	offends layers 'lib/high/three.c:7: "two_part.h" is no private header of lib/high'
}

@test "law 1: a circle between the headers of a module" {
	sed -i '3i #include "two_part.h"' include/tl/two.h
	offends layers 'include/tl/two.h:3:'
}

@test "law 1: a header that is not there, and a main with a private header" {
	echo '#include <tl/none.h>' >>lib/low/one.c
	echo '#include "two_part.h"' >bin/tl-x.c
	offends layers 'lib/low/one.c:6: there is no include/tl/none.h'
	offends layers 'bin/tl-x.c:1: "two_part.h" is no private header of bin'
}

@test "law 1: a file that has no place, and one name for two files" {
	echo >lib/high/five.c
	offends layers 'lib/high/five.c:1: not in the room high of scripts/floors.txt'
	rm lib/high/five.c
	cp lib/low/one.c lib/high/one.c
	offends layers 'names of files are unique'
}

@test "law 2: a good tree passes" {
	build
	run law symbols
	[ "$status" = 0 ] && [ -z "$output" ]
}

@test "law 2: a global function with a wrong name" {
	echo 'int helper(void) { return 0; }' >>lib/low/one.c
	build
	offends symbols 'lib/low/one.c:6: helper is global in one.c; its name says tl_one_'
}

@test "law 2: a global function that no header declares" {
	echo 'int tl_one_more(void) { return 0; }' >>lib/low/one.c
	build
	offends symbols 'lib/low/one.c:6: tl_one_more is global, but no header declares it'
}

@test "law 2: a declared function that is not defined, or in the wrong header" {
	echo 'int tl_one_gone(void);' >>include/tl/one.h
	echo 'extern const int tl_three_table[3];' >>include/tl/two.h
	build
	offends symbols 'include/tl/one.h:5: tl_one_gone is declared, but defined nowhere'
	offends symbols 'include/tl/two.h:6: tl_three_table is declared in two.h; its name says tl_two_'
}

@test "law 2: a function that is defined in another module" {
	echo 'int tl_two_far(void);' >>include/tl/two.h
	echo 'int tl_two_far(void) { return 0; }' >>lib/low/one.c
	build
	offends symbols 'lib/low/one.c:6: tl_two_far is global in one.c'
}

@test "law 3: the library neither prints nor exits" {
	printf '/* exit(1) in a comment,\n * printf() too */\nconst char *x = "abort(";\n' >>lib/low/one.c
	run law quiet
	[ "$status" = 0 ]
	for call in 'printf("x")' 'exit(1)' 'abort()' 'fprintf(stderr, "x")' 'perror("x")' 'assert(1)'; do
		cp lib/low/one.c save
		echo "void f(void) { $call; }" >>lib/low/one.c
		offends quiet "lib/low/one.c:9: ${call%%(*}"
		mv save lib/low/one.c
	done
	echo 'void f(void) { exit(1); }' >lib/cli/talk.c
	run law quiet
	[ "$status" = 0 ]
}

@test "law 4: formats live high" {
	mkdir -p lib/show
	echo 'int tl_report_put(void);' >include/tl/report.h
	touch lib/show/report.c
	run law metrics
	[ "$status" = 0 ]
	echo '#include <tl/report.h>' >>lib/low/one.c
	offends metrics 'lib/low/one.c:6: <tl/report.h> is of lib/show'
	printf '#include <stdio.h>\n' >lib/low/metrics.c
	offends metrics 'lib/low/metrics.c:1: metrics counts'
	printf 'const char *s = "{\\"records\\": 3}";\n' >lib/low/two_part.c
	offends metrics 'lib/low/two_part.c:1: this formats'
}

@test "law 5: only the pool starts threads" {
	mkdir -p lib/sys
	echo '	pthread_create(&t, 0, f, 0);' >lib/sys/pool.c
	run law threads
	[ "$status" = 0 ]
	echo '	pthread_create(&t, 0, f, 0);' >>lib/low/one.c
	offends threads 'lib/low/one.c:6: only lib/sys/pool.c starts threads'
}

@test "law 5: an _Atomic names its writer" {
	printf 'struct s {\n\t/* written by the owner, relaxed */\n\t_Atomic int a;\n\tint b;\n' >lib/low/two_part.h
	printf '\t_Atomic int c; /* written by all */\n};\n' >>lib/low/two_part.h
	run law threads
	[ "$status" = 0 ]
	printf 'struct t {\n\tint b;\n\t_Atomic int d;\n};\n' >>lib/low/two_part.h
	offends threads 'lib/low/two_part.h:9: no comment says who writes this _Atomic'
}

@test "law 7: lengths of functions" {
	run law sizes
	[ "$status" = 0 ]
	{
		printf 'int tl_one_long(int x)\n{\n'
		for ((i = 0; i < 78; i++)); do printf '\tx++;\n'; done
		printf '\treturn x;\n}\n'
	} >>lib/low/one.c
	offends sizes 'lib/low/one.c:6: tl_one_long has 82 lines; none has more than 80'
}

@test "law 7: medians count" {
	for k in 1 2 3 4 5 6 7; do
		printf 'int tl_one_f%s(int x)\n{\n' "$k"
		for ((i = 0; i < 15; i++)); do printf '\tx++;\n'; done
		printf '\treturn x;\n}\n'
	done >>lib/low/one.c
	offends sizes 'median 19 lines (at most 15)'
}

@test "law 7: a public header compiles alone, as C and as C++" {
	run law headers
	[ "$status" = 0 ]
	printf '#ifndef F\n#define F\nsize_t tl_four_get(void);\n#endif\n' >include/tl/four.h
	offends headers 'include/tl/four.h:1: does not compile alone as C11'
	printf '#ifndef F\n#define F\nint tl_four_get(int class);\n#endif\n' >include/tl/four.h
	offends headers 'include/tl/four.h:1: does not compile alone as C++17'
	printf 'struct tl_four { int x; };\n' >include/tl/four.h
	offends headers 'include/tl/four.h:1: does not compile alone as C11'
}

@test "warnings: a source that a compiler warns of" {
	run law warnings
	[ "$status" = 0 ]
	echo 'static inline int f(void) { int unused; return 0; }' >>lib/low/one.c
	offends warnings 'lib/low/one.c:1: gcc is not content'
	offends warnings 'lib/low/one.c:1: clang is not content'
}

@test "the runner counts failures, crashes and short runs" {
	mkdir -p build/release/unit tests/unit
	cp -r "$ROOT/scripts" .
	for t in good bad crash short skip; do touch tests/unit/test_$t.c; done
	printf '#!/bin/sh\necho "ok 1 - a"; echo 1..1\n' >build/release/unit/test_good
	printf '#!/bin/sh\necho "# why"; echo "not ok 1 - b"; echo "ok 2 - c"; echo 1..2; exit 1\n' >build/release/unit/test_bad
	printf '#!/bin/sh\necho "ok 1 - a"; kill -SEGV $$\n' >build/release/unit/test_crash
	printf '#!/bin/sh\necho "ok 1 - a"; echo 1..2\n' >build/release/unit/test_short
	printf '#!/bin/sh\necho "# no such CPU"; echo "ok 1 - d # SKIP"; echo 1..1\n' >build/release/unit/test_skip
	chmod +x build/release/unit/*
	run env MODE=release UNIT= scripts/run-tests.sh unit
	echo "$output"
	[ "$status" = 1 ]
	[ "${lines[-1]}" = '4 passed, 3 failed, 1 skipped' ]
	[[ $output == *'FAIL unit test_bad: b'*'# why'* ]]
	[[ $output == *'SKIP unit test_skip: d: no such CPU'* ]]
	run env MODE=release UNIT=test_good scripts/run-tests.sh unit
	[ "$status" = 0 ] && [ "${lines[-1]}" = '1 passed, 0 failed, 0 skipped' ]
}
