/* SPDX-License-Identifier: MIT */
/* select_queue: a heap of nodes by (gain descending, node ascending). */
#include "select_queue.h"

#include <stdbool.h>

static bool ahead(const struct entry *a, const struct entry *b)
{
	return a->gain != b->gain ? a->gain > b->gain : a->v < b->v;
}

static void sink(struct queue *q, size_t i)
{
	struct entry x = q->heap[i];
	for (;;) {
		size_t c = 2 * i + 1;
		if (c + 1 < q->n && ahead(&q->heap[c + 1], &q->heap[c]))
			c++;
		if (c >= q->n || !ahead(&q->heap[c], &x))
			break;
		q->heap[i] = q->heap[c];
		i = c;
	}
	q->heap[i] = x;
}

void tl_select_queue_order(struct queue *q)
{
	for (size_t i = q->n / 2; i-- > 0;)
		sink(q, i);
}

void tl_select_queue_fall(struct queue *q, int64_t gain)
{
	q->heap[0].gain = gain;
	sink(q, 0);
}

void tl_select_queue_drop(struct queue *q)
{
	q->heap[0] = q->heap[--q->n];
	if (q->n)
		sink(q, 0);
}
