/* SPDX-License-Identifier: MIT */
/* select_queue: a heap of nodes by (gain descending, rank).  Gains only fall, so a node whose gain
 * fell since it was put in is put in again when it comes up. */
#ifndef TL_SELECT_QUEUE_H
#define TL_SELECT_QUEUE_H

#include "select_graph.h"

struct queue {
	struct entry {
		int64_t gain;
		uint32_t rank, v;
	} * heap;
	size_t n;
};

/* All nodes; the caller frees q->heap. */
enum tl_status tl_select_queue_fill(struct queue *q, const struct graph *g, const int64_t *gain,
				    struct tl_err *err) TL_CHECK;

/* The node of highest gain as gain[] says now; it leaves the queue.  False where none is above
 * floor. */
bool tl_select_queue_pop(struct queue *q, const int64_t *gain, int64_t above, uint32_t *ret);

/* Puts a node back that has left it. */
void tl_select_queue_put(struct queue *q, const struct graph *g, int64_t gain, uint32_t v);

#endif
