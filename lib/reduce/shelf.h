/* SPDX-License-Identifier: MIT */
/* shelf: what is known of each record that others are copied from, found by ordinal.
 *
 * Sources come in a few runs of rising ordinals, as an archive has its bases by depth.  Each run is
 * cut into pieces of TL_SHELF_PIECE, which go to a store; in memory stays where a piece begins.
 * Of a batch of records that stand whole, which itself stays in memory, nothing is written down: it is
 * a piece of a run of batches.
 */
#ifndef TL_REDUCE_SHELF_H
#define TL_REDUCE_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/batch.h>
#include <tl/buf.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/store.h>

#define TL_SHELF_PIECE 32
#define TL_SHELF_RUNS 64 /* of sources, and of batches */

/* A record that others may be copied from. */
struct tl_source {
	uint64_t ordinal;
	const uint8_t *residues; /* in memory that stays; NULL: at */
	uint64_t at;             /* in the store of residues */
	uint64_t length;
	uint64_t root;
	uint8_t depth; /* deltas down to a record that stands whole */
	bool family;   /* its reference is wanted (opt_names) */
	bool nucleotide;
	bool twin; /* a duplicate */
};

struct tl_shelf_piece {
	uint64_t first, last; /* ordinals */
	union {
		uint64_t at; /* in the store */
		const struct tl_batch *batch;
	};
};

struct tl_shelf_run {
	bool batches;
	uint64_t last; /* highest ordinal */
	struct tl_shelf_piece *piece;
	size_t n, cap;
	size_t near; /* the piece that was looked into last: the next source is often there */
	struct tl_source open[TL_SHELF_PIECE]; /* the piece that is not full yet */
	size_t opens;
};

/* A struct of zeros and a budget is empty. */
struct tl_shelf {
	struct tl_budget *opt_budget;
	struct tl_store *store;
	struct tl_shelf_run *run[2 * TL_SHELF_RUNS];
	size_t runs;
	struct tl_buf scratch;
};

/* TL_DATA where its ordinal is there already, or sources come in disorder. */
enum tl_status tl_shelf_add(struct tl_shelf *s, const struct tl_source *source,
			    struct tl_err *err) TL_CHECK;

/* The same for all records of a batch.  Each stands whole, in one entry, and none is wanted for its
 * name; batch stays as it is, and where it is, as long as the shelf. */
enum tl_status tl_shelf_add_batch(struct tl_shelf *s, const struct tl_batch *batch,
				  struct tl_err *err) TL_CHECK;

/* *ret_found false, and nothing in *ret, where there is none of that ordinal. */
enum tl_status tl_shelf_find(struct tl_shelf *s, uint64_t ordinal, struct tl_source *ret,
			     bool *ret_found, struct tl_err *err) TL_CHECK;

void tl_shelf_free(struct tl_shelf *s); /* empty and usable afterwards */

#endif
