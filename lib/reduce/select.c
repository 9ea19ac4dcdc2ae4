/* SPDX-License-Identifier: MIT */
/* select: which records become references. */
#include <tl/select.h>

#include <stdlib.h>

#include <tl/mem.h>

#include "select_graph.h"
#include "select_way.h"

static void assign(struct graph *g, struct tl_select_result *r)
{
	tl_select_graph_rewind(g);
	for (size_t u = 0; u < g->n; u++) {
		if (g->is_ref[u]) {
			r->ref[u] = (uint32_t)u;
			r->refs++;
			continue;
		}
		const struct tl_select_arc *a = tl_select_graph_best(g, (uint32_t)u);
		r->ref[u] = a ? a->ref : TL_SELECT_NONE;
		r->source[u] = a ? a->source : 0;
		r->members += a != NULL;
		r->loose += a == NULL;
	}
}

enum tl_status tl_select_run(const struct tl_select_node *node, size_t nodes,
			     struct tl_select_arc *arc, size_t arcs,
			     const struct tl_select_params *params, struct tl_select_result *ret,
			     struct tl_err *err)
{
	static enum tl_status (*const how[])(struct graph *, struct tl_err *) = {
		[TL_SELECT_BYTES] = tl_select_way_bytes,
		[TL_SELECT_COUNT] = tl_select_way_count,
		[TL_SELECT_LENGTH] = tl_select_way_length,
	};
	struct graph g = {.node = node, .n = nodes, .arc = arc, .arcs = arcs};
	*ret = (struct tl_select_result){.ref = tl_mem_alloc(nodes, sizeof *ret->ref, err),
					 .source = tl_mem_zalloc(nodes, sizeof *ret->source, err)};
	enum tl_status st = ret->ref && ret->source ? tl_select_graph_open(&g, params->ratio, err) : TL_NOMEM;
	if (st == TL_OK)
		st = how[params->by](&g, err);
	if (st == TL_OK)
		assign(&g, ret);
	else
		tl_select_free(ret);
	tl_select_graph_close(&g);
	return st;
}

void tl_select_free(struct tl_select_result *result)
{
	free(result->ref);
	free(result->source);
	*result = (struct tl_select_result){0};
}

static uint32_t clip(uint64_t v)
{
	return v < UINT32_MAX / 4 ? (uint32_t)v : UINT32_MAX / 4;
}

uint32_t tl_select_whole(uint64_t length, int nucleotide)
{
	return clip(length < UINT32_MAX ? length * (nucleotide ? 8 : 17) / 2 : UINT32_MAX);
}

uint32_t tl_select_delta(uint64_t ops, uint64_t residues, int nucleotide)
{
	if (ops > UINT32_MAX || residues > UINT32_MAX)
		return clip(UINT32_MAX);
	return clip(4 * 16 + ops * 12 + residues * (nucleotide ? 8 : 17) / 2);
}
