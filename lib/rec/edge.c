/* SPDX-License-Identifier: MIT */
/* edge: verified alignments between records, as EDGE blocks.  man tl-stream(5) section 6. */
#include <tl/edge.h>

#include <stdbool.h>

#include <tl/bits.h>
#include <tl/mem.h>

#include "column.h"

enum {
	TAG_AORD = TL_TAG('A', 'O', 'R', 'D'),
	TAG_BORD = TL_TAG('B', 'O', 'R', 'D'),
	TAG_FLAG = TL_TAG('F', 'L', 'A', 'G'),
	TAG_OPSV = TL_TAG('O', 'P', 'S', 'V'),
	TAG_SUBA = TL_TAG('S', 'U', 'B', 'A'),
	TAG_SUBB = TL_TAG('S', 'U', 'B', 'B'),
	TAG_LITA = TL_TAG('L', 'I', 'T', 'A'),
	TAG_LITB = TL_TAG('L', 'I', 'T', 'B'),
};

#define STRINGS 5
static const uint32_t string_tags[STRINGS] = {TAG_OPSV, TAG_SUBA, TAG_SUBB, TAG_LITA, TAG_LITB};

static const struct tl_col *string_col(const struct tl_edges *edges, size_t i)
{
	const struct tl_col *cols[STRINGS] = {&edges->ops, &edges->suba, &edges->subb, &edges->lita,
					      &edges->litb};
	return cols[i];
}

/* The three arrays share cap, so each grows from a copy of it. */
static enum tl_status make_room(struct tl_edges *edges, size_t n, struct tl_err *err)
{
	size_t cap[3] = {edges->cap, edges->cap, edges->cap};
	enum tl_status st = tl_mem_grow(&edges->a, &cap[0], n, sizeof *edges->a, err);
	if (st == TL_OK)
		st = tl_mem_grow(&edges->b, &cap[1], n, sizeof *edges->b, err);
	if (st == TL_OK)
		st = tl_mem_grow(&edges->flags, &cap[2], n, sizeof *edges->flags, err);
	if (st == TL_OK)
		edges->cap = cap[0];
	return st;
}

enum tl_status tl_edge_add(struct tl_edges *edges, const struct tl_edge *e, struct tl_err *err)
{
	const struct tl_str strings[STRINGS] = {e->ops, e->suba, e->subb, e->lita, e->litb};
	struct tl_col *cols[STRINGS] = {&edges->ops, &edges->suba, &edges->subb, &edges->lita,
					&edges->litb};
	enum tl_status st = make_room(edges, edges->n + 1, err);
	for (size_t i = 0; i < STRINGS && st == TL_OK; i++)
		st = tl_col_add(cols[i], strings[i].p, strings[i].n, err);
	if (st != TL_OK)
		return st;
	edges->a[edges->n] = e->a;
	edges->b[edges->n] = e->b;
	edges->flags[edges->n++] = e->flags;
	return TL_OK;
}

enum tl_status tl_edge_end(struct tl_edges *edges, uint64_t a, uint64_t b, uint8_t flags,
			   struct tl_err *err)
{
	struct tl_col *cols[STRINGS] = {&edges->ops, &edges->suba, &edges->subb, &edges->lita,
					&edges->litb};
	enum tl_status st = make_room(edges, edges->n + 1, err);
	for (size_t i = 0; i < STRINGS && st == TL_OK; i++)
		st = tl_col_end(cols[i], err);
	if (st != TL_OK)
		return st;
	edges->a[edges->n] = a;
	edges->b[edges->n] = b;
	edges->flags[edges->n++] = flags;
	return TL_OK;
}

void tl_edge_get(const struct tl_edges *edges, size_t i, struct tl_edge *ret)
{
	*ret = (struct tl_edge){
		.a = edges->a[i],
		.b = edges->b[i],
		.flags = edges->flags[i],
		.ops = tl_col_get(&edges->ops, i),
		.suba = tl_col_get(&edges->suba, i),
		.subb = tl_col_get(&edges->subb, i),
		.lita = tl_col_get(&edges->lita, i),
		.litb = tl_col_get(&edges->litb, i),
	};
}

size_t tl_edge_bytes(const struct tl_edges *edges)
{
	size_t each = 2 * sizeof(uint64_t) + 1 + STRINGS * sizeof(uint32_t);
	size_t bytes = edges->n * each;
	for (size_t i = 0; i < STRINGS; i++)
		bytes += string_col(edges, i)->bytes.len;
	return bytes;
}

void tl_edge_reset(struct tl_edges *edges)
{
	edges->n = 0;
	tl_col_reset(&edges->ops);
	tl_col_reset(&edges->suba);
	tl_col_reset(&edges->subb);
	tl_col_reset(&edges->lita);
	tl_col_reset(&edges->litb);
}

void tl_edge_free(struct tl_edges *edges)
{
	tl_mem_free(edges->a);
	tl_mem_free(edges->b);
	tl_mem_free(edges->flags);
	tl_col_free(&edges->ops);
	tl_col_free(&edges->suba);
	tl_col_free(&edges->subb);
	tl_col_free(&edges->lita);
	tl_col_free(&edges->litb);
	*edges = (struct tl_edges){0};
}

static enum tl_status put_ordinals(const struct tl_edges *edges, uint64_t first,
				   struct tl_payload *payload, struct tl_err *err)
{
	struct tl_buf *a = tl_block_column(payload, TAG_AORD);
	struct tl_buf *b = tl_block_column(payload, TAG_BORD);
	enum tl_status st = TL_OK;
	uint64_t last = first;
	for (size_t i = 0; i < edges->n && st == TL_OK; i++) {
		uint64_t ea = edges->a[i], eb = edges->b[i];
		if (ea >= TL_BLOCK_ORDINALS || eb >= TL_BLOCK_ORDINALS || ea == eb)
			return tl_err_set(err, TL_INTERNAL, "an edge between no two records");
		st = tl_buf_add_varint(a, tl_bits_zigzag((int64_t)(ea - last)), err);
		if (st == TL_OK)
			st = tl_buf_add_varint(b, tl_bits_zigzag((int64_t)(eb - ea)), err);
		last = ea;
	}
	return st;
}

enum tl_status tl_edge_encode(const struct tl_edges *edges, uint64_t first,
			      struct tl_payload *payload, struct tl_err *err)
{
	tl_block_clear(payload);
	if (edges->n > TL_BLOCK_RECORDS || first >= TL_BLOCK_ORDINALS)
		return tl_err_set(err, TL_INTERNAL, "a block of %zu edges", edges->n);
	enum tl_status st = put_ordinals(edges, first, payload, err);
	if (st == TL_OK)
		st = tl_column_put_bytes(payload, TAG_FLAG, edges->flags, edges->n, err);
	for (size_t i = 0; i < STRINGS && st == TL_OK; i++)
		st = tl_column_put_strings(payload, string_tags[i], string_col(edges, i), edges->n,
					   err);
	return st;
}

/* Adds a zigzag difference to *at; false where that leaves [shift, 2^63). */
static bool step(uint64_t *at, uint64_t zigzag, uint64_t shift)
{
	int64_t by = tl_bits_unzigzag(zigzag);
	return !__builtin_add_overflow(*at, by, at) && *at >= shift && *at < TL_BLOCK_ORDINALS;
}

static enum tl_status resolve_ordinals(const struct tl_block *block, uint64_t shift,
				       struct tl_edges *edges, struct tl_err *err)
{
	uint64_t a;
	bool fine = tl_bits_add(block->head.first, shift, &a);
	for (size_t i = 0; i < edges->n && fine; i++) {
		fine = step(&a, edges->a[i], shift);
		edges->a[i] = a;
		uint64_t b = a;
		fine = fine && step(&b, edges->b[i], shift) && a != b;
		edges->b[i] = b;
	}
	return fine ? TL_OK : tl_err_set(err, TL_DATA, "an edge leaves the stream");
}

static enum tl_status check_flags(const struct tl_edges *edges, struct tl_err *err)
{
	for (size_t i = 0; i < edges->n; i++) {
		struct tl_edge e;
		tl_edge_get(edges, i, &e);
		if (e.flags >= 2 * TL_EDGE_MINUS ||
		    (!(e.flags & TL_EDGE_A) && (e.suba.n || e.lita.n)) ||
		    (!(e.flags & TL_EDGE_B) && (e.subb.n || e.litb.n)))
			return tl_err_set(err, TL_DATA, "edge %zu does not fit its flags", i);
	}
	return TL_OK;
}

static enum tl_status get_columns(const struct tl_block *block, struct tl_edges *edges,
				  struct tl_err *err)
{
	size_t n = block->head.records;
	struct tl_col *cols[STRINGS] = {&edges->ops, &edges->suba, &edges->subb, &edges->lita,
					&edges->litb};
	enum tl_status st = tl_column_need(block, TAG_AORD, n, err);
	if (st == TL_OK)
		st = make_room(edges, n, err);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_AORD, edges->a, n, err);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_BORD, edges->b, n, err);
	if (st == TL_OK)
		st = tl_column_get_bytes(block, TAG_FLAG, edges->flags, n, err);
	for (size_t i = 0; i < STRINGS && st == TL_OK; i++)
		st = tl_column_get_strings(block, string_tags[i], cols[i], n, err);
	if (st == TL_OK)
		edges->n = n;
	return st;
}

enum tl_status tl_edge_decode(const struct tl_block *block, uint64_t shift, struct tl_edges *edges,
			      struct tl_err *err)
{
	static const uint32_t tags[] = {TAG_AORD, TAG_BORD, TAG_FLAG, TAG_OPSV,
					TAG_SUBA, TAG_SUBB, TAG_LITA, TAG_LITB};
	tl_edge_reset(edges);
	enum tl_status st = tl_column_known(block, tags, sizeof tags / sizeof *tags, err);
	if (st == TL_OK)
		st = get_columns(block, edges, err);
	if (st == TL_OK)
		st = resolve_ordinals(block, shift, edges, err);
	if (st == TL_OK)
		st = check_flags(edges, err);
	if (st != TL_OK)
		tl_edge_reset(edges);
	return st;
}
