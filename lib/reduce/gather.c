/* SPDX-License-Identifier: MIT */
/* gather: the script of a delta of several pieces. */
#include "gather.h"

#include <tl/bits.h>

void tl_gather_begin(struct tl_gather *g)
{
	tl_buf_reset(&g->ops);
	tl_buf_reset(&g->subs);
	tl_buf_reset(&g->lits);
	tl_buf_reset(&g->loans);
	g->residues = 0;
}

enum tl_status tl_gather_add(struct tl_gather *g, const struct tl_entry *e, struct tl_err *err)
{
	if (!tl_bits_add(g->residues, e->length, &g->residues))
		return tl_err_set(err, TL_DATA, "a record of more than 2^64 residues");
	enum tl_status st = tl_buf_add(&g->ops, e->ops.p, e->ops.n, err);
	if (st == TL_OK)
		st = tl_buf_add(&g->subs, e->subs.p, e->subs.n, err);
	if (st == TL_OK)
		st = tl_buf_add(&g->loans, e->loans.p, e->loans.n, err);
	return st == TL_OK ? tl_buf_add(&g->lits, e->lits.p, e->lits.n, err) : st;
}

struct tl_delta tl_gather_delta(const struct tl_gather *g)
{
	return (struct tl_delta){{g->ops.data, g->ops.len},
				 {g->subs.data, g->subs.len},
				 {g->lits.data, g->lits.len}};
}

enum tl_status tl_gather_script(struct tl_gather *g, struct tl_held *h, size_t i,
				struct tl_entry *ret, bool *ret_whole, struct tl_err *err)
{
	struct tl_entry e;
	enum tl_status st = tl_held_wake(h, err);
	if (st != TL_OK)
		return st;
	tl_batch_get(&h->batch, i, &e);
	*ret = e;
	*ret_whole = !(e.flags & TL_REC_OUT);
	if (*ret_whole)
		return TL_OK;
	if (!g->at || g->begin != h || g->begin_i != i) {
		tl_gather_begin(g);
		g->at = g->begin = h;
		g->i = g->begin_i = i;
		st = tl_gather_add(g, &e, err);
	}
	tl_batch_get(&g->at->batch, g->i, &e);
	while (st == TL_OK && e.flags & TL_REC_OUT) {
		bool here = g->i + 1 < g->at->batch.n;
		if (!here && !g->at->next)
			return TL_OK;
		g->i = here ? g->i + 1 : 0;
		g->at = here ? g->at : g->at->next;
		if ((st = tl_held_wake(g->at, err)) != TL_OK)
			return st;
		tl_batch_get(&g->at->batch, g->i, &e);
		st = tl_gather_add(g, &e, err);
	}
	g->at = NULL;
	*ret_whole = true;
	const struct tl_delta d = tl_gather_delta(g);
	ret->ops = d.ops;
	ret->subs = d.subs;
	ret->lits = d.lits;
	ret->loans = (struct tl_str){g->loans.data, g->loans.len};
	ret->length = g->residues;
	return st;
}

void tl_gather_free(struct tl_gather *g)
{
	tl_buf_free(&g->ops);
	tl_buf_free(&g->subs);
	tl_buf_free(&g->lits);
	tl_buf_free(&g->loans);
}
