/* SPDX-License-Identifier: MIT */
/* select_list: the arcs of a selection as lists.
 *
 * All arcs are sorted by member and then reference, so that of parallel ones the best is left; those of
 * a member are then sorted by what they are worth, and put once more to be sorted by reference. */
#include "select_list.h"

#include <stdlib.h>

#include <tl/buf.h>
#include <tl/mem.h>
#include <tl/radix.h>
#include <tl/sort.h>

struct maker {
	struct lists *lists;
	const struct order *order;
	struct tl_sort *by_ref;
	uint64_t *own; /* of the member at hand, in threes: cost and identity, ref, source */
	size_t n, cap;
	uint32_t member;
	uint32_t told; /* members whose number is in outs */
};

static enum tl_status new_sort(const struct order *o, unsigned words, struct tl_sort **ret,
			       struct tl_err *err)
{
	uint64_t share = tl_budget_share(o->budget, 1, 8, 0);
	return tl_sort_new(o->pool, o->budget, share, words, ret, err);
}

/* Says how many rows places up to `to` have: the one before it n, those before that none. */
static enum tl_status tell(struct tl_table *counts, uint32_t *told, uint32_t to, uint32_t n,
			   struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (; *told < to && st == TL_OK; ++*told)
		st = tl_table_put(counts, &(uint32_t){*told + 1 == to ? n : 0}, err);
	return st;
}

/* The list of the member at hand is complete. */
static enum tl_status end_member(struct maker *m, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	tl_radix_sort(m->own, m->n, 3);
	for (size_t i = 0; i < m->n && st == TL_OK; i++) {
		const uint64_t *w = m->own + 3 * i;
		struct out out = {(uint32_t)w[1], (uint32_t)(w[0] >> 32), w[2]};
		st = tl_table_put(m->lists->out, &out, err);
		if (st == TL_OK)
			st = tl_sort_put(m->by_ref, 0, (uint64_t[]){
				(uint64_t)out.ref << 32 | m->member, out.cost}, err);
	}
	if (st == TL_OK && m->n)
		st = tell(m->lists->outs, &m->told, m->member + 1, (uint32_t)m->n, err);
	m->n = 0;
	return st;
}

/* Takes an arc that is not parallel to the one before. */
static enum tl_status add(struct maker *m, const uint64_t *r, struct tl_err *err)
{
	size_t cap = m->cap;
	enum tl_status st = tl_budget_grow(m->order->budget, &m->own, &cap, 3 * (m->n + 1),
					   sizeof *m->own, "the arcs of one record", err);
	m->cap = cap;
	if (st != TL_OK)
		return st;
	uint64_t *w = m->own + 3 * m->n++;
	w[0] = r[1];
	w[1] = (uint32_t)r[0];
	w[2] = r[2];
	return TL_OK;
}

static enum tl_status by_member(struct maker *m, struct tl_sort *sort, struct tl_err *err)
{
	struct tl_sort_pass *pass;
	const uint64_t *r;
	uint64_t last = UINT64_MAX;
	enum tl_status st = tl_sort_open(sort, 0, UINT64_MAX, &pass, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_sort_next(pass, &r, err)) == TL_OK && r) {
		if (r[0] == last)
			continue;
		last = r[0];
		if (m->member != last >> 32 && (st = end_member(m, err)) != TL_OK)
			break;
		m->member = (uint32_t)(last >> 32);
		if ((st = add(m, r, err)) != TL_OK)
			break;
	}
	if (st == TL_OK)
		st = end_member(m, err);
	if (st == TL_OK)
		st = tell(m->lists->outs, &m->told, m->order->nodes, 0, err);
	tl_sort_close(pass);
	return st;
}

static enum tl_status by_ref(struct maker *m, struct tl_err *err)
{
	struct tl_sort_pass *pass;
	const uint64_t *r;
	uint32_t told = 0, ref = 0, n = 0;
	enum tl_status st = tl_sort_open(m->by_ref, 0, UINT64_MAX, &pass, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_sort_next(pass, &r, err)) == TL_OK && r) {
		struct in in = {(uint32_t)r[0], (uint32_t)r[1]};
		if (n && ref != r[0] >> 32) {
			if ((st = tell(m->lists->ins, &told, ref + 1, n, err)) != TL_OK)
				break;
			n = 0;
		}
		ref = (uint32_t)(r[0] >> 32);
		n++;
		if ((st = tl_table_put(m->lists->in, &in, err)) != TL_OK)
			break;
	}
	if (st == TL_OK && n)
		st = tell(m->lists->ins, &told, ref + 1, n, err);
	if (st == TL_OK)
		st = tell(m->lists->ins, &told, m->order->nodes, 0, err);
	tl_sort_close(pass);
	return st;
}

/* All arcs, by member, ref, and of parallel ones by what they are worth. */
static enum tl_status sort_arcs(const struct order *o, const struct tl_table *arcs,
				struct tl_sort *sort, struct tl_err *err)
{
	struct tl_table_view view = {0};
	enum tl_status st = TL_OK;
	for (uint64_t i = 0; i < tl_table_count(arcs) && st == TL_OK; i++) {
		const void *row;
		if ((st = tl_table_get(arcs, &view, i, &row, err)) != TL_OK)
			break;
		const struct tl_select_arc *a = row;
		st = tl_sort_put(sort, 0, (uint64_t[]){
			(uint64_t)o->place[a->member] << 32 | o->place[a->ref],
			(uint64_t)a->cost << 32 | (UINT32_MAX - a->identity), a->source}, err);
	}
	tl_table_leave(&view);
	return st == TL_OK ? tl_sort_end(sort, err) : st;
}

static enum tl_status new_tables(struct lists *l, const struct order *o, struct tl_err *err)
{
	const struct {
		struct tl_table **table;
		size_t size;
	} all[] = {{&l->out, sizeof(struct out)}, {&l->in, sizeof(struct in)},
		   {&l->outs, sizeof(uint32_t)}, {&l->ins, sizeof(uint32_t)}};
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < 4 && st == TL_OK; i++)
		st = tl_table_new(o->budget, tl_budget_share(o->budget, 1, 16, 0), all[i].size,
				  all[i].table, err);
	return st;
}

enum tl_status tl_select_list_make(struct lists *l, const struct order *o, struct tl_table **arcs,
				   struct tl_err *err)
{
	struct maker m = {.lists = l, .order = o};
	struct tl_sort *sort = NULL;
	enum tl_status st = new_tables(l, o, err);
	if (st == TL_OK)
		st = new_sort(o, 3, &sort, err);
	if (st == TL_OK)
		st = sort_arcs(o, *arcs, sort, err);
	tl_table_free(*arcs);
	*arcs = NULL;
	if (st == TL_OK)
		st = new_sort(o, 2, &m.by_ref, err);
	if (st == TL_OK)
		st = by_member(&m, sort, err);
	tl_sort_free(sort);
	tl_budget_give(o->budget, m.cap * sizeof *m.own);
	free(m.own);
	if (st == TL_OK)
		st = tl_sort_end(m.by_ref, err);
	if (st == TL_OK)
		st = by_ref(&m, err);
	tl_sort_free(m.by_ref);
	return st;
}

void tl_select_list_drop(struct lists *l)
{
	tl_table_free(l->out);
	tl_table_free(l->in);
	tl_table_free(l->outs);
	tl_table_free(l->ins);
}
