/* SPDX-License-Identifier: MIT */
/* select_graph: one component of a selection: its nodes in the order of ties, its arcs from both
 * sides, and which nodes are references so far.
 *
 * Arcs are in memory where the budget has room for them, else they are read from the lists one by one.
 * A failure to read is remembered: what is asked for then is empty, so that every loop comes to its
 * end, and tl_select_graph_check tells it.
 */
#ifndef TL_SELECT_GRAPH_H
#define TL_SELECT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/select.h>
#include <tl/table.h>

#include "select_list.h"
#include "select_order.h"
#include "select_queue.h"

#define NODE_REF 1     /* in flag: a reference */
#define NODE_COVERED 2 /* what it means is up to who sets it */

struct graph {
	const struct order *order;
	const struct lists *lists;
	uint32_t place, n;    /* nodes are [0, n) here; [place, place + n) in order and lists */
	const uint32_t *cost; /* [n] of storing it whole; COST_PREFER */
	uint32_t *out, *in;   /* [n + 1] lists of node v: out[v] to out[v + 1], in[v] to in[v + 1] */
	uint32_t *word[2];    /* [n] for whoever chooses */
	uint8_t *flag;        /* [n] */
	struct queue queue;   /* room for n */
	uint64_t limit, held; /* residues that references may hold, and do */

	/* Where rows of the component begin in the lists, and the rows themselves, or NULL. */
	uint64_t out_at, in_at;
	struct out *outs;
	struct in *ins;
	size_t cap, outs_cap, ins_cap; /* what there is room for: nodes, rows */
	uint64_t charged;
	struct tl_table_view out_view, in_view, outs_view, ins_view, length_view;
	enum tl_status status; /* the first failure */
	struct tl_err *err;
};

/* g has order, lists, limit and err set, all else zero; closed after a failure too. */
void tl_select_graph_close(struct graph *g);

/* Takes the component of n nodes behind the one at hand; no node is a reference yet. */
enum tl_status tl_select_graph_load(struct graph *g, uint32_t n, struct tl_err *err) TL_CHECK;

enum tl_status tl_select_graph_check(const struct graph *g);

/* Row i of the lists; ref and member are nodes here. */
struct out tl_select_graph_fetch_out(struct graph *g, uint32_t i);
struct in tl_select_graph_fetch_in(struct graph *g, uint32_t i);

static inline struct out out_of(struct graph *g, uint32_t i)
{
	return g->outs ? g->outs[i] : tl_select_graph_fetch_out(g, i);
}

static inline struct in in_of(struct graph *g, uint32_t i)
{
	return g->ins ? g->ins[i] : tl_select_graph_fetch_in(g, i);
}

static inline bool is_ref(const struct graph *g, uint32_t v)
{
	return g->flag[v] & NODE_REF;
}

static inline bool is_preferred(const struct graph *g, uint32_t v)
{
	return g->cost[v] & COST_PREFER;
}

static inline uint32_t whole(const struct graph *g, uint32_t v)
{
	return g->cost[v] & ~COST_PREFER;
}

/* Makes v a reference where the limit allows it. */
bool tl_select_graph_take(struct graph *g, uint32_t v);

/* Preferred nodes become references before any other; they come first. */
void tl_select_graph_prefer(struct graph *g, void (*take)(struct graph *, uint32_t));

/* References only go from here on: the cursors of tl_select_graph_best, which are in word[], begin
 * anew. */
void tl_select_graph_rewind(struct graph *g);

/* The best arc of u to a reference, and the next best; ref is TL_SELECT_NONE for none.  A cursor never
 * goes back, so that all calls together take no more steps than there are arcs. */
struct out tl_select_graph_best(struct graph *g, uint32_t u);
struct out tl_select_graph_second(struct graph *g, uint32_t u);

#endif
