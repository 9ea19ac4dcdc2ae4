/* SPDX-License-Identifier: MIT */
/* held: a batch that waits or is kept. */
#include "held.h"

#include <stdlib.h>

#include <tl/record.h>

void tl_held_free(struct tl_held *h)
{
	while (h) {
		struct tl_held *next = h->next;
		tl_batch_free(&h->batch);
		tl_buf_free(&h->text);
		tl_buf_free(&h->residues);
		tl_buf_free(&h->literals);
		tl_hash_free(h->hash);
		tl_budget_give(h->opt_budget, h->charged);
		free(h);
		h = next;
	}
}

void tl_held_append(struct tl_held_list *list, struct tl_held *h)
{
	h->next = NULL;
	if (list->tail)
		list->tail->next = h;
	else
		list->head = h;
	list->tail = h;
}

enum tl_status tl_held_sleep(struct tl_held *h, struct tl_spool *spool,
			     const struct tl_block *block, uint64_t shift, struct tl_err *err)
{
	h->number = tl_spool_count(spool);
	h->shift = shift;
	enum tl_status st = tl_spool_put(spool, block, err);
	if (st != TL_OK)
		return st;
	h->spool = spool;
	tl_batch_free(&h->batch);
	return TL_OK;
}

static enum tl_status wake(struct tl_held *h, struct tl_err *err)
{
	struct tl_block block = {0};
	struct tl_buf scratch = {0};
	struct tl_hash128 sum;
	bool has_sum;
	enum tl_status st = tl_spool_get(h->spool, h->number, &scratch, &block, err);
	if (st == TL_OK)
		st = tl_record_decode(&block, h->shift, &h->batch, &sum, &has_sum, err);
	if (st == TL_OK)
		h->spool = NULL;
	tl_block_free(&block);
	tl_buf_free(&scratch);
	return st;
}

enum tl_status tl_held_wake(struct tl_held *h, struct tl_err *err)
{
	return h->spool ? wake(h, err) : TL_OK; /* asked for every record */
}
