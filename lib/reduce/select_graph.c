/* SPDX-License-Identifier: MIT */
/* select_graph: one component of a selection. */
#include "select_graph.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

/* Bytes of what is kept for each node: two offsets, two words, a flag and a place in the queue. */
#define NODE_BYTES (4 * sizeof(uint32_t) + 1 + sizeof(struct entry))

static void free_nodes(struct graph *g)
{
	free(g->out);
	free(g->in);
	free(g->word[0]);
	free(g->word[1]);
	free(g->flag);
	free(g->queue.heap);
	tl_budget_give(g->order->budget, g->cap * NODE_BYTES);
	g->out = g->in = g->word[0] = g->word[1] = NULL;
	g->flag = NULL;
	g->queue.heap = NULL;
	g->cap = 0;
}

static void free_rows(struct graph *g)
{
	free(g->outs);
	free(g->ins);
	tl_budget_give(g->order->budget, g->charged);
	g->outs = NULL;
	g->ins = NULL;
	g->outs_cap = g->ins_cap = 0;
	g->charged = 0;
}

void tl_select_graph_close(struct graph *g)
{
	free_nodes(g);
	free_rows(g);
	tl_table_leave(&g->out_view);
	tl_table_leave(&g->in_view);
	tl_table_leave(&g->outs_view);
	tl_table_leave(&g->ins_view);
	tl_table_leave(&g->length_view);
}

/* Room for n nodes, and somewhat more: components come one behind the other. */
static enum tl_status node_room(struct graph *g, uint32_t n, struct tl_err *err)
{
	size_t cap = n + (size_t)1;
	if (cap <= g->cap)
		return TL_OK;
	free_nodes(g);
	cap = cap < 4096 ? 4096 : cap;
	enum tl_status st = tl_budget_need(g->order->budget, cap * NODE_BYTES,
					   "the selection among records that belong together", err);
	if (st != TL_OK)
		return st;
	g->cap = cap;
	g->out = tl_mem_alloc(cap, sizeof *g->out, err);
	g->in = tl_mem_alloc(cap, sizeof *g->in, err);
	g->word[0] = tl_mem_alloc(cap, sizeof *g->word[0], err);
	g->word[1] = tl_mem_alloc(cap, sizeof *g->word[1], err);
	g->flag = tl_mem_alloc(cap, sizeof *g->flag, err);
	g->queue.heap = tl_mem_alloc(cap, sizeof *g->queue.heap, err);
	return g->out && g->in && g->word[0] && g->word[1] && g->flag && g->queue.heap ? TL_OK
										       : TL_NOMEM;
}

/* Offsets of the lists of the component, from how long they are. */
static enum tl_status offsets(struct graph *g, const struct tl_table *counts,
			      struct tl_table_view *view, uint32_t *ret, struct tl_err *err)
{
	uint64_t sum = 0;
	for (uint32_t v = 0; v < g->n; v++) {
		const void *row;
		enum tl_status st = tl_table_get(counts, view, g->place + v, &row, err);
		if (st != TL_OK)
			return st;
		ret[v] = (uint32_t)sum;
		sum += *(const uint32_t *)row;
		if (sum > UINT32_MAX)
			return tl_err_set(err, TL_DATA, "more than 2^32 alignments to select from");
	}
	ret[g->n] = (uint32_t)sum;
	return TL_OK;
}

/* Room for the rows of the component, if there is any. */
static void row_room(struct graph *g)
{
	size_t outs = g->out[g->n], ins = g->in[g->n];
	if (outs <= g->outs_cap && ins <= g->ins_cap)
		return;
	free_rows(g);
	outs = outs < 4096 ? 4096 : outs;
	ins = ins < 4096 ? 4096 : ins;
	uint64_t bytes = outs * sizeof *g->outs + ins * sizeof *g->ins;
	if (!tl_budget_take(g->order->budget, bytes))
		return;
	g->charged = bytes;
	g->outs = malloc(outs * sizeof *g->outs);
	g->ins = malloc(ins * sizeof *g->ins);
	g->outs_cap = outs;
	g->ins_cap = ins;
	if (!g->outs || !g->ins)
		free_rows(g);
}

/* Reads all rows where there is room for them. */
static void read_rows(struct graph *g)
{
	struct out *outs = g->outs;
	struct in *ins = g->ins;
	for (uint32_t i = 0; outs && i < g->out[g->n]; i++)
		outs[i] = tl_select_graph_fetch_out(g, i);
	for (uint32_t i = 0; ins && i < g->in[g->n]; i++)
		ins[i] = tl_select_graph_fetch_in(g, i);
}

enum tl_status tl_select_graph_load(struct graph *g, uint32_t n, struct tl_err *err)
{
	/* Those of the component before are passed. */
	if (g->n) {
		g->out_at += g->out[g->n];
		g->in_at += g->in[g->n];
		g->place += g->n;
	}
	enum tl_status st = node_room(g, n, err);
	g->n = st == TL_OK ? n : 0;
	g->cost = g->order->cost + g->place;
	if (st == TL_OK)
		st = offsets(g, g->lists->outs, &g->outs_view, g->out, err);
	if (st == TL_OK)
		st = offsets(g, g->lists->ins, &g->ins_view, g->in, err);
	if (st != TL_OK)
		return st;
	memset(g->flag, 0, n);
	row_room(g);
	read_rows(g);
	return g->status;
}

enum tl_status tl_select_graph_check(const struct graph *g)
{
	return g->status;
}

/* A row of a table; NULL behind a failure, now or before. */
static const void *row_of(struct graph *g, const struct tl_table *t, struct tl_table_view *view,
			  uint64_t i)
{
	const void *row = NULL;
	if (g->status == TL_OK)
		g->status = tl_table_get(t, view, i, &row, g->err);
	return g->status == TL_OK ? row : NULL;
}

struct out tl_select_graph_fetch_out(struct graph *g, uint32_t i)
{
	const struct out *row = row_of(g, g->lists->out, &g->out_view, g->out_at + i);
	return row ? (struct out){row->ref - g->place, row->cost, row->source} : (struct out){0};
}

struct in tl_select_graph_fetch_in(struct graph *g, uint32_t i)
{
	const struct in *row = row_of(g, g->lists->in, &g->in_view, g->in_at + i);
	return row ? (struct in){row->member - g->place, row->cost} : (struct in){0};
}

/* Asked for only where there is a limit, and then everything is one component. */
static uint64_t length_of(struct graph *g, uint32_t v)
{
	const uint64_t *row = row_of(g, g->order->length, &g->length_view, g->place + v);
	return row ? *row : 0;
}

bool tl_select_graph_take(struct graph *g, uint32_t v)
{
	if (g->limit != UINT64_MAX) {
		uint64_t length = length_of(g, v), left = g->limit - g->held;
		if (!is_preferred(g, v) && length > left)
			return false;
		g->held += length < left ? length : left; /* preferred ones may pass it */
	}
	g->flag[v] |= NODE_REF;
	return true;
}

void tl_select_graph_prefer(struct graph *g, void (*take)(struct graph *, uint32_t))
{
	for (uint32_t v = 0; v < g->n && is_preferred(g, v); v++)
		if (tl_select_graph_take(g, v))
			take(g, v);
}

void tl_select_graph_rewind(struct graph *g)
{
	memcpy(g->word[0], g->out, g->n * sizeof *g->out);
	memcpy(g->word[1], g->out, g->n * sizeof *g->out);
}

static struct out next_out(struct graph *g, uint32_t u, uint32_t *at)
{
	for (; *at < g->out[u + 1]; ++*at) {
		struct out out = out_of(g, *at);
		if (is_ref(g, out.ref))
			return out;
	}
	return (struct out){.ref = TL_SELECT_NONE};
}

struct out tl_select_graph_best(struct graph *g, uint32_t u)
{
	return next_out(g, u, &g->word[0][u]);
}

struct out tl_select_graph_second(struct graph *g, uint32_t u)
{
	if (tl_select_graph_best(g, u).ref != TL_SELECT_NONE && g->word[1][u] <= g->word[0][u])
		g->word[1][u] = g->word[0][u] + 1;
	return next_out(g, u, &g->word[1][u]);
}
