/* SPDX-License-Identifier: MIT */
/* set_arc: the edges of a set as arcs, the selection among them, and the roles it gives. */
#include "set_arc.h"

#include <stdlib.h>

#include <tl/expand.h>
#include <tl/mem.h>

#include "set_chain.h"
#include "set_edge.h"

#define EDGES_AT_A_TIME 4096

/* May the records be linked as far as their taxa go? */
static bool kin(const struct tl_set *set, const struct tl_set_record *a,
		const struct tl_set_record *b)
{
	if (!set->same_taxon)
		return true;
	uint32_t x = tl_lineage_at(set->opt_lineage, a->taxon, set->rank);
	return x && x == tl_lineage_at(set->opt_lineage, b->taxon, set->rank);
}

/* The arcs of one edge, of which there are at most two. */
static enum tl_status edge_arcs(const struct tl_set *set, const uint8_t *height,
				const struct tl_set_edge *e, uint64_t source,
				struct tl_select_arc *arc, size_t *n, struct tl_err *err)
{
	const struct tl_set_record *a = tl_set_find(set, e->a), *b = tl_set_find(set, e->b);
	if (!a || !b)
		return tl_set_chain_missing(err, a ? e->b : e->a);
	bool nt = a->nucleotide;
	if (b->nucleotide != nt)
		return tl_err_set(err, TL_DATA,
				  "an edge between records tl|%llu and tl|%llu of different "
				  "alphabets",
				  (unsigned long long)e->a, (unsigned long long)e->b);
	if (a->node == TL_SELECT_NONE || b->node == TL_SELECT_NONE)
		return TL_OK; /* one of them is a copy by now */
	if (!kin(set, a, b))
		return TL_OK;
	if (e->flags & TL_EDGE_A && height[a->node] < TL_EXPAND_DEPTH)
		arc[(*n)++] = (struct tl_select_arc){a->node, b->node,
						     tl_select_delta(e->ops, e->extra_a, nt),
						     e->identity, source};
	if (e->flags & TL_EDGE_B && height[b->node] < TL_EXPAND_DEPTH)
		arc[(*n)++] = (struct tl_select_arc){b->node, a->node,
						     tl_select_delta(e->ops, e->extra_b, nt),
						     e->identity, source | 1};
	return TL_OK;
}

static enum tl_status make_arcs(struct tl_set *set, const uint8_t *height,
				struct tl_select_arc *arc, size_t *ret_n, struct tl_err *err)
{
	struct tl_buf scratch = {0};
	const struct tl_set_edge *e = NULL;
	enum tl_status st = TL_OK;
	*ret_n = 0;
	for (size_t i = 0; i < set->edges && st == TL_OK; i++) {
		size_t left = set->edges - i;
		if (i % EDGES_AT_A_TIME == 0)
			st = tl_set_edge_get(set, i, left < EDGES_AT_A_TIME ? left : EDGES_AT_A_TIME,
				       &scratch, &e, err);
		if (st == TL_OK)
			st = edge_arcs(set, height, &e[i % EDGES_AT_A_TIME], (uint64_t)i << 1, arc,
				       ret_n, err);
	}
	tl_buf_free(&scratch);
	return st;
}

static enum tl_status run_selection(struct tl_set *set, const struct tl_select_params *params,
				    struct tl_err *err)
{
	/* What tl_select_run takes for a node and for an arc is counted here. */
	uint64_t bytes = set->nodes * 80 + set->arcs * (sizeof(struct tl_select_arc) + 4);
	enum tl_status st = tl_budget_need(set->budget, bytes, "the selection", err);
	if (st != TL_OK)
		return st;
	uint8_t *height = tl_mem_zalloc(set->nodes, 1, err);
	struct tl_select_arc *arc = tl_mem_alloc(set->arcs, sizeof *arc, err);
	size_t arcs = 0;
	st = height && arc ? tl_set_chain_measure(set, height, err) : TL_NOMEM;
	if (st == TL_OK)
		st = make_arcs(set, height, arc, &arcs, err);
	if (st == TL_OK)
		st = tl_select_run(set->node, set->nodes, arc, arcs, params, &set->result, err);
	free(height);
	free(arc);
	tl_budget_give(set->budget, bytes);
	return st;
}

static void set_roles(struct tl_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct tl_set_record *r = &set->record[i];
		if (r->node != TL_SELECT_NONE)
			set->of_node[r->node] = (uint32_t)i;
	}
	for (size_t i = 0; i < set->n; i++) {
		struct tl_set_record *r = &set->record[i];
		if (r->node == TL_SELECT_NONE)
			continue;
		uint32_t ref = set->result.ref[r->node];
		r->role = ref == TL_SELECT_NONE ? TL_SET_LOOSE
			  : ref == r->node      ? TL_SET_REF
						: TL_SET_MEMBER;
		if (r->role == TL_SET_MEMBER)
			r->base = set->record[set->of_node[ref]].ordinal;
	}
}

enum tl_status tl_set_arc_select(struct tl_set *set, const struct tl_select_params *params,
				 struct tl_err *err)
{
	enum tl_status st = run_selection(set, params, err);
	if (st == TL_OK)
		set_roles(set);
	return st;
}
