/* SPDX-License-Identifier: MIT */
/* select_order: the nodes of a selection and their places.
 *
 * Components are found with a forest of sets (Tarjan, JACM 1975; paths are halved), while arcs come. */
#include "select_order.h"

#include <stdlib.h>

#include <tl/mem.h>

#define WHAT "the order of the selection"

/* Memory for n items of size bytes, which stays charged until o is dropped. */
static void *take(struct order *o, uint64_t n, size_t size, struct tl_err *err)
{
	if (tl_budget_need(o->budget, n * size, WHAT, err) != TL_OK)
		return NULL;
	void *p = tl_mem_zalloc(n, size, err);
	if (p)
		o->charged += n * size;
	else
		tl_budget_give(o->budget, n * size);
	return p;
}

static void give(struct order *o, void *p, uint64_t n, size_t size)
{
	free(p);
	if (!p)
		return;
	tl_budget_give(o->budget, n * size);
	o->charged -= n * size;
}

enum tl_status tl_select_order_begin(struct order *o, struct tl_err *err)
{
	uint64_t share = tl_budget_share(o->budget, 1, 16, 0);
	o->any = TL_SELECT_NONE;
	o->place = take(o, o->ids, sizeof *o->place, err);
	if (!o->place)
		return TL_NOMEM;
	for (uint32_t i = 0; i < o->ids; i++)
		o->place[i] = TL_SELECT_NONE;
	enum tl_status st = tl_sort_new(o->pool, o->budget, share, 4, &o->tie, err);
	if (st == TL_OK && o->single)
		st = tl_table_new(o->budget, share, sizeof(uint64_t), &o->length, err);
	return st;
}

enum tl_status tl_select_order_put(struct order *o, uint32_t id, const struct tl_select_node *node,
				   struct tl_err *err)
{
	const uint64_t record[4] = {INT64_MAX - node->length, node->hash, id,
				    node->cost | (node->prefer ? COST_PREFER : 0)};
	if (o->any == TL_SELECT_NONE)
		o->any = id;
	o->place[id] = o->single ? o->any : id;
	o->nodes++;
	o->residues += node->length;
	o->any_prefer |= node->prefer;
	return tl_sort_put(o->tie, 0, record, err);
}

static uint32_t find(uint32_t *of, uint32_t i)
{
	while (of[i] != i)
		i = of[i] = of[of[i]];
	return i;
}

void tl_select_order_join(struct order *o, uint32_t a, uint32_t b)
{
	a = find(o->place, a);
	b = find(o->place, b);
	o->place[a > b ? a : b] = a > b ? b : a;
}

/* next[root] becomes the place where the component of that root begins. */
static void lay_out(struct order *o, uint32_t *next)
{
	uint32_t at = 0;
	for (uint32_t i = 0; i < o->ids; i++)
		if (o->place[i] != TL_SELECT_NONE)
			next[o->place[i] = find(o->place, i)]++;
	for (uint32_t i = 0; i < o->ids; i++) {
		uint32_t size = next[i];
		if (!size)
			continue;
		o->begin[at / 64] |= (uint64_t)1 << at % 64;
		next[i] = at;
		at += size;
	}
}

/* Gives places to the nodes of the order of ties that are preferred, or are not. */
static enum tl_status give_places(struct order *o, uint32_t *next, bool prefer, struct tl_err *err)
{
	struct tl_sort_pass *pass;
	const uint64_t *r;
	enum tl_status st = tl_sort_open(o->tie, 0, UINT64_MAX, &pass, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_sort_next(pass, &r, err)) == TL_OK && r) {
		uint32_t id = (uint32_t)r[2], cost = (uint32_t)r[3];
		uint64_t length = INT64_MAX - r[0];
		if (!(cost & COST_PREFER) == prefer)
			continue;
		/* Roots are looked up in next[] only, so their own place may stand in place[]. */
		uint32_t at = next[o->place[id]]++;
		o->place[id] = at;
		o->id[at] = id;
		o->cost[at] = cost;
		if (o->single && (st = tl_table_put(o->length, &length, err)) != TL_OK)
			break;
	}
	tl_sort_close(pass);
	return st;
}

enum tl_status tl_select_order_end(struct order *o, struct tl_err *err)
{
	uint32_t *next = take(o, o->ids, sizeof *next, err);
	enum tl_status st = next ? tl_sort_end(o->tie, err) : TL_NOMEM;
	if (st == TL_OK) {
		o->id = take(o, o->nodes, sizeof *o->id, err);
		o->cost = take(o, o->nodes, sizeof *o->cost, err);
		o->begin = take(o, o->nodes / 64 + 1, sizeof *o->begin, err);
		st = o->id && o->cost && o->begin ? TL_OK : TL_NOMEM;
	}
	if (st == TL_OK)
		lay_out(o, next);
	if (st == TL_OK && o->any_prefer)
		st = give_places(o, next, true, err);
	if (st == TL_OK)
		st = give_places(o, next, false, err);
	give(o, next, o->ids, sizeof *next);
	tl_sort_free(o->tie);
	o->tie = NULL;
	return st;
}

uint32_t tl_select_order_next(const struct order *o, uint32_t place)
{
	uint64_t at = (uint64_t)place + 1;
	while (at < o->nodes && !(o->begin[at / 64] >> at % 64)) /* none is left in this word */
		at = (at / 64 + 1) * 64;
	if (at >= o->nodes)
		return o->nodes;
	return (uint32_t)(at + (unsigned)__builtin_ctzll(o->begin[at / 64] >> at % 64));
}

void tl_select_order_forget(struct order *o)
{
	give(o, o->place, o->ids, sizeof *o->place);
	o->place = NULL;
}

void tl_select_order_drop(struct order *o)
{
	tl_sort_free(o->tie);
	tl_table_free(o->length);
	free(o->place);
	free(o->id);
	free(o->cost);
	free(o->begin);
	tl_budget_give(o->budget, o->charged);
}
