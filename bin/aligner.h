/* SPDX-License-Identifier: MIT */
/* aligner: what the parts of tl-align share. */
#ifndef TL_BIN_ALIGNER_H
#define TL_BIN_ALIGNER_H

#include "align_base.h"

#include <tl/bank.h>
#include <tl/compare.h>
#include <tl/edge.h>
#include <tl/hitlist.h>
#include <tl/pairs.h>
#include <tl/scheme.h>
#include <tl/tool.h>

struct align_opts {
	struct tl_tool_common common;
	int64_t identity, coverage, max_cells, seed;
	int sensitivity, cov_mode, overhang, format, strand, target;
	const char *matrix, *from, *cache, *base;
	uint64_t cache_size;
	int cache_evict;
	struct tl_opt_pair gap, score, band, part;
	bool approx, candidates, reassign;
};

struct aligner {
	const struct align_opts *opts;
	const struct tl_tool_run *run;
	struct tl_reader *reader;
	struct tl_writer *writer;  /* or list: */
	bool bare;                 /* records do not go on */
	struct tl_hitlist *list;   /* of a text */
	enum tl_alphabet alphabet; /* of the bank in hand */
	struct tl_bank bank[2];    /* by alphabet */
	struct tl_scheme scheme;
	struct tl_cache *cache;
	struct tl_pairs *pairs[2]; /* by alphabet: what --from has of them */
	struct tl_edges edges;  /* of a block under construction */
	const char **parts;     /* streams that --from names */
	size_t n_parts;
	struct align_base base; /* with --base */
};

/* --target: what it sets other options to, as in tl_opt_tool; and a note on records that it does not
 * take. */
const char *const *align_target_preset(const void *fields);
void align_target_check(const struct aligner *a);

/* --cache. */
enum tl_status align_cache_open(struct aligner *a, struct tl_err *err) TL_CHECK;
void align_cache_close(struct aligner *a, bool keep);

/* How the pairs of an alphabet are aligned, as the options say. */
struct tl_compare_params align_params(const struct aligner *a, enum tl_alphabet alphabet);

/* What is done when all records are read: pairs are looked for or read, and aligned or written. */
enum tl_status align_search(struct aligner *a, struct tl_err *err) TL_CHECK;

#endif
