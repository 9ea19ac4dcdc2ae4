/* SPDX-License-Identifier: MIT */
/* select_way: the three ways to choose references.
 *
 * Contents: 1. by count  2. by length  3. by bytes.
 */
#include "select_way.h"

#include <stdlib.h>

#include <tl/mem.h>

#include "select_queue.h"

/* 1. By count. */

struct cover {
	bool *covered; /* [n] */
	int64_t *gain; /* [n] nodes that would be newly covered */
};

static void cover_node(struct graph *g, struct cover *c, uint32_t u)
{
	if (c->covered[u])
		return;
	c->covered[u] = true;
	c->gain[u]--;
	for (uint32_t i = g->out[u]; i < g->out[u + 1]; i++)
		c->gain[g->arc[i].ref]--;
}

static void cover_by(struct graph *g, uint32_t v, void *ctx)
{
	struct cover *c = ctx;
	cover_node(g, c, v);
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++)
		cover_node(g, c, g->arc[g->by_ref[i]].member);
}

/* A reference goes where it has a reference of its own and none of its members needs it; the ones
 * chosen last cover least and are asked first, which here is by rank from the end. */
static enum tl_status drop_needless(struct graph *g, struct tl_err *err)
{
	uint32_t *covers = tl_mem_zalloc(g->n, sizeof *covers, err); /* references of each node */
	if (!covers)
		return TL_NOMEM;
	for (size_t i = 0; i < g->arcs; i++)
		covers[g->arc[i].member] += g->is_ref[g->arc[i].ref];
	for (size_t r = g->n; r-- > 0;) {
		uint32_t v = g->order[r];
		bool needed = !g->is_ref[v] || g->node[v].prefer || !covers[v];
		for (uint32_t i = g->in[v]; !needed && i < g->in[v + 1]; i++) {
			uint32_t u = g->arc[g->by_ref[i]].member;
			needed = !g->is_ref[u] && covers[u] == 1;
		}
		if (needed)
			continue;
		g->is_ref[v] = false;
		for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++)
			covers[g->arc[g->by_ref[i]].member]--;
	}
	free(covers);
	return TL_OK;
}

enum tl_status tl_select_way_count(struct graph *g, struct tl_err *err)
{
	struct cover c = {tl_mem_zalloc(g->n, sizeof *c.covered, err),
			  tl_mem_alloc(g->n, sizeof *c.gain, err)};
	struct queue q = {0};
	uint32_t v;
	enum tl_status st = TL_NOMEM;
	if (!c.covered || !c.gain)
		goto out;
	for (size_t i = 0; i < g->n; i++)
		c.gain[i] = 1 + (int64_t)(g->in[i + 1] - g->in[i]);
	tl_select_graph_prefer(g, cover_by, &c);
	if ((st = tl_select_queue_fill(&q, g, c.gain, err)) != TL_OK)
		goto out;
	while (tl_select_queue_pop(&q, c.gain, 0, &v))
		if (tl_select_graph_take(g, v))
			cover_by(g, v, &c);
	st = drop_needless(g, err);
out:
	free(c.covered);
	free(c.gain);
	free(q.heap);
	return st;
}

/* 2. By length. */

static bool covered(const struct graph *g, uint32_t u)
{
	bool any = false;
	for (uint32_t i = g->out[u]; !any && i < g->out[u + 1]; i++)
		any = g->is_ref[g->arc[i].ref];
	return any;
}

enum tl_status tl_select_way_length(struct graph *g, struct tl_err *err)
{
	(void)err;
	for (size_t r = 0; r < g->n; r++) {
		uint32_t v = g->order[r];
		if (g->node[v].prefer || !covered(g, v))
			(void)tl_select_graph_take(g, v);
	}
	return TL_OK;
}

/* 3. By bytes.  Every node begins whole, as if a reference without members; making v a centre saves
 * what its members' deltas are cheaper than what they cost now, less what v itself costs more than
 * now. */

struct costs {
	int64_t *now;  /* [n] what the node costs as things stand */
	int64_t *gain; /* [n] an upper bound of what making it a centre saves */
	bool *centre;  /* [n] */
};

static int64_t saving(const struct graph *g, const struct costs *c, uint32_t v)
{
	int64_t sum = c->now[v] - (int64_t)g->node[v].cost;
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++) {
		const struct tl_select_arc *a = &g->arc[g->by_ref[i]];
		if (!c->centre[a->member] && c->now[a->member] > a->cost)
			sum += c->now[a->member] - (int64_t)a->cost;
	}
	return sum;
}

static void centre_on(struct graph *g, uint32_t v, void *ctx)
{
	struct costs *c = ctx;
	c->centre[v] = true;
	c->now[v] = g->node[v].cost;
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++) {
		const struct tl_select_arc *a = &g->arc[g->by_ref[i]];
		if (!c->centre[a->member] && c->now[a->member] > a->cost)
			c->now[a->member] = a->cost;
	}
}

/* What is saved if reference v becomes a member and its members go elsewhere; INT64_MIN where they
 * cannot. */
static int64_t demotion(const struct graph *g, uint32_t v)
{
	const struct tl_select_arc *own = tl_select_graph_best(g, v);
	if (!own)
		return INT64_MIN;
	int64_t sum = (int64_t)g->node[v].cost - own->cost;
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++) {
		uint32_t u = g->arc[g->by_ref[i]].member;
		if (g->is_ref[u])
			continue;
		const struct tl_select_arc *here = tl_select_graph_best(g, u);
		if (!here || here->ref != v)
			continue;
		const struct tl_select_arc *there = tl_select_graph_second(g, u);
		if (!there)
			return INT64_MIN;
		sum -= (int64_t)there->cost - here->cost;
	}
	return sum;
}

static void prune(struct graph *g)
{
	tl_select_graph_rewind(g);
	for (size_t r = g->n; r-- > 0;) {
		uint32_t v = g->order[r];
		if (g->is_ref[v] && !g->node[v].prefer && demotion(g, v) > 0)
			g->is_ref[v] = false;
	}
}

/* Takes centres while they save; a gain that fell since it was computed goes back into the queue.
 */
static void take_centres(struct graph *g, struct costs *c, struct queue *q)
{
	uint32_t v;
	while (tl_select_queue_pop(q, c->gain, 0, &v)) {
		int64_t now = c->centre[v] ? 0 : saving(g, c, v);
		if (now == c->gain[v]) {
			if (tl_select_graph_take(g, v))
				centre_on(g, v, c);
		} else if (now > 0) {
			c->gain[v] = now;
			tl_select_queue_put(q, g, now, v);
		}
	}
}

/* What no centre covers stands whole, and may still serve others. */
static void rest_whole(struct graph *g, const struct costs *c)
{
	for (size_t v = 0; v < g->n; v++)
		if (!g->is_ref[v] && c->now[v] >= (int64_t)g->node[v].cost)
			(void)tl_select_graph_take(g, (uint32_t)v);
}

enum tl_status tl_select_way_bytes(struct graph *g, struct tl_err *err)
{
	struct costs c = {tl_mem_alloc(g->n, sizeof *c.now, err),
			  tl_mem_alloc(g->n, sizeof *c.gain, err),
			  tl_mem_zalloc(g->n, sizeof *c.centre, err)};
	struct queue q = {0};
	enum tl_status st = TL_NOMEM;
	if (!c.now || !c.gain || !c.centre)
		goto out;
	for (size_t v = 0; v < g->n; v++)
		c.now[v] = g->node[v].cost;
	tl_select_graph_prefer(g, centre_on, &c);
	for (size_t v = 0; v < g->n; v++)
		c.gain[v] = c.centre[v] ? 0 : saving(g, &c, (uint32_t)v);
	if ((st = tl_select_queue_fill(&q, g, c.gain, err)) != TL_OK)
		goto out;
	take_centres(g, &c, &q);
	rest_whole(g, &c);
	prune(g);
	st = TL_OK;
out:
	free(c.now);
	free(c.gain);
	free(c.centre);
	free(q.heap);
	return st;
}
