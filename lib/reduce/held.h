/* SPDX-License-Identifier: MIT */
/* held: a batch that was read and is not yet given out, or is kept because others copy from it; or
 * residues that were made of a record in several pieces.
 *
 * A batch for which there is no memory is asleep until it is its turn: its block is in a spool.
 */
#ifndef TL_REDUCE_HELD_H
#define TL_REDUCE_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/batch.h>
#include <tl/budget.h>
#include <tl/buf.h>
#include <tl/hash.h>
#include <tl/spool.h>

struct tl_held {
	struct tl_batch batch;
	unsigned worker;            /* of the reader, that made it */
	struct tl_buf text;         /* of the whole batch, where its reader's worker made it, */
	bool sent;                  /* and has put it out */
	struct tl_buf residues;     /* of that record */
	struct tl_buf literals;     /* of it, with its loans; empty: it has none */
	struct tl_hash128 sum;      /* where has_sum: of the residues of all its entries */
	struct tl_hash_state *hash; /* of those done so far */
	size_t done;                /* entries in hash */
	bool has_sum;
	bool reference, base, hidden; /* what its block's flags say */
	uint64_t serial;      /* it may go when the events up to this one are done */
	struct tl_held *next; /* in a queue or a list */
	struct tl_budget *opt_budget;
	uint64_t charged;       /* of it; then the batch stays until the end of the stream */
	struct tl_spool *spool; /* asleep: its block there, and what to add to its ordinals */
	size_t number;
	uint64_t shift;
};

/* Those that wait, the first to go first. */
struct tl_held_list {
	struct tl_held *head, *tail;
};

void tl_held_append(struct tl_held_list *list, struct tl_held *h);

/* Puts the block of h's batch into the spool, and frees the batch. */
enum tl_status tl_held_sleep(struct tl_held *h, struct tl_spool *spool,
			     const struct tl_block *block, uint64_t shift,
			     struct tl_err *err) TL_CHECK;

/* Its batch is there again, where it was asleep. */
enum tl_status tl_held_wake(struct tl_held *h, struct tl_err *err) TL_CHECK;

/* Frees h and all behind it. */
void tl_held_free(struct tl_held *h);

#endif
