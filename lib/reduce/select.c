/* SPDX-License-Identifier: MIT */
/* select: which records become references. */
#include <tl/select.h>

#include <stdlib.h>

#include <tl/mem.h>
#include <tl/table.h>

#include "select_graph.h"
#include "select_list.h"
#include "select_order.h"
#include "select_way.h"

struct tl_select {
	struct tl_select_params params;
	struct order order;
	struct tl_table *arc;
	struct lists lists;
};

enum tl_status tl_select_new(struct tl_pool *pool, struct tl_budget *budget,
			     const struct tl_select_params *params, uint32_t ids,
			     struct tl_select **ret, struct tl_err *err)
{
	struct tl_select *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	s->params = *params;
	s->order = (struct order){.pool = pool, .budget = budget, .ids = ids,
				  .single = params->ratio < 1000000};
	enum tl_status st = tl_select_order_begin(&s->order, err);
	if (st == TL_OK)
		st = tl_table_new(budget, tl_budget_share(budget, 1, 16, 0),
				  sizeof(struct tl_select_arc), &s->arc, err);
	if (st != TL_OK) {
		tl_select_free(s);
		return st;
	}
	*ret = s;
	return TL_OK;
}

enum tl_status tl_select_node(struct tl_select *s, uint32_t id, const struct tl_select_node *node,
			      struct tl_err *err)
{
	return tl_select_order_put(&s->order, id, node, err);
}

enum tl_status tl_select_arc(struct tl_select *s, const struct tl_select_arc *arc,
			     struct tl_err *err)
{
	if (arc->member == arc->ref)
		return TL_OK;
	tl_select_order_join(&s->order, arc->member, arc->ref);
	return tl_table_put(s->arc, arc, err);
}

/* Tells what was chosen of a component. */
static enum tl_status tell(struct graph *g, tl_select_told told, void *ctx,
			   struct tl_select_sum *sum, struct tl_err *err)
{
	const uint32_t *id = g->order->id + g->place;
	enum tl_status st = TL_OK;
	tl_select_graph_rewind(g);
	for (uint32_t u = 0; u < g->n && st == TL_OK; u++) {
		struct out a = {.ref = u};
		if (!is_ref(g, u))
			a = tl_select_graph_best(g, u);
		if ((st = tl_select_graph_check(g)) != TL_OK)
			break;
		bool loose = a.ref == TL_SELECT_NONE;
		sum->refs += a.ref == u;
		sum->loose += loose;
		sum->members += a.ref != u && !loose;
		st = told(ctx, id[u], loose ? TL_SELECT_NONE : id[a.ref], a.source, err);
	}
	return st;
}

static enum tl_status choose(struct tl_select *s, tl_select_told told, void *ctx,
			     struct tl_select_sum *sum, struct tl_err *err)
{
	static void (*const way[])(struct graph *) = {
		[TL_SELECT_BYTES] = tl_select_way_bytes,
		[TL_SELECT_COUNT] = tl_select_way_count,
		[TL_SELECT_LENGTH] = tl_select_way_length,
	};
	__extension__ typedef unsigned __int128 wide;
	const struct order *o = &s->order;
	struct graph g = {.order = o, .lists = &s->lists, .limit = UINT64_MAX, .err = err};
	enum tl_status st = TL_OK;
	if (o->single)
		g.limit = (uint64_t)((wide)o->residues * (uint64_t)s->params.ratio / 1000000);
	for (uint32_t at = 0, end; at < o->nodes && st == TL_OK; at = end) {
		end = tl_select_order_next(o, at);
		if ((st = tl_select_graph_load(&g, end - at, err)) != TL_OK)
			break;
		way[s->params.by](&g);
		if ((st = tl_select_graph_check(&g)) == TL_OK)
			st = tell(&g, told, ctx, sum, err);
	}
	tl_select_graph_close(&g);
	return st;
}

enum tl_status tl_select_run(struct tl_select *s, tl_select_told told, void *ctx,
			     struct tl_select_sum *ret, struct tl_err *err)
{
	*ret = (struct tl_select_sum){0};
	enum tl_status st = tl_select_order_end(&s->order, err);
	if (st == TL_OK)
		st = tl_select_list_make(&s->lists, &s->order, &s->arc, err);
	if (st == TL_OK && !s->order.single)
		tl_select_order_forget(&s->order);
	return st == TL_OK ? choose(s, told, ctx, ret, err) : st;
}

void tl_select_free(struct tl_select *s)
{
	if (!s)
		return;
	tl_select_order_drop(&s->order);
	tl_table_free(s->arc);
	tl_select_list_drop(&s->lists);
	free(s);
}

static uint32_t clip(uint64_t v)
{
	return v < UINT32_MAX / 4 ? (uint32_t)v : UINT32_MAX / 4;
}

uint32_t tl_select_whole(uint64_t length, int nucleotide)
{
	return clip(length < UINT32_MAX ? length * (nucleotide ? 8 : 17) / 2 : UINT32_MAX);
}

uint32_t tl_select_delta(uint64_t ops, uint64_t residues, int nucleotide)
{
	if (ops > UINT32_MAX || residues > UINT32_MAX)
		return clip(UINT32_MAX);
	return clip(4 * 16 + ops * 12 + residues * (nucleotide ? 8 : 17) / 2);
}
