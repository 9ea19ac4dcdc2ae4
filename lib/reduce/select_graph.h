/* SPDX-License-Identifier: MIT */
/* select_graph: what a selection is made of: nodes in the order of ties, arcs from both sides, and
 * which nodes are references so far. */
#ifndef TL_SELECT_GRAPH_H
#define TL_SELECT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/select.h>

struct graph {
	const struct tl_select_node *node;
	size_t n;
	struct tl_select_arc *arc; /* by member, the best first; one for each pair */
	size_t arcs;
	uint32_t *out;            /* [n + 1] arcs of member u: arc[out[u] .. out[u + 1]) */
	uint32_t *in;             /* [n + 1] arcs to ref v: arc[by_ref[in[v] .. in[v + 1])] */
	uint32_t *by_ref;         /* [arcs] */
	uint32_t *rank;           /* [n] place in the order of ties, 0 first */
	uint32_t *order;          /* [n] the other way round */
	uint32_t *first, *second; /* [n] see best_arc */
	bool *is_ref;             /* [n] */
	uint64_t limit, held;     /* residues that references may hold, and do */
};

/* node, n, arc and arcs are set, all else is zero.  Closed after a failure too. */
enum tl_status tl_select_graph_open(struct graph *g, int64_t ratio, struct tl_err *err) TL_CHECK;
void tl_select_graph_close(struct graph *g);

/* Makes v a reference where the limit allows it. */
bool tl_select_graph_take(struct graph *g, uint32_t v);

/* Preferred nodes become references before any other; they are first by rank. */
void tl_select_graph_prefer(struct graph *g, void (*take)(struct graph *, uint32_t, void *),
			    void *ctx);

/* References only go from here on: the cursors of tl_select_graph_best begin anew. */
void tl_select_graph_rewind(struct graph *g);

/* The best arc of u to a reference, and the next best; NULL for none.  A cursor never goes back, so
 * that all calls together take no more steps than there are arcs. */
const struct tl_select_arc *tl_select_graph_best(const struct graph *g, uint32_t u);
const struct tl_select_arc *tl_select_graph_second(const struct graph *g, uint32_t u);

#endif
