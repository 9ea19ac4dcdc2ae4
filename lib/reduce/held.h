/* SPDX-License-Identifier: MIT */
/* held: a batch that was read and is not yet given out, or is kept because others copy from it. */
#ifndef TL_REDUCE_HELD_H
#define TL_REDUCE_HELD_H

#include <stdbool.h>

#include <tl/batch.h>
#include <tl/hash.h>

struct tl_held {
	struct tl_batch batch;
	struct tl_hash128 sum; /* where has_sum: of the residues of all its entries */
	bool has_sum;
	bool reference, base; /* what its block's flags say */
	struct tl_held *next; /* in a queue, or in the list of kept ones */
};

/* Frees a list of them. */
void tl_held_free(struct tl_held *h);

#endif
