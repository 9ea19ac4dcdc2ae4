# SPDX-License-Identifier: MIT
# Talyra.  One Makefile, not recursive but for the other build modes.  `make help` lists the targets.
#
#   make                         the tools, in build/release/bin
#   make asan, make tsan, ...    the same sources in build/asan, build/tsan, ...
#   make CC=clang CFLAGS=-O3     as one would expect
#   make ALLOC=jemalloc          with another allocator (or mimalloc)
#   make install PREFIX=/usr DESTDIR=/tmp/root

MODE     ?= release
B        := build/$(MODE)

INSTALL  ?= install
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
DATADIR  ?= $(PREFIX)/share
MANDIR   ?= $(DATADIR)/man
BASHDIR  ?= $(DATADIR)/bash-completion/completions
ZSHDIR   ?= $(DATADIR)/zsh/site-functions
FISHDIR  ?= $(DATADIR)/fish/vendor_completions.d
DESTDIR  ?=

CFLAGS   ?= -O2 -g
CPPFLAGS ?=
LDFLAGS  ?=
LDLIBS   := -lxxhash -lzstd -llz4 -lisal -ldeflate -lz -lpcre2-8 -lhwloc -linih -llmdb -lpthread

mode_release :=
mode_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
mode_tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
mode_cov     := -O1 -g -fno-inline --coverage -fprofile-update=atomic
mode_fuzz    := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
                -fno-sanitize-recover=all
# Where make was told nothing: gcc, but clang for the fuzzers.
ifeq ($(origin CC),default)
CC       := $(if $(filter fuzz,$(MODE)),clang,gcc)
endif

warnings := -Wall -Wextra -Wpedantic -Wshadow
cflags   := -std=c11 -D_GNU_SOURCE -Iinclude $(CPPFLAGS) $(warnings) $(CFLAGS) $(mode_$(MODE))
ldflags  := $(mode_$(MODE)) $(LDFLAGS)

# The allocator: the C library's (measured best: the others took 4 to 50 % more memory and no less
# time in any tool), jemalloc or mimalloc.
ALLOC    ?=
alloc_libs_jemalloc := -ljemalloc
alloc_libs_mimalloc := -lmimalloc
LDLIBS   += $(if $(ALLOC),$(or $(alloc_libs_$(ALLOC)),$(error ALLOC is jemalloc or mimalloc)))

# ---- what there is ----------------------------------------------------------------------------
rooms    := $(patsubst %/,%,$(wildcard lib/*/))
arch     := $(shell uname -m)
isa_only := lib/align/align_kernel_sse41.c lib/align/align_kernel_avx2.c \
            lib/align/align_kernel_avx512.c
lib_src  := $(wildcard lib/*/*.c)
ifeq ($(filter x86_64 i686 amd64,$(arch)),)
lib_src  := $(filter-out $(isa_only),$(lib_src))
endif
lib_obj  := $(lib_src:%.c=$B/%.o)
lib      := $B/libtl.a
bin_src  := $(wildcard bin/*.c)
bin_obj  := $(bin_src:%.c=$B/%.o)
tools    := $(notdir $(patsubst %.c,%,$(wildcard bin/tl-*.c)))
bins     := $(tools:%=$B/bin/%)
nomems   := $(tools:%=$B/nomem/%)
unit_src := $(wildcard tests/unit/test_*.c)
units    := $(unit_src:tests/unit/%.c=$B/unit/%)
cli_tests := $(patsubst tests/cli/%.bats,%,$(wildcard tests/cli/*.bats))
fuzz_src := $(wildcard tests/fuzz/fuzz_*.c)
fuzzers  := $(fuzz_src:tests/fuzz/%.c=$B/fuzz/%)
# What calls the targets: libFuzzer, or a driver that runs seeds and some mutations of them.
fuzz_by  := $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer,$B/tests/fuzz/driver.o)
bench_src := $(wildcard bench/*.c)
benches  := $(bench_src:bench/%.c=$B/bench/%)
objects  := $(lib_obj) $(bin_obj) $(unit_src:%.c=$B/%.o) $(fuzz_src:%.c=$B/%.o) \
            $(bench_src:%.c=$B/%.o) $B/tests/fuzz/driver.o $B/tests/fault/nomem.o

## all: build the library and the tools (the default)
all: $(lib) $(bins)
.PHONY: all
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY: $(objects)
MAKEFLAGS += --no-builtin-rules

# ---- how it is built --------------------------------------------------------------------------
# Other flags than last time: all objects are made again.
flags := $(CC) $(cflags) $(ldflags) $(ALLOC)
ifneq ($(filter-out help clean deps,$(or $(MAKECMDGOALS),all)),)
ifneq ($(file <$B/flags),$(flags))
$(shell mkdir -p $B)
$(file >$B/flags,$(flags))
endif
endif

# Kernels are compiled for their instruction set, all else for the plain machine.
$B/lib/align/align_fill_row.o:      isa := -O3
$B/lib/align/align_kernel_sse41.o:  isa := -msse4.1
$B/lib/align/align_kernel_avx2.o:   isa := -mavx2
$B/lib/align/align_kernel_avx512.o: isa := -mavx512bw -mavx512vl

# Tests, fuzzers and benches may see private headers; the library and the tools may not.
$B/tests/%.o $B/bench/%.o: private_dirs := $(rooms:%=-I%) -Itests/unit

$(objects): $B/%.o: %.c $B/flags
	@mkdir -p $(@D)
	$(CC) $(cflags) $(isa) $(private_dirs) -MMD -MP -c -o $@ $<

$(lib): $(lib_obj)
	@rm -f $@
	$(AR) rcs $@ $^

# A main may have parts: bin/NAME_*.c belong to bin/tl-NAME.c.
part_of = $(patsubst %.c,$B/%.o,$(wildcard bin/$(1)_*.c))
$(foreach t,$(tools),$(eval $B/bin/$t $B/nomem/$t: $(call part_of,$(t:tl-%=%))))

$(bins): $B/bin/%: $B/bin/%.o $(lib)
	$(CC) $(ldflags) -o $@ $(filter %.o,$^) $(lib) $(LDLIBS)

$(units): $B/unit/%: $B/tests/unit/%.o $(lib)
	@mkdir -p $(@D)
	$(CC) $(ldflags) -o $@ $< $(lib) $(LDLIBS) -lm

$(fuzzers): $B/fuzz/%: $B/tests/fuzz/%.o $(filter %.o,$(fuzz_by)) $(lib)
	@mkdir -p $(@D)
	$(CC) $(ldflags) $(fuzz_by) -o $@ $< $(lib) $(LDLIBS)

# The pool is measured beside OpenMP's, and libuv's where that is installed.
$B/bench/bench_pool.o: isa := -fopenmp
$B/bench/bench_pool: bench_libs := -fopenmp $(if $(wildcard /usr/include/uv.h),-luv)

# The alignment kernels are measured beside the libraries that are installed.
$B/bench/bench_align_peers.o: isa := $(if $(wildcard /usr/include/parasail.h),-DTL_PARASAIL) \
    $(if $(wildcard /usr/include/edlib.h),-DTL_EDLIB) \
    $(if $(wildcard /usr/include/wfa2lib),-DTL_WFA2 -isystem /usr/include/wfa2lib)
$B/bench/bench_align_peers: bench_libs := $(if $(wildcard /usr/include/parasail.h),-lparasail) \
    $(if $(wildcard /usr/include/edlib.h),-ledlib) $(if $(wildcard /usr/include/wfa2lib),-lwfa2)

# The table of symbols is measured beside GLib's, where that is installed.
glib := $(shell pkg-config --exists glib-2.0 2>/dev/null && echo yes)
$B/bench/bench_intern.o: isa := $(if $(glib),-DTL_GLIB $(shell pkg-config --cflags glib-2.0 2>/dev/null))
$B/bench/bench_intern: bench_libs := $(if $(glib),-lglib-2.0)

# The tools, to be denied memory: see tests/fault/nomem.c.
wrapped := malloc calloc realloc aligned_alloc mmap strdup strndup ZSTD_createCCtx ZSTD_createDCtx \
           ZSTD_createDStream
$(nomems): $B/nomem/%: $B/bin/%.o $B/tests/fault/nomem.o $(lib)
	@mkdir -p $(@D)
	$(CC) $(ldflags) $(wrapped:%=-Wl,--wrap=%) -o $@ $(filter %.o,$^) $(lib) $(LDLIBS)

$(benches): $B/bench/%: $B/bench/%.o $(lib)
	@mkdir -p $(@D)
	$(CC) $(ldflags) -o $@ $< $(lib) $(LDLIBS) $(bench_libs) -lm

-include $(objects:.o=.d)

# ---- checks -----------------------------------------------------------------------------------
# With no -j of its own, a build for a check or a demo uses all processors.
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))
run_tests = MODE=$(MODE) CC='$(CC)' MAKE='$(MAKE)' scripts/run-tests.sh

.PHONY: check check-numa check-unit check-cli check-fault check-kill check-fuzz check-layers check-docs
.PHONY: test-build
## check: install what the tests need, build, run everything; ends with one line of counts
check:
	scripts/deps.sh build check
	$(MAKE) $(jobs) test-build
	$(MAKE) $(jobs) MODE=asan fuzzers nomem
	@$(run_tests) layers docs unit cli fault fuzz
## check-unit: the unit tests only (UNIT="test_buf test_opt" for some)
check-unit: test-build
	@$(run_tests) unit
## check-cli: the tests of the command line only (CLI="docs install" for some)
check-cli: test-build
	@$(run_tests) cli
## check-fault: full disks, limits, closed descriptors, and ten kills of each kind
check-fault: test-build
	$(MAKE) $(jobs) MODE=asan nomem
	@$(run_tests) fault
## check-kill: 200 times each, SIGKILL to a process of the pipe and to tl-parse -d (KILLS, TL_SEED)
check-kill: test-build
	@KILLS=$(or $(KILLS),200) FAULT=kill $(run_tests) fault
## check-fuzz: each fuzz target's seeds, and FUZZ_RUNS mutations, with sanitizers (FUZZ="fuzz_text" for one)
check-fuzz:
	$(MAKE) $(jobs) MODE=asan fuzzers
	@$(run_tests) fuzz
## check-numa: unit and cli tests as on a machine of four nodes, eight cores, two threads each (dry)
check-numa: test-build
	@HWLOC_SYNTHETIC='node:4 core:2 pu:2' $(run_tests) unit cli
## check-layers: the laws of HACKING.md, each by a script
check-layers:
	@$(run_tests) layers
## check-docs: options, help, man pages and completions agree
check-docs: all
	@$(run_tests) docs
test-build: all $(units)

.PHONY: asan tsan cov covered fuzz bench
## asan: build and run unit and cli tests with the address and undefined-behaviour sanitizers
asan:
	$(MAKE) $(jobs) MODE=asan test-build
	@$(MAKE) --no-print-directory MODE=asan sanitized
## tsan: the same with the thread sanitizer
tsan:
	$(MAKE) $(jobs) MODE=tsan test-build
	@$(MAKE) --no-print-directory MODE=tsan sanitized
.PHONY: sanitized
sanitized:
	@$(run_tests) unit cli
## cov: line coverage by file, by tests, seeds and corpus; fails below 90 % of a decoder or parser
cov:
	$(MAKE) $(jobs) MODE=cov test-build fuzzers nomem
	@find build/cov -name '*.gcda' -delete
	-@$(MAKE) --no-print-directory MODE=cov covered
	@scripts/coverage.sh build/cov
# What tests whole tools for the same bytes again and again, or no tool at all, adds nothing.
covered:
	@CLI='$(or $(CLI),$(filter-out same shared peers docs install laws,$(cli_tests)))' \
	  $(run_tests) unit fuzz fault cli
## fuzz: run libFuzzer on each target for FUZZ_SECONDS (600), minimise its corpus (FUZZ="..." for some)
fuzz:
	scripts/deps.sh build fuzz
	$(MAKE) $(jobs) MODE=fuzz fuzzers
	@scripts/fuzz.sh build/fuzz/fuzz
.PHONY: fuzzers nomem benches
fuzzers: $(fuzzers)
nomem: $(nomems)
benches: $(benches)
## bench: build and run the benchmarks in bench/
bench: all benches
	@set -e; for b in $(benches) $(wildcard bench/*.sh); do echo "== $$b"; TL_BIN=$B/bin $$b; done

# ---- documents --------------------------------------------------------------------------------
.PHONY: docs
## docs: write the OPTIONS of the man pages and the completions from the option tables
docs: all
	scripts/docs.sh $B/bin .

# ---- for users --------------------------------------------------------------------------------
.PHONY: demo install uninstall deps clean help
## demo: install what is missing, build, and reduce a sample (or FASTA=my.fa.gz)
demo:
	scripts/deps.sh build
	$(MAKE) $(jobs) all
	@TL_BIN=$B/bin scripts/demo.sh '$(FASTA)'

man1 := $(wildcard man/*.1)
man5 := $(wildcard man/*.5)
man7 := $(wildcard man/*.7)
bash_files := $(wildcard completions/bash/*)
zsh_files  := $(wildcard completions/zsh/*)
fish_files := $(wildcard completions/fish/*)

# $(call put,MODE,DIRECTORY,FILES)
put = $(if $(strip $3),$(INSTALL) -d '$(DESTDIR)$2' && $(INSTALL) -m $1 $3 '$(DESTDIR)$2',:)
drop = $(if $(strip $2),cd '$(DESTDIR)$1' 2>/dev/null && rm -f $(notdir $2) || :,:)

## install: tools, man pages and completions below DESTDIR/PREFIX
install: all
	$(call put,755,$(BINDIR),$(bins))
	$(call put,644,$(MANDIR)/man1,$(man1))
	$(call put,644,$(MANDIR)/man5,$(man5))
	$(call put,644,$(MANDIR)/man7,$(man7))
	$(call put,644,$(BASHDIR),$(bash_files))
	$(call put,644,$(ZSHDIR),$(zsh_files))
	$(call put,644,$(FISHDIR),$(fish_files))
## uninstall: take away what install put there
uninstall:
	$(call drop,$(BINDIR),$(tools))
	$(call drop,$(MANDIR)/man1,$(man1))
	$(call drop,$(MANDIR)/man5,$(man5))
	$(call drop,$(MANDIR)/man7,$(man7))
	$(call drop,$(BASHDIR),$(bash_files))
	$(call drop,$(ZSHDIR),$(zsh_files))
	$(call drop,$(FISHDIR),$(fish_files))
## deps: install the Debian packages that building and checking need
deps:
	scripts/deps.sh build check
## clean: remove build/
clean:
	rm -rf build
## help: this list
help:
	@awk '/^## [a-z-]+:/ { sub(/^## /, ""); i = index($$0, ":"); \
	  printf "  %-13s %s\n", substr($$0, 1, i - 1), substr($$0, i + 2) }' $(firstword $(MAKEFILE_LIST))
