/* SPDX-License-Identifier: MIT */
/* select_graph: what a selection is made of. */
#include "select_graph.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>
#include <tl/radix.h>

/* Preferred ones first, then by length descending, hash, index. */
static enum tl_status rank_nodes(struct graph *g, struct tl_err *err)
{
	uint64_t *r = tl_mem_alloc(g->n, 3 * sizeof *r, err);
	if (!r)
		return TL_NOMEM;
	for (size_t i = 0; i < g->n; i++) {
		uint64_t rank = (uint64_t)!g->node[i].prefer << 63 |
				(INT64_MAX - g->node[i].length);
		memcpy(r + 3 * i, (uint64_t[]){rank, g->node[i].hash, i}, 3 * sizeof *r);
	}
	tl_radix_sort(r, g->n, 3);
	for (size_t i = 0; i < g->n; i++) {
		g->rank[r[3 * i + 2]] = (uint32_t)i;
		g->order[i] = (uint32_t)r[3 * i + 2];
	}
	free(r);
	return TL_OK;
}

/* Arcs are sorted as three words, in their own place. */
_Static_assert(sizeof(struct tl_select_arc) == 3 * sizeof(uint64_t), "arcs are three words");

/* By member, then ref (its rank), the best of parallel ones first. */
static void sort_parallel(struct tl_select_arc *arc, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tl_select_arc a = arc[i];
		memcpy(&arc[i], (uint64_t[]){(uint64_t)a.member << 32 | a.ref,
					     (uint64_t)a.cost << 32 | (UINT32_MAX - a.identity),
					     a.source}, sizeof a);
	}
	tl_radix_sort((uint64_t *)(void *)arc, n, 3);
	for (size_t i = 0; i < n; i++) {
		uint64_t w[3];
		memcpy(w, &arc[i], sizeof w);
		arc[i] = (struct tl_select_arc){(uint32_t)(w[0] >> 32), (uint32_t)w[0],
						(uint32_t)(w[1] >> 32),
						UINT32_MAX - (uint32_t)w[1], w[2]};
	}
}

/* By member, then what they are worth: cost, identity, ref (its rank). */
static void sort_worth(struct tl_select_arc *arc, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tl_select_arc a = arc[i];
		memcpy(&arc[i], (uint64_t[]){(uint64_t)a.member << 32 | a.cost,
					     (uint64_t)(UINT32_MAX - a.identity) << 32 | a.ref,
					     a.source}, sizeof a);
	}
	tl_radix_sort((uint64_t *)(void *)arc, n, 3);
	for (size_t i = 0; i < n; i++) {
		uint64_t w[3];
		memcpy(w, &arc[i], sizeof w);
		arc[i] = (struct tl_select_arc){(uint32_t)(w[0] >> 32), (uint32_t)w[1],
						(uint32_t)w[0], UINT32_MAX - (uint32_t)(w[1] >> 32),
						w[2]};
	}
}

/* Keeps the best arc of each pair, and sorts those of a member by what they are worth; ranks stand
 * in for nodes meanwhile. */
static void sort_arcs(struct graph *g)
{
	size_t kept = 0;
	for (size_t i = 0; i < g->arcs; i++)
		g->arc[i].ref = g->rank[g->arc[i].ref];
	sort_parallel(g->arc, g->arcs);
	for (size_t i = 0; i < g->arcs; i++) {
		const struct tl_select_arc *a = &g->arc[i];
		bool again = kept && g->arc[kept - 1].member == a->member &&
			     g->arc[kept - 1].ref == a->ref;
		if (!again && g->order[a->ref] != a->member)
			g->arc[kept++] = *a;
	}
	g->arcs = kept;
	sort_worth(g->arc, g->arcs);
	for (size_t i = 0; i < g->arcs; i++)
		g->arc[i].ref = g->order[g->arc[i].ref];
}

/* Indexes the arcs from both sides. */
static void index_arcs(struct graph *g)
{
	for (size_t i = 0; i < g->arcs; i++) {
		g->out[g->arc[i].member + 1]++;
		g->in[g->arc[i].ref + 1]++;
	}
	for (size_t i = 0; i < g->n; i++) {
		g->out[i + 1] += g->out[i];
		g->in[i + 1] += g->in[i];
	}
	for (size_t i = 0; i < g->arcs; i++)
		g->by_ref[g->in[g->arc[i].ref]++] = (uint32_t)i;
	/* in[v] has moved to where the arcs of v end, which is where those of v + 1 begin. */
	for (size_t v = g->n; v > 0; v--)
		g->in[v] = g->in[v - 1];
	g->in[0] = 0;
}

void tl_select_graph_close(struct graph *g)
{
	free(g->out);
	free(g->in);
	free(g->by_ref);
	free(g->rank);
	free(g->order);
	free(g->first);
	free(g->second);
	free(g->is_ref);
}

enum tl_status tl_select_graph_open(struct graph *g, int64_t ratio, struct tl_err *err)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t total = 0;
	if (g->n >= TL_SELECT_NONE || g->arcs >= UINT32_MAX)
		return tl_err_set(err, TL_DATA, "more than 2^32 records or edges to select from");
	g->out = tl_mem_zalloc(g->n + 1, sizeof *g->out, err);
	g->in = tl_mem_zalloc(g->n + 1, sizeof *g->in, err);
	g->by_ref = tl_mem_alloc(g->arcs, sizeof *g->by_ref, err);
	g->rank = tl_mem_alloc(g->n, sizeof *g->rank, err);
	g->order = tl_mem_alloc(g->n, sizeof *g->order, err);
	g->first = tl_mem_alloc(g->n, sizeof *g->first, err);
	g->second = tl_mem_alloc(g->n, sizeof *g->second, err);
	g->is_ref = tl_mem_zalloc(g->n, sizeof *g->is_ref, err);
	if (!g->out || !g->in || !g->by_ref || !g->rank || !g->order || !g->first || !g->second ||
	    !g->is_ref || rank_nodes(g, err) != TL_OK)
		return TL_NOMEM;
	sort_arcs(g);
	index_arcs(g);
	for (size_t i = 0; i < g->n; i++)
		total += g->node[i].length;
	g->limit =
		ratio >= 1000000 ? UINT64_MAX : (uint64_t)((wide)total * (uint64_t)ratio / 1000000);
	return TL_OK;
}

bool tl_select_graph_take(struct graph *g, uint32_t v)
{
	if (!g->node[v].prefer && g->node[v].length > g->limit - g->held)
		return false;
	g->is_ref[v] = true;
	g->held += g->node[v].length;
	if (g->held > g->limit)
		g->held = g->limit; /* preferred ones may pass it */
	return true;
}

void tl_select_graph_prefer(struct graph *g, void (*take)(struct graph *, uint32_t, void *),
			   void *ctx)
{
	for (size_t v = 0; v < g->n; v++)
		if (g->node[v].prefer && tl_select_graph_take(g, (uint32_t)v))
			take(g, (uint32_t)v, ctx);
}

void tl_select_graph_rewind(struct graph *g)
{
	for (size_t u = 0; u < g->n; u++)
		g->first[u] = g->second[u] = g->out[u];
}

static const struct tl_select_arc *next_arc(const struct graph *g, uint32_t u, uint32_t *at)
{
	while (*at < g->out[u + 1] && !g->is_ref[g->arc[*at].ref])
		++*at;
	return *at < g->out[u + 1] ? &g->arc[*at] : NULL;
}

const struct tl_select_arc *tl_select_graph_best(const struct graph *g, uint32_t u)
{
	return next_arc(g, u, &g->first[u]);
}

const struct tl_select_arc *tl_select_graph_second(const struct graph *g, uint32_t u)
{
	if (tl_select_graph_best(g, u) && g->second[u] <= g->first[u])
		g->second[u] = g->first[u] + 1;
	return next_arc(g, u, &g->second[u]);
}
