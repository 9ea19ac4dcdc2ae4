/* SPDX-License-Identifier: MIT */
/* set_arc: the edges of a set as arcs, the selection among them, and the roles it gives. */
#include "set_arc.h"

#include <tl/expand.h>

#include "set_chain.h"
#include "set_edge.h"
#include "set_row.h"

static enum tl_status put_nodes(struct tl_set *set, struct tl_select *select, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (uint32_t i = 0; i < set->n && st == TL_OK; i++) {
		const void *p;
		if (!is_node(set, i))
			continue;
		if ((st = tl_table_get(set->row, &set->row_view, i, &p, err)) != TL_OK)
			break;
		const uint64_t *row = p;
		const struct tl_select_node node = {
			.length = row[ROW_LENGTH], .hash = row[ROW_BASE],
			.cost = tl_select_whole(row[ROW_LENGTH], is_nucleotide(set, i)),
			.prefer = !!(set->state[i] & STATE_PREFER),
		};
		st = tl_select_node(select, i, &node, err);
	}
	return st;
}

static enum tl_status taxon_of(struct tl_set *set, uint32_t i, uint32_t *ret, struct tl_err *err)
{
	const void *row;
	enum tl_status st = tl_table_get(set->row, &set->find_view, i, &row, err);
	if (st == TL_OK)
		*ret = tl_lineage_at(set->opt_lineage,
				     (uint32_t)(((const uint64_t *)row)[ROW_TAXON] >> 32),
				     set->rank);
	return st;
}

/* May the records be linked as far as their taxa go? */
static enum tl_status kin(struct tl_set *set, uint32_t a, uint32_t b, bool *ret,
			  struct tl_err *err)
{
	uint32_t x, y;
	*ret = true;
	if (!set->same_taxon)
		return TL_OK;
	enum tl_status st = taxon_of(set, a, &x, err);
	if (st == TL_OK)
		st = taxon_of(set, b, &y, err);
	if (st == TL_OK)
		*ret = x && x == y;
	return st;
}

/* The records of an edge, which are of one alphabet. */
static enum tl_status find_ends(struct tl_set *set, const struct tl_set_edge *e, uint32_t *a,
				uint32_t *b, struct tl_err *err)
{
	enum tl_status st = tl_set_find(set, e->a, a, err);
	if (st == TL_OK)
		st = tl_set_find(set, e->b, b, err);
	if (st != TL_OK)
		return st;
	if (*a == TL_SET_NONE || *b == TL_SET_NONE)
		return tl_set_chain_missing(err, *a == TL_SET_NONE ? e->a : e->b);
	if (is_nucleotide(set, *a) == is_nucleotide(set, *b))
		return TL_OK;
	return tl_err_set(err, TL_DATA,
			  "an edge between records tl|%llu and tl|%llu of different alphabets",
			  (unsigned long long)e->a, (unsigned long long)e->b);
}

/* The arcs of one edge, of which there are at most two. */
static enum tl_status put_arcs(struct tl_set *set, struct tl_select *select, uint64_t number,
			       const struct tl_set_edge *e, struct tl_err *err)
{
	uint32_t a = 0, b = 0;
	bool related;
	enum tl_status st = find_ends(set, e, &a, &b, err);
	if (st != TL_OK)
		return st;
	if (!is_node(set, a) || !is_node(set, b))
		return TL_OK; /* one of them is a copy by now, or stays what it was */
	if ((st = kin(set, a, b, &related, err)) != TL_OK || !related)
		return st;
	bool nt = is_nucleotide(set, a);
	const struct tl_select_arc arc[2] = {
		{a, b, tl_select_delta(e->ops, e->extra_a, nt), e->identity, number << 1},
		{b, a, tl_select_delta(e->ops, e->extra_b, nt), e->identity, number << 1 | 1},
	};
	if (e->flags & TL_EDGE_A && height_of(set, a) < TL_EXPAND_DEPTH)
		st = tl_select_arc(select, &arc[0], err);
	if (st == TL_OK && e->flags & TL_EDGE_B && height_of(set, b) < TL_EXPAND_DEPTH)
		st = tl_select_arc(select, &arc[1], err);
	return st;
}

/* What was chosen for a record. */
static enum tl_status told(void *ctx, uint32_t i, uint32_t ref, uint64_t source, struct tl_err *err)
{
	struct tl_set *set = ctx;
	bool loose = ref == TL_SELECT_NONE, member = !loose && ref != i;
	set_state(set, i, STATE_ROLE, 3, loose ? TL_SET_LOOSE : member ? TL_SET_MEMBER : TL_SET_REF);
	if (!member)
		return TL_OK;
	set->base[i] = ref;
	return tl_sort_put(set->member, 0, (uint64_t[]){source, i}, err);
}

enum tl_status tl_set_arc_select(struct tl_set *set, const struct tl_select_params *params,
				 struct tl_err *err)
{
	struct tl_select *select;
	uint64_t share = tl_budget_share(set->budget, 1, 16, 0);
	enum tl_status st = tl_sort_new(set->pool, set->budget, share, 2, &set->member, err);
	if (st != TL_OK)
		return st;
	st = tl_select_new(set->pool, set->budget, params, (uint32_t)set->n, &select, err);
	if (st != TL_OK)
		return st;
	st = put_nodes(set, select, err);
	for (uint64_t i = 0; i < set->edges && st == TL_OK; i++) {
		const struct tl_set_edge *e;
		if ((st = tl_set_edge_get(set, i, &e, err)) == TL_OK)
			st = put_arcs(set, select, i, e, err);
	}
	if (st == TL_OK)
		st = tl_select_run(select, told, set, &set->result, err);
	tl_select_free(select);
	return st == TL_OK ? tl_sort_end(set->member, err) : st;
}
