/* SPDX-License-Identifier: MIT */
/* sources: the records that others are copied from, by ordinal, with their residues.
 *
 * Residues stay where they are in a batch that is kept; those of a delta and of a record in several
 * pieces are made here.  Threads: one at a time; what was found may be read by any until
 * tl_sources_forget.
 */
#ifndef TL_REDUCE_SOURCES_H
#define TL_REDUCE_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/buf.h>
#include <tl/delta.h>
#include <tl/err.h>
#include <tl/map.h>
#include <tl/names.h>

#include "gather.h"
#include "held.h"

/* A record that others may be copied from. */
struct tl_source {
	const uint8_t *residues; /* in a kept batch or in own */
	size_t length;
	uint64_t root;
	uint8_t *own;  /* freed with the source; or NULL */
	uint8_t depth; /* deltas down to a record that stands whole */
	bool family;   /* its reference is wanted (opt_names) */
	bool nucleotide;
	bool twin; /* a duplicate */
};

/* A struct of zeros (and opt_names) is empty. */
struct tl_sources {
	struct tl_names *opt_names;
	bool partial; /* a copy of what is not there is no source */
	struct tl_source *source;
	size_t n, cap;
	struct tl_map by_ordinal; /* ordinal: index of source */
	struct tl_buf growing;    /* residues of a source of several pieces */
	bool growing_family;
	struct tl_gather
		script; /* of a delta of several pieces, which began in entry begin_i of begin */
	const struct tl_held *begin;
	size_t begin_i;
	struct tl_buf scratch;
};

/* TL_DATA: something is wrong with a record. */
enum tl_status tl_sources_broken(struct tl_err *err, uint64_t ordinal, const char *why);

/* NULL where there is none; valid until one is added. */
struct tl_source *tl_sources_find(const struct tl_sources *s, uint64_t ordinal);

/* May entry i of h be copied from that record?  TL_DATA where not, or there is none. */
enum tl_status tl_sources_check(const struct tl_source *opt_base, const struct tl_held *h, size_t i,
				struct tl_err *err) TL_CHECK;

/* Appends the residues of a delta to out. */
enum tl_status tl_sources_apply(const struct tl_delta *d, const struct tl_source *base,
				uint64_t ordinal, struct tl_buf *scratch, struct tl_buf *out,
				struct tl_err *err) TL_CHECK;

/* Makes sources of all entries of a batch, which stays where it is. */
enum tl_status tl_sources_add(struct tl_sources *s, const struct tl_held *h,
			      struct tl_err *err) TL_CHECK;

void tl_sources_forget(struct tl_sources *s); /* a stream is over */
void tl_sources_free(struct tl_sources *s);

#endif
