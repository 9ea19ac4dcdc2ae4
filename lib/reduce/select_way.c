/* SPDX-License-Identifier: MIT */
/* select_way: the three ways to choose references.
 *
 * Contents: 1. by count  2. by length  3. by bytes.
 */
#include "select_way.h"

#include <string.h>

/* 1. By count.  word[0]: how many nodes would be newly covered. */

static void cover_node(struct graph *g, uint32_t u)
{
	if (g->flag[u] & NODE_COVERED)
		return;
	g->flag[u] |= NODE_COVERED;
	g->word[0][u]--;
	for (uint32_t i = g->out[u]; i < g->out[u + 1]; i++)
		g->word[0][out_of(g, i).ref]--;
}

static void cover_by(struct graph *g, uint32_t v)
{
	cover_node(g, v);
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++)
		cover_node(g, in_of(g, i).member);
}

/* A reference goes where it has a reference of its own and none of its members needs it; the ones
 * chosen last cover least and are asked first, which here is from the end. */
static void drop_needless(struct graph *g)
{
	uint32_t *covers = g->word[0]; /* references of each node */
	for (uint32_t u = 0; u < g->n; u++) {
		covers[u] = 0;
		for (uint32_t i = g->out[u]; i < g->out[u + 1]; i++)
			covers[u] += is_ref(g, out_of(g, i).ref);
	}
	for (uint32_t v = g->n; v-- > 0;) {
		bool needed = !is_ref(g, v) || is_preferred(g, v) || !covers[v];
		for (uint32_t i = g->in[v]; !needed && i < g->in[v + 1]; i++) {
			uint32_t u = in_of(g, i).member;
			needed = !is_ref(g, u) && covers[u] == 1;
		}
		if (needed)
			continue;
		g->flag[v] &= (uint8_t)~NODE_REF;
		for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++)
			covers[in_of(g, i).member]--;
	}
}

void tl_select_way_count(struct graph *g)
{
	struct queue *q = &g->queue;
	uint32_t *gain = g->word[0];
	for (uint32_t v = 0; v < g->n; v++)
		gain[v] = 1 + (g->in[v + 1] - g->in[v]);
	tl_select_graph_prefer(g, cover_by);
	q->n = 0;
	for (uint32_t v = 0; v < g->n; v++)
		if (gain[v])
			queue_add(q, gain[v], v);
	tl_select_queue_order(q);
	while (q->n && g->status == TL_OK) {
		uint32_t v = q->heap[0].v;
		if (gain[v] && gain[v] != q->heap[0].gain) {
			tl_select_queue_fall(q, gain[v]);
			continue;
		}
		tl_select_queue_drop(q);
		if (gain[v] && tl_select_graph_take(g, v))
			cover_by(g, v);
	}
	drop_needless(g);
}

/* 2. By length. */

static bool covered(struct graph *g, uint32_t u)
{
	bool any = false;
	for (uint32_t i = g->out[u]; !any && i < g->out[u + 1]; i++)
		any = is_ref(g, out_of(g, i).ref);
	return any;
}

void tl_select_way_length(struct graph *g)
{
	for (uint32_t v = 0; v < g->n; v++)
		if (is_preferred(g, v) || !covered(g, v))
			(void)tl_select_graph_take(g, v);
}

/* 3. By bytes.  Every node begins whole, as if a reference without members; making v a centre saves
 * what its members' deltas are cheaper than what they cost now, less what v itself costs more than
 * now.  word[0]: what the node costs as things stand. */

static int64_t saving(struct graph *g, uint32_t v)
{
	const uint32_t *now = g->word[0];
	int64_t sum = (int64_t)now[v] - whole(g, v);
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++) {
		struct in a = in_of(g, i);
		if (!is_ref(g, a.member) && now[a.member] > a.cost)
			sum += now[a.member] - a.cost;
	}
	return sum;
}

static void centre_on(struct graph *g, uint32_t v)
{
	uint32_t *now = g->word[0];
	now[v] = whole(g, v);
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++) {
		struct in a = in_of(g, i);
		if (!is_ref(g, a.member) && now[a.member] > a.cost)
			now[a.member] = a.cost;
	}
}

/* What is saved if reference v becomes a member and its members go elsewhere; INT64_MIN where they
 * cannot. */
static int64_t demotion(struct graph *g, uint32_t v)
{
	struct out own = tl_select_graph_best(g, v);
	if (own.ref == TL_SELECT_NONE)
		return INT64_MIN;
	int64_t sum = (int64_t)whole(g, v) - own.cost;
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++) {
		uint32_t u = in_of(g, i).member;
		if (is_ref(g, u))
			continue;
		struct out here = tl_select_graph_best(g, u);
		if (here.ref != v)
			continue;
		struct out there = tl_select_graph_second(g, u);
		if (there.ref == TL_SELECT_NONE)
			return INT64_MIN;
		sum -= (int64_t)there.cost - here.cost;
	}
	return sum;
}

static void prune(struct graph *g)
{
	tl_select_graph_rewind(g);
	for (uint32_t v = g->n; v-- > 0;)
		if (is_ref(g, v) && !is_preferred(g, v) && demotion(g, v) > 0)
			g->flag[v] &= (uint8_t)~NODE_REF;
}

/* Takes centres while they save; a gain that fell since it was computed goes back into the queue.
 */
static void take_centres(struct graph *g)
{
	struct queue *q = &g->queue;
	while (q->n && g->status == TL_OK) {
		uint32_t v = q->heap[0].v;
		int64_t gain = q->heap[0].gain, now = is_ref(g, v) ? 0 : saving(g, v);
		if (now > 0 && now != gain) {
			tl_select_queue_fall(q, now);
			continue;
		}
		tl_select_queue_drop(q);
		if (now > 0 && tl_select_graph_take(g, v))
			centre_on(g, v);
	}
}

/* What no centre covers stands whole, and may still serve others: by id, as far as the limit goes. */
static void rest_whole(struct graph *g)
{
	const struct order *o = g->order;
	uint32_t n = g->limit == UINT64_MAX ? g->n : o->ids;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t v = g->limit == UINT64_MAX ? i : o->place[i];
		if (v != TL_SELECT_NONE && !is_ref(g, v) && g->word[0][v] >= whole(g, v))
			(void)tl_select_graph_take(g, v);
	}
}

void tl_select_way_bytes(struct graph *g)
{
	struct queue *q = &g->queue;
	for (uint32_t v = 0; v < g->n; v++)
		g->word[0][v] = whole(g, v);
	tl_select_graph_prefer(g, centre_on);
	q->n = 0;
	for (uint32_t v = 0; v < g->n; v++) {
		int64_t gain = is_ref(g, v) ? 0 : saving(g, v);
		if (gain > 0)
			queue_add(q, gain, v);
	}
	tl_select_queue_order(q);
	take_centres(g);
	rest_whole(g);
	prune(g);
}
