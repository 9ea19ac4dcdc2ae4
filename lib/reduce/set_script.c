/* SPDX-License-Identifier: MIT */
/* set_script: the scripts of new members, made of their edges. */
#include "set_script.h"

#include <stdlib.h>

#include <tl/bits.h>
#include <tl/mem.h>
#include <tl/radix.h>

#include "set_edge.h"

/* Two varints that say where its member has another script, that of its membership (bytes, 0 for
 * none, and offset), three varint lengths, three strings. */
enum tl_status tl_set_script_put(struct tl_set *set, uint32_t node, const struct tl_delta *d,
				 struct tl_err *err)
{
	const struct tl_str part[3] = {d->ops, d->subs, d->lits};
	uint64_t was = set->script_bytes[node];
	uint8_t head[5 * TL_VARINT_MAX];
	size_t n = tl_bits_put_varint(head, was);
	n += tl_bits_put_varint(head + n, was ? set->script[node] : 0);
	for (int i = 0; i < 3; i++)
		n += tl_bits_put_varint(head + n, part[i].n);
	set->script[node] = tl_store_bytes(set->scripts);
	enum tl_status st = tl_store_put(set->scripts, head, n, err);
	for (int i = 0; i < 3 && st == TL_OK; i++)
		st = tl_store_put(set->scripts, part[i].p, part[i].n, err);
	uint64_t bytes = tl_store_bytes(set->scripts) - set->script[node];
	if (st == TL_OK && bytes > UINT32_MAX)
		st = tl_err_set(err, TL_DATA, "a script of more than 4 GiB");
	set->script_bytes[node] = (uint32_t)bytes;
	return st;
}

enum tl_status tl_set_script_get(const struct tl_set *set, uint32_t node, bool membership,
				 struct tl_buf *scratch, struct tl_delta *ret, struct tl_err *err)
{
	uint64_t at = set->script[node], bytes = set->script_bytes[node], n[3], was = 0, was_at = 0;
	struct tl_str s;
	for (;;) {
		size_t pos = 0;
		enum tl_status st = tl_store_get(set->scripts, at, bytes, scratch, &s, err);
		if (st != TL_OK)
			return st;
		(void)tl_bits_get_varint(s.p, s.n, &pos, &was);
		(void)tl_bits_get_varint(s.p, s.n, &pos, &was_at);
		for (int i = 0; i < 3; i++)
			(void)tl_bits_get_varint(s.p, s.n, &pos, &n[i]);
		const uint8_t *p = s.p + pos;
		*ret = (struct tl_delta){{p, n[0]}, {p + n[0], n[1]}, {p + n[0] + n[1], n[2]}};
		if (!membership || !was)
			return TL_OK;
		at = was_at;
		bytes = was;
	}
}

/* Does the script make the member of a node out of its reference? */
static bool fits(const struct tl_set *set, uint32_t node, const struct tl_delta *d)
{
	struct tl_delta_sum sum;
	uint64_t end;
	return tl_delta_look(d->ops, &sum) && sum.length == set->node[node].length &&
	       tl_bits_add(sum.b_start, sum.cigar.match + sum.cigar.subst + sum.cigar.del, &end) &&
	       end <= set->node[set->result.ref[node]].length;
}

static enum tl_status make_script(struct tl_set *set, const struct tl_edges *edges,
				  const struct tl_set_edge *e, uint64_t source, uint32_t node,
				  struct tl_buf *turned, struct tl_err *err)
{
	struct tl_edge edge;
	struct tl_delta d;
	tl_edge_get(edges, e->index, &edge);
	enum tl_status st = tl_delta_from_edge(&edge, source & 1, turned, &d, err);
	if (st == TL_OK && !fits(set, node, &d))
		st = tl_err_set(err, TL_DATA, "it does not fit their residues");
	if (st == TL_OK)
		return tl_set_script_put(set, node, &d, err);
	(void)tl_err_prefix(err, "the edge of records tl|%llu and tl|%llu",
			    (unsigned long long)e->a, (unsigned long long)e->b);
	return st;
}

/* The nodes of members in the order of their edges, so that each block of edges is decoded once. */
static enum tl_status order_members(const struct tl_set *set, struct tl_radix_item **ret,
				    size_t *ret_n, struct tl_err *err)
{
	struct tl_radix_item *item = tl_mem_alloc(set->nodes, sizeof *item, err);
	if (!item)
		return TL_NOMEM;
	*ret_n = 0;
	for (size_t v = 0; v < set->nodes; v++)
		if (set->record[set->of_node[v]].role == TL_SET_MEMBER)
			item[(*ret_n)++] = (struct tl_radix_item){set->result.source[v], v};
	tl_radix_items(item, *ret_n);
	*ret = item;
	return TL_OK;
}

enum tl_status tl_set_script_make(struct tl_set *set, struct tl_err *err)
{
	struct tl_radix_item *item;
	struct tl_block block = {0};
	struct tl_edges edges = {0};
	struct tl_buf turned = {0}, scratch = {0};
	const struct tl_set_edge *e = NULL;
	size_t n;
	uint32_t open = UINT32_MAX;
	enum tl_status st = order_members(set, &item, &n, err);
	if (st != TL_OK)
		return st;
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		st = tl_set_edge_get(set, item[i].key >> 1, 1, &scratch, &e, err);
		if (st == TL_OK && e->block != open) {
			open = e->block;
			st = tl_spool_get(set->spool, open, &block, err);
			if (st == TL_OK)
				st = tl_edge_decode(&block, set->shift[open], &edges, err);
		}
		if (st == TL_OK)
			st = make_script(set, &edges, e, item[i].key, (uint32_t)item[i].value,
					 &turned, err);
	}
	free(item);
	tl_block_free(&block);
	tl_edge_free(&edges);
	tl_buf_free(&turned);
	tl_buf_free(&scratch);
	return st;
}
