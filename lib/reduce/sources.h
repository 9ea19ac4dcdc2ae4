/* SPDX-License-Identifier: MIT */
/* sources: the records that others are copied from, by ordinal, with their residues.
 *
 * Residues stay where they are in a batch that is kept; those of a delta and of a record in several
 * pieces are made here.  Where the budget has no memory for them they are in a store.  Threads: one at a time; what was found may be read by any until
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
#include <tl/names.h>
#include <tl/store.h>

#include "gather.h"
#include "held.h"
#include "shelf.h"

/* Memory for residues that are made here. */
struct tl_slab {
	struct tl_slab *next;
	size_t used, cap;
	uint8_t data[];
};

/* A struct of zeros (and opt_names) is empty. */
struct tl_sources {
	struct tl_names *opt_names;
	bool partial; /* a copy of what is not there is no source */
	struct tl_shelf shelf; /* its budget is that of all */
	struct tl_slab *slab;
	struct tl_store *text; /* residues for which there was no memory */
	struct tl_buf growing;    /* residues of a source of several pieces */
	bool growing_family;
	struct tl_gather script; /* of a delta of several pieces, so far */
	bool skip[3];            /* by kind: the copy at hand is no source */
	struct tl_buf made, room, scratch, lender;
	uint64_t slab_room; /* memory that residues may still take: the tables, which cannot go
			     * elsewhere, need what is left of the budget */
};

/* TL_DATA: something is wrong with a record. */
enum tl_status tl_sources_broken(struct tl_err *err, uint64_t ordinal, const char *why);

/* Are the residues of a source in memory, where they stay until tl_sources_forget? */
bool tl_sources_at_hand(const struct tl_source *source);

/* Fetches the residues of a source into room, where they are not at hand, and lets it point to
 * them. */
enum tl_status tl_sources_fetch(const struct tl_sources *s, struct tl_source *source,
				struct tl_buf *room, struct tl_err *err) TL_CHECK;

/* May entry i of h be copied from that record?  TL_DATA where not, or there is none. */
enum tl_status tl_sources_check(const struct tl_source *opt_base, const struct tl_held *h, size_t i,
				struct tl_err *err) TL_CHECK;

/* Appends the residues of a delta to out. */
enum tl_status tl_sources_apply(const struct tl_delta *d, const struct tl_source *base,
				uint64_t ordinal, struct tl_buf *scratch, struct tl_buf *out,
				struct tl_err *err) TL_CHECK;

/* Appends all literals of a record that has loans, and so many residues, to out.  TL_DATA where what they stand
 * in is not there, or no record that stands whole, or there are more literals than residues. */
enum tl_status tl_sources_borrow(struct tl_sources *s, const struct tl_entry *e, bool nucleotide,
				 uint64_t residues, struct tl_buf *out, struct tl_err *err) TL_CHECK;

/* Makes sources of the entries of a batch; one that is charged stays where it is.  Of deltas that are
 * no base block: of those that have TL_REC_BASE. */
enum tl_status tl_sources_add(struct tl_sources *s, struct tl_held *h,
			      struct tl_err *err) TL_CHECK;

/* The same for one entry. */
enum tl_status tl_sources_add_entry(struct tl_sources *s, struct tl_held *h, size_t i,
				    struct tl_err *err) TL_CHECK;

/* Makes a source of the residues of a delta over base, which are copied. */
enum tl_status tl_sources_derived(struct tl_sources *s, const struct tl_source *base, uint64_t ordinal,
				  struct tl_str residues, struct tl_err *err) TL_CHECK;

void tl_sources_forget(struct tl_sources *s); /* a stream is over */
void tl_sources_free(struct tl_sources *s);

#endif
