/* SPDX-License-Identifier: MIT */
/* select_queue: a heap of nodes by (gain descending, rank). */
#include "select_queue.h"

#include <tl/mem.h>

static bool ahead(const struct entry *a, const struct entry *b)
{
	return a->gain != b->gain ? a->gain > b->gain : a->rank < b->rank;
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

enum tl_status tl_select_queue_fill(struct queue *q, const struct graph *g, const int64_t *gain,
				 struct tl_err *err)
{
	q->heap = tl_mem_alloc(g->n, sizeof *q->heap, err);
	if (!q->heap)
		return TL_NOMEM;
	for (size_t v = 0; v < g->n; v++)
		q->heap[q->n++] = (struct entry){gain[v], g->rank[v], (uint32_t)v};
	for (size_t i = q->n; i-- > 0;)
		sink(q, i);
	return TL_OK;
}

bool tl_select_queue_pop(struct queue *q, const int64_t *gain, int64_t above, uint32_t *ret)
{
	while (q->n) {
		struct entry *top = &q->heap[0];
		bool fresh = top->gain == gain[top->v];
		if (fresh && top->gain <= above)
			return false;
		*ret = top->v;
		if (fresh || gain[top->v] <= above)
			q->heap[0] = q->heap[--q->n];
		else
			top->gain = gain[top->v];
		if (q->n)
			sink(q, 0);
		if (fresh)
			return true;
	}
	return false;
}

void tl_select_queue_put(struct queue *q, const struct graph *g, int64_t gain, uint32_t v)
{
	q->heap[q->n] = (struct entry){gain, g->rank[v], v};
	for (size_t i = q->n++; i && ahead(&q->heap[i], &q->heap[(i - 1) / 2]); i = (i - 1) / 2) {
		struct entry t = q->heap[i];
		q->heap[i] = q->heap[(i - 1) / 2];
		q->heap[(i - 1) / 2] = t;
	}
}
