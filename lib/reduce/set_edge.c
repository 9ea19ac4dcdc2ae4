/* SPDX-License-Identifier: MIT */
/* set_edge: the edges of a set, a few bytes each, until its roles are decided. */
#include "set_edge.h"

#include <string.h>

static uint32_t clip(size_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static enum tl_status add_edge(struct tl_set *set, size_t i, const struct tl_edge *e, uint8_t flags,
			       uint32_t identity, struct tl_err *err)
{
	struct tl_set_edge kept;
	memset(&kept, 0, sizeof kept); /* bytes between fields may go to disk */
	kept.a = e->a;
	kept.b = e->b;
	kept.block = (uint32_t)tl_spool_count(set->spool);
	kept.index = (uint32_t)i;
	kept.flags = flags;
	kept.identity = identity;
	kept.ops = clip(e->ops.n);
	kept.extra_a = clip(e->suba.n + e->lita.n);
	kept.extra_b = clip(e->subb.n + e->litb.n);
	set->edges++;
	set->arcs += !!(flags & TL_EDGE_A) + !!(flags & TL_EDGE_B);
	return tl_store_put(set->edge, &kept, sizeof kept, err);
}

enum tl_status tl_set_edge_get(const struct tl_set *set, size_t first, size_t n,
			       struct tl_buf *scratch, const struct tl_set_edge **ret,
			       struct tl_err *err)
{
	struct tl_str s;
	enum tl_status st = tl_store_get(set->edge, first * sizeof **ret, n * sizeof **ret, scratch,
					 &s, err);
	if (st == TL_OK)
		*ret = (const void *)s.p;
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
	tl_store_free(set->edge);
	set->edge = NULL;
	set->edges = set->arcs = 0;
}
