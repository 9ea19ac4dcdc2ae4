/* SPDX-License-Identifier: MIT */
/* select_queue: a heap of nodes by (gain descending, node ascending).  Gains only fall: a node whose
 * gain fell since it was put in is told so when it comes up. */
#ifndef TL_SELECT_QUEUE_H
#define TL_SELECT_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct entry {
	int64_t gain;
	uint32_t v;
};

struct queue {
	struct entry *heap; /* the owner's, room for all nodes; heap[0] is the highest */
	size_t n;
};

/* Appends a node; tl_select_queue_order makes a heap of what was appended. */
static inline void queue_add(struct queue *q, int64_t gain, uint32_t v)
{
	q->heap[q->n++] = (struct entry){gain, v};
}

void tl_select_queue_order(struct queue *q);

/* The gain of the highest node has fallen. */
void tl_select_queue_fall(struct queue *q, int64_t gain);

void tl_select_queue_drop(struct queue *q); /* takes the highest node out */

#endif
