/* SPDX-License-Identifier: MIT */
/* shelf: what is known of each record that others are copied from, found by ordinal. */
#include "shelf.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

/* The run that a source, or a batch, continues: of those of its kind that end before it the one that
 * ends last, so that there are as few as can be. */
static enum tl_status choose(struct tl_shelf *s, bool batches, uint64_t ordinal,
			     struct tl_shelf_run **ret, struct tl_err *err)
{
	size_t same = 0;
	*ret = NULL;
	for (size_t i = 0; i < s->runs; i++) {
		struct tl_shelf_run *r = s->run[i];
		same += r->batches == batches;
		if (r->batches == batches && r->last < ordinal && (!*ret || r->last > (*ret)->last))
			*ret = r;
	}
	if (*ret)
		return TL_OK;
	if (same == TL_SHELF_RUNS)
		return tl_err_set(err, TL_DATA, "the bases of the archive are in disorder");
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	if (!*ret)
		return TL_NOMEM;
	(*ret)->batches = batches;
	s->run[s->runs++] = *ret;
	return TL_OK;
}

static enum tl_status add_piece(struct tl_shelf *s, struct tl_shelf_run *r,
				struct tl_shelf_piece piece, struct tl_err *err)
{
	enum tl_status st = tl_budget_grow(s->opt_budget, &r->piece, &r->cap, r->n + 1,
					   sizeof *r->piece, "the table of bases", err);
	if (st == TL_OK)
		r->piece[r->n++] = piece;
	return st;
}

/* The open piece of a run is full. */
static enum tl_status close_piece(struct tl_shelf *s, struct tl_shelf_run *r, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (!s->store)
		st = tl_store_new(s->opt_budget, tl_budget_share(s->opt_budget, 1, 8, 0), &s->store,
				  err);
	if (st != TL_OK)
		return st;
	const struct tl_shelf_piece piece = {r->open[0].ordinal, r->last,
					     {tl_store_bytes(s->store)}};
	if ((st = add_piece(s, r, piece, err)) != TL_OK)
		return st;
	r->opens = 0;
	return tl_store_put(s->store, r->open, sizeof r->open, err);
}

static bool is_above_all(const struct tl_shelf *s, uint64_t ordinal)
{
	for (size_t i = 0; i < s->runs; i++)
		if (s->run[i]->last >= ordinal)
			return false;
	return true;
}

/* TL_DATA where a record of that ordinal is there. */
static enum tl_status check_new(struct tl_shelf *s, uint64_t ordinal, struct tl_err *err)
{
	struct tl_source had;
	bool found;
	enum tl_status st = tl_shelf_find(s, ordinal, &had, &found, err);
	if (st == TL_OK && found)
		st = tl_err_set(err, TL_DATA, "record tl|%llu: stands twice in the stream",
				(unsigned long long)ordinal);
	return st;
}

enum tl_status tl_shelf_add(struct tl_shelf *s, const struct tl_source *source, struct tl_err *err)
{
	struct tl_shelf_run *r;
	enum tl_status st = TL_OK;
	if (!is_above_all(s, source->ordinal))
		st = check_new(s, source->ordinal, err);
	if (st == TL_OK)
		st = choose(s, false, source->ordinal, &r, err);
	if (st != TL_OK)
		return st;
	r->open[r->opens++] = *source;
	r->last = source->ordinal;
	return r->opens == TL_SHELF_PIECE ? close_piece(s, r, err) : TL_OK;
}

enum tl_status tl_shelf_add_batch(struct tl_shelf *s, const struct tl_batch *batch,
				  struct tl_err *err)
{
	struct tl_shelf_run *r;
	enum tl_status st = TL_OK;
	const size_t n = batch->n;
	if (!n)
		return TL_OK;
	const struct tl_shelf_piece piece = {batch->ordinal[0], batch->ordinal[n - 1],
					     {.batch = batch}};
	if (!is_above_all(s, piece.first))
		for (size_t i = 0; i < n && st == TL_OK; i++)
			st = check_new(s, batch->ordinal[i], err);
	if (st == TL_OK)
		st = choose(s, true, piece.first, &r, err);
	if (st == TL_OK)
		st = add_piece(s, r, piece, err);
	if (st == TL_OK)
		r->last = piece.last;
	return st;
}

/* The one of that ordinal among n in order. */
static const struct tl_source *look(const struct tl_source *in, size_t n, uint64_t ordinal)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (in[mid].ordinal < ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && in[lo].ordinal == ordinal ? &in[lo] : NULL;
}

/* The last piece of a run that begins at ordinal or before; NULL for none. */
static const struct tl_shelf_piece *piece_of(struct tl_shelf_run *r, uint64_t ordinal)
{
	size_t lo = 0, hi = r->n, near = r->near;
	if (near < hi && r->piece[near].first <= ordinal) {
		lo = near + 1;
		if (lo < hi && ordinal < r->piece[lo].first)
			hi = lo;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r->piece[mid].first <= ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return NULL;
	r->near = lo - 1;
	return &r->piece[lo - 1];
}

/* The first of n ordinals that is not below one, which is not above the last.  They rise evenly,
 * mostly: so it is looked for around where it would be then, and few lines of a cache are read. */
static size_t place(const uint64_t *in, size_t n, uint64_t ordinal, size_t guess)
{
	size_t lo = 0, hi = n - 1;
	if (in[guess] < ordinal) {
		lo = guess + 1;
		for (size_t step = 4; step < hi - lo; step *= 2) {
			if (in[lo + step] >= ordinal)
				hi = lo + step;
			else
				lo += step + 1;
		}
	} else {
		hi = guess;
		for (size_t step = 4; step < hi - lo; step *= 2) {
			if (in[hi - step] < ordinal)
				lo = hi - step + 1;
			else
				hi -= step;
		}
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (in[mid] < ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* In a batch that stays, of which ordinal lies within the bounds. */
static bool look_in_batch(const struct tl_shelf_piece *p, uint64_t ordinal, struct tl_source *ret)
{
	const struct tl_batch *b = p->batch;
	/* What a product beyond 64 bits leaves is a bad guess, but one. */
	const uint64_t even = (ordinal - p->first) * b->n / (p->last - p->first + 1);
	const size_t lo = place(b->ordinal, b->n, ordinal, even < b->n ? (size_t)even : b->n - 1);
	if (b->ordinal[lo] != ordinal)
		return false;
	const struct tl_str residues = tl_col_get(&b->resi, lo);
	*ret = (struct tl_source){.ordinal = ordinal,
				  .residues = residues.p,
				  .length = residues.n,
				  .root = ordinal,
				  .nucleotide = b->alphabet == TL_NUCLEOTIDE};
	return true;
}

/* Among those of a run that are written down. */
static enum tl_status look_in_store(struct tl_shelf *s, const struct tl_shelf_run *r,
				    const struct tl_shelf_piece *opt_piece, uint64_t ordinal,
				    struct tl_source *ret, bool *ret_found, struct tl_err *err)
{
	const struct tl_source *found = look(r->open, r->opens, ordinal);
	struct tl_str text;
	if (!found && opt_piece) {
		enum tl_status st = tl_store_get(s->store, opt_piece->at, sizeof r->open,
						 &s->scratch, &text, err);
		if (st != TL_OK)
			return st;
		found = look((const void *)text.p, TL_SHELF_PIECE, ordinal);
	}
	*ret_found = found != NULL;
	if (found)
		*ret = *found;
	return TL_OK;
}

enum tl_status tl_shelf_find(struct tl_shelf *s, uint64_t ordinal, struct tl_source *ret,
			     bool *ret_found, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	*ret_found = false;
	for (size_t i = 0; i < s->runs && !*ret_found && st == TL_OK; i++) {
		struct tl_shelf_run *r = s->run[i];
		if (ordinal > r->last)
			continue;
		const struct tl_shelf_piece *p = piece_of(r, ordinal);
		if (p && ordinal > p->last)
			p = NULL;
		if (!r->batches)
			st = look_in_store(s, r, p, ordinal, ret, ret_found, err);
		else if (p)
			*ret_found = look_in_batch(p, ordinal, ret);
	}
	return st;
}

void tl_shelf_free(struct tl_shelf *s)
{
	for (size_t i = 0; i < s->runs; i++) {
		tl_budget_give(s->opt_budget, s->run[i]->cap * sizeof *s->run[i]->piece);
		free(s->run[i]->piece);
		free(s->run[i]);
	}
	tl_store_free(s->store);
	tl_buf_free(&s->scratch);
	*s = (struct tl_shelf){.opt_budget = s->opt_budget};
}
