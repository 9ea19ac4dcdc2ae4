/* SPDX-License-Identifier: MIT */
/* set_edge: the edges of a set, a few bytes each, until its roles are decided. */
#include "set_edge.h"

static uint32_t clip(size_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static enum tl_status add_edge(struct tl_set *set, size_t i, const struct tl_edge *e, uint8_t flags,
			       uint32_t identity, struct tl_err *err)
{
	const struct tl_set_edge kept = {
		.a = e->a, .b = e->b,
		.block = (uint32_t)tl_spool_count(set->spool), .index = (uint32_t)i,
		.ops = clip(e->ops.n),
		.extra_a = clip(e->suba.n + e->lita.n), .extra_b = clip(e->subb.n + e->litb.n),
		.identity = identity, .flags = flags,
	};
	set->edges++;
	return tl_table_put(set->edge, &kept, err);
}

enum tl_status tl_set_edge_get(struct tl_set *set, uint64_t i, const struct tl_set_edge **ret,
			       struct tl_err *err)
{
	const void *row;
	enum tl_status st = tl_table_get(set->edge, &set->edge_view, i, &row, err);
	if (st == TL_OK)
		*ret = row;
	return st;
}

enum tl_status tl_set_edge_put(struct tl_set *set, const struct tl_edges *edges,
			       struct tl_err *err)
{
	for (size_t i = 0; i < edges->n; i++) {
		struct tl_edge e;
		struct tl_link_sum sum;
		tl_edge_get(edges, i, &e);
		enum tl_status st = tl_link_measure(&e, &sum, err);
		if (st != TL_OK)
			return st;
		/* The criterion may be stricter than the aligner's was, never looser. */
		uint8_t flags =
			e.flags & tl_link_judge(&set->criterion, &sum, e.flags & TL_EDGE_MINUS);
		if (!flags)
			continue;
		if ((st = add_edge(set, i, &e, flags, tl_cigar_identity(&sum.cigar), err)) != TL_OK)
			return st;
	}
	return TL_OK;
}

void tl_set_edge_drop(struct tl_set *set)
{
	tl_table_leave(&set->edge_view);
	tl_table_free(set->edge);
	set->edge = NULL;
	set->edges = 0;
}
