/* SPDX-License-Identifier: MIT */
/* held: a batch that was read and is not yet given out, or is kept because others copy from it; or
 * residues that were made of a record in several pieces.
 */
#ifndef TL_REDUCE_HELD_H
#define TL_REDUCE_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/batch.h>
#include <tl/buf.h>
#include <tl/hash.h>

struct tl_held {
	struct tl_batch batch;
	struct tl_buf residues;     /* of that record */
	struct tl_hash128 sum;      /* where has_sum: of the residues of all its entries */
	struct tl_hash_state *hash; /* of those done so far */
	size_t done;                /* entries in hash */
	bool has_sum;
	bool reference, base; /* what its block's flags say */
	uint64_t serial;      /* it may go when the events up to this one are done */
	struct tl_held *next; /* in a queue or a list */
};

/* Those that wait, the first to go first. */
struct tl_held_list {
	struct tl_held *head, *tail;
};

void tl_held_append(struct tl_held_list *list, struct tl_held *h);

/* Frees h and all behind it. */
void tl_held_free(struct tl_held *h);

#endif
