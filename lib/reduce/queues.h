/* SPDX-License-Identifier: MIT */
/* queues: batches that wait until their entries are given, merged by ordinal.
 *
 * In each queue the ordinals rise, so that the next record is the smallest of the queues' heads.
 * Entries that are no bases need one for each kind; for bases there are as many as it takes, as
 * they come by depth.
 */
#ifndef TL_REDUCE_QUEUES_H
#define TL_REDUCE_QUEUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/alphabet.h>
#include <tl/err.h>
#include <tl/hash.h>

#include "held.h"

#define TL_QUEUES_MAX 64

struct tl_queue {
	struct tl_held_list waiting;
	size_t pos;    /* entry of the first one that is next */
	uint64_t last; /* highest ordinal in tail */
	/* Of the record whose pieces are being given: */
	uint64_t piece; /* residues given by earlier ones */
	uint64_t base;
	enum tl_alphabet alphabet;
	enum tl_format format;
	bool wanted;
	bool begun;            /* wanted is set of a record that is not given yet */
	struct tl_held *whole; /* the residues of all, where it is a delta */
};

struct tl_queues {
	struct tl_queue queue[TL_QUEUES_MAX]; /* 0 to 2: by kind, not base; others: bases */
	size_t n;
	struct {
		size_t queue;
		bool base, reference;
	} last[3]; /* by kind: of the last batch */
};

void tl_queues_init(struct tl_queues *q); /* for the first use */

/* Appends a batch, which then belongs to its queue, to the one that it continues. */
enum tl_status tl_queues_append(struct tl_queues *q, struct tl_held *h,
				struct tl_err *err) TL_CHECK;

/* Wakes the batches at the heads. */
enum tl_status tl_queues_wake(struct tl_queues *q, struct tl_err *err) TL_CHECK;

/* The queue with the smallest ordinal at its head, or one whose batch is done; NULL where all are
 * empty; all heads are awake.  *ret_second: the smallest of all others. */
struct tl_queue *tl_queues_smallest(struct tl_queues *q, uint64_t *ret_second);

/* Is it the next one of its queue? */
bool tl_queues_is_head(const struct tl_queues *q, const struct tl_held *h);

/* Takes the batch at the head away, which was given out. */
struct tl_held *tl_queues_drop(struct tl_queue *q);

void tl_queues_forget(struct tl_queues *q); /* frees all that waits */

#endif
