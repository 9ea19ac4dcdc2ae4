/* SPDX-License-Identifier: MIT */
/* queues: batches that wait, merged by ordinal. */
#include "queues.h"

#include "sources.h"

/* The queue that a batch continues: that of its kind, or for a base, of those whose ordinals all lie
 * below, the one that ends last.  Where each depth is written by ordinal, in two kinds of blocks at
 * most, that is never more than two for each. */
static enum tl_status choose(struct tl_queues *q, const struct tl_held *h, size_t *ret,
			     struct tl_err *err)
{
	uint64_t first = h->batch.ordinal[0];
	*ret = h->batch.kind;
	if (h->batch.flags[0] & TL_REC_IN) {
		if (q->last[*ret].base != h->base || q->last[*ret].reference != h->reference)
			return tl_sources_broken(err, first, "goes on in a block with other flags");
		*ret = q->last[*ret].queue;
		return TL_OK;
	}
	if (!h->base)
		return TL_OK;
	*ret = q->n;
	for (size_t i = 3; i < q->n; i++)
		if (q->queue[i].last < first &&
		    (*ret == q->n || q->queue[i].last > q->queue[*ret].last))
			*ret = i;
	if (*ret == TL_QUEUES_MAX)
		return tl_err_set(err, TL_DATA, "the bases of the archive are in disorder");
	q->n += *ret == q->n;
	return TL_OK;
}

enum tl_status tl_queues_append(struct tl_queues *q, struct tl_held *h, struct tl_err *err)
{
	size_t i;
	enum tl_status st = choose(q, h, &i, err);
	if (st != TL_OK)
		return st;
	tl_held_append(&q->queue[i].waiting, h);
	q->queue[i].last = h->batch.ordinal[h->batch.n - 1];
	q->last[h->batch.kind].queue = i;
	q->last[h->batch.kind].base = h->base;
	q->last[h->batch.kind].reference = h->reference;
	return TL_OK;
}

enum tl_status tl_queues_wake(struct tl_queues *q, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < q->n && st == TL_OK; i++)
		if (q->queue[i].waiting.head)
			st = tl_held_wake(q->queue[i].waiting.head, err);
	return st;
}

struct tl_queue *tl_queues_smallest(struct tl_queues *q, uint64_t *ret_second)
{
	struct tl_queue *best = NULL;
	uint64_t least = UINT64_MAX, second = UINT64_MAX;
	for (size_t i = 0; i < q->n; i++) {
		struct tl_queue *r = &q->queue[i];
		const struct tl_held *head = r->waiting.head;
		if (!head)
			continue;
		if (r->pos == head->batch.n)
			return r; /* its batch is done: it is dropped first */
		uint64_t ordinal = head->batch.ordinal[r->pos];
		if (!best || ordinal < least) {
			second = best ? least : second;
			best = r;
			least = ordinal;
		} else if (ordinal < second) {
			second = ordinal;
		}
	}
	*ret_second = second;
	return best;
}

bool tl_queues_is_head(const struct tl_queues *q, const struct tl_held *h)
{
	bool is = false;
	for (size_t i = 0; i < q->n && !is; i++)
		is = q->queue[i].waiting.head == h;
	return is;
}

struct tl_held *tl_queues_drop(struct tl_queue *q)
{
	struct tl_held *h = q->waiting.head;
	q->waiting.head = h->next;
	if (!h->next)
		q->waiting.tail = NULL;
	q->pos = 0;
	h->next = NULL;
	return h;
}

void tl_queues_init(struct tl_queues *q)
{
	*q = (struct tl_queues){.n = 3};
}

void tl_queues_forget(struct tl_queues *q)
{
	for (size_t i = 0; i < q->n; i++) {
		tl_held_free(q->queue[i].waiting.head);
		tl_held_free(q->queue[i].whole);
		q->queue[i] = (struct tl_queue){0};
	}
	q->n = 3;
}
