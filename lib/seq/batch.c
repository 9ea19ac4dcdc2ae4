/* SPDX-License-Identifier: MIT */
/* batch: some records in columns. */
#include <tl/batch.h>

#include <stdbool.h>
#include <stdlib.h>

#include <tl/mem.h>

static enum tl_status room(struct tl_batch *b, struct tl_err *err)
{
	/* The four arrays share a capacity, so each grows from a copy of it by the same rule. */
	size_t cap[4] = {b->cap, b->cap, b->cap, b->cap}, need = b->n + 1;
	enum tl_status st;
	if (need <= b->cap)
		return TL_OK;
	if ((st = tl_mem_grow(&b->ordinal, &cap[0], need, sizeof *b->ordinal, err)) != TL_OK ||
	    (st = tl_mem_grow(&b->flags, &cap[1], need, sizeof *b->flags, err)) != TL_OK ||
	    (st = tl_mem_grow(&b->length, &cap[2], need, sizeof *b->length, err)) != TL_OK ||
	    (st = tl_mem_grow(&b->base, &cap[3], need, sizeof *b->base, err)) != TL_OK)
		return st;
	b->cap = cap[0];
	return TL_OK;
}

static inline enum tl_status end_item(struct tl_col *col, struct tl_err *err)
{
	if (col->n == col->cap || col->bytes.len > UINT32_MAX)
		return tl_col_end(col, err);
	col->end[col->n++] = (uint32_t)col->bytes.len;
	return TL_OK;
}

/* Such a column gets items only when one of them has bytes: then also empty ones for all entries
 * before. */
static enum tl_status fill_up(struct tl_col *col, size_t entries, struct tl_err *err)
{
	enum tl_status st;
	size_t len = col->bytes.len;
	while (col->n < entries) {
		col->bytes.len = col->n ? col->end[col->n - 1] : 0;
		st = tl_col_end(col, err);
		col->bytes.len = len;
		if (st != TL_OK)
			return st;
	}
	return tl_col_end(col, err);
}

static inline enum tl_status end_sparse(struct tl_col *col, size_t entries, struct tl_err *err)
{
	return col->n || col->bytes.len ? fill_up(col, entries, err) : TL_OK;
}

static enum tl_status end_fastq(struct tl_batch *b, struct tl_err *err)
{
	enum tl_status st = end_item(&b->qual, err);
	if (st == TL_OK)
		st = end_sparse(&b->plus, b->n, err);
	return st == TL_OK ? end_sparse(&b->qlay, b->n, err) : st;
}

static enum tl_status end_script(struct tl_batch *b, struct tl_err *err)
{
	enum tl_status st = end_item(&b->ops, err);
	if (st == TL_OK)
		st = end_item(&b->subs, err);
	if (st == TL_OK)
		st = end_sparse(&b->loans, b->n, err);
	return st == TL_OK ? end_item(&b->lits, err) : st;
}

enum tl_status tl_batch_end(struct tl_batch *batch, uint64_t ordinal, uint8_t flags,
			    uint64_t length, uint64_t base, struct tl_err *err)
{
	struct tl_batch *b = batch;
	size_t n = b->n;
	enum tl_status st;
	if ((st = room(b, err)) != TL_OK || (st = end_item(&b->head, err)) != TL_OK ||
	    (b->kind == TL_KIND_SEQ && (st = end_item(&b->resi, err)) != TL_OK) ||
	    (b->kind == TL_KIND_DELTA && (st = end_script(b, err)) != TL_OK) ||
	    (b->format == TL_FORMAT_FASTQ && (st = end_fastq(b, err)) != TL_OK) ||
	    (st = end_sparse(&b->lead, n, err)) != TL_OK ||
	    (st = end_sparse(&b->mask, n, err)) != TL_OK ||
	    (st = end_sparse(&b->odd, n, err)) != TL_OK ||
	    (st = end_sparse(&b->urac, n, err)) != TL_OK ||
	    (st = end_sparse(&b->lay, n, err)) != TL_OK ||
	    (st = end_sparse(&b->taxa, n, err)) != TL_OK)
		return st;
	b->ordinal[n] = ordinal;
	b->flags[n] = flags;
	b->length[n] = length;
	b->base[n] = base;
	b->n++;
	return TL_OK;
}

static enum tl_status add_str(struct tl_col *col, struct tl_str s, struct tl_err *err)
{
	return tl_buf_add(&col->bytes, s.p, s.n, err);
}

enum tl_status tl_batch_add(struct tl_batch *batch, const struct tl_entry *e, struct tl_err *err)
{
	enum tl_status st;
	if ((st = add_str(&batch->head, e->head, err)) != TL_OK ||
	    (st = add_str(&batch->lead, e->lead, err)) != TL_OK ||
	    (st = add_str(&batch->mask, e->mask, err)) != TL_OK ||
	    (st = add_str(&batch->odd, e->odd, err)) != TL_OK ||
	    (st = add_str(&batch->urac, e->urac, err)) != TL_OK ||
	    (st = add_str(&batch->lay, e->lay, err)) != TL_OK ||
	    (st = add_str(&batch->taxa, e->taxa, err)) != TL_OK)
		return st;
	if (batch->format == TL_FORMAT_FASTQ &&
	    ((st = add_str(&batch->plus, e->plus, err)) != TL_OK ||
	     (st = add_str(&batch->qual, e->qual, err)) != TL_OK ||
	     (st = add_str(&batch->qlay, e->qlay, err)) != TL_OK))
		return st;
	if (batch->kind == TL_KIND_SEQ && (st = add_str(&batch->resi, e->resi, err)) != TL_OK)
		return st;
	if (batch->kind == TL_KIND_DELTA &&
	    ((st = add_str(&batch->ops, e->ops, err)) != TL_OK ||
	     (st = add_str(&batch->subs, e->subs, err)) != TL_OK ||
	     (st = add_str(&batch->lits, e->lits, err)) != TL_OK ||
	     (st = add_str(&batch->loans, e->loans, err)) != TL_OK))
		return st;
	return tl_batch_end(batch, e->ordinal, e->flags, e->length, e->base, err);
}

static struct tl_str item(const struct tl_col *col, size_t i)
{
	/* A column of empty items may have no memory yet. */
	return i < col->n && col->bytes.data ? tl_col_get(col, i) : (struct tl_str){NULL, 0};
}

void tl_batch_get(const struct tl_batch *batch, size_t i, struct tl_entry *ret)
{
	/* Field by field: to clear so large a struct first takes longer than all else here. */
	ret->ordinal = batch->ordinal[i];
	ret->length = batch->length[i];
	ret->base = batch->base ? batch->base[i] : 0;
	ret->flags = batch->flags[i];
	ret->head = item(&batch->head, i);
	ret->lead = item(&batch->lead, i);
	ret->mask = item(&batch->mask, i);
	ret->odd = item(&batch->odd, i);
	ret->urac = item(&batch->urac, i);
	ret->lay = item(&batch->lay, i);
	ret->taxa = item(&batch->taxa, i);
	ret->plus = item(&batch->plus, i);
	ret->qual = item(&batch->qual, i);
	ret->qlay = item(&batch->qlay, i);
	ret->resi = item(&batch->resi, i);
	ret->ops = item(&batch->ops, i);
	ret->subs = item(&batch->subs, i);
	ret->lits = item(&batch->lits, i);
	ret->loans = item(&batch->loans, i);
}

static size_t col_bytes(const struct tl_col *col)
{
	return col->bytes.len + col->n * sizeof *col->end;
}

size_t tl_batch_bytes(const struct tl_batch *b)
{
	return b->n * (3 * sizeof(uint64_t) + 1) + col_bytes(&b->head) + col_bytes(&b->lead) +
	       col_bytes(&b->mask) + col_bytes(&b->odd) + col_bytes(&b->urac) +
	       col_bytes(&b->lay) + col_bytes(&b->taxa) + col_bytes(&b->plus) + col_bytes(&b->qual) +
	       col_bytes(&b->qlay) + col_bytes(&b->resi) + col_bytes(&b->ops) +
	       col_bytes(&b->subs) + col_bytes(&b->lits) + col_bytes(&b->loans);
}

static void each_column(struct tl_batch *b, void (*fn)(struct tl_col *))
{
	struct tl_col *all[] = {&b->head, &b->lead, &b->mask, &b->odd,	&b->urac,
				&b->lay,  &b->plus, &b->qual, &b->qlay, &b->resi,
				&b->ops,  &b->subs, &b->lits, &b->taxa, &b->loans};
	for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
		fn(all[i]);
}

void tl_batch_reset(struct tl_batch *batch)
{
	each_column(batch, tl_col_reset);
	batch->n = 0;
}

void tl_batch_free(struct tl_batch *batch)
{
	each_column(batch, tl_col_free);
	free(batch->ordinal);
	free(batch->flags);
	free(batch->length);
	free(batch->base);
	*batch = (struct tl_batch){0};
}

void tl_batch_become(struct tl_batch *to, enum tl_kind kind, const struct tl_batch *like)
{
	tl_batch_reset(to);
	to->kind = kind;
	to->alphabet = like->alphabet;
	to->width = like->width;
	to->eol = like->eol;
	to->format = like->format;
	to->repeats = to->apart = false;
}
