/* SPDX-License-Identifier: MIT */
/* shelf: what is known of each record that others are copied from, found by ordinal. */
#include "shelf.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

/* The run that a source continues: of those that end before it the one that ends last, so that
 * there are as few as can be. */
static enum tl_status choose(struct tl_shelf *s, uint64_t ordinal, struct tl_shelf_run **ret,
			     struct tl_err *err)
{
	*ret = NULL;
	for (size_t i = 0; i < s->runs; i++)
		if (s->run[i]->last < ordinal && (!*ret || s->run[i]->last > (*ret)->last))
			*ret = s->run[i];
	if (*ret)
		return TL_OK;
	if (s->runs == TL_SHELF_RUNS)
		return tl_err_set(err, TL_DATA, "the bases of the archive are in disorder");
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	if (!*ret)
		return TL_NOMEM;
	s->run[s->runs++] = *ret;
	return TL_OK;
}

/* The open piece of a run is full. */
static enum tl_status close_piece(struct tl_shelf *s, struct tl_shelf_run *r, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (!s->store)
		st = tl_store_new(s->opt_budget, tl_budget_share(s->opt_budget, 1, 8, 0), &s->store,
				  err);
	if (st == TL_OK)
		st = tl_budget_grow(s->opt_budget, &r->piece, &r->cap, r->n + 1, sizeof *r->piece,
				    "the table of bases", err);
	if (st != TL_OK)
		return st;
	r->piece[r->n++] =
		(struct tl_shelf_piece){r->open[0].ordinal, tl_store_bytes(s->store)};
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

enum tl_status tl_shelf_add(struct tl_shelf *s, const struct tl_source *source, struct tl_err *err)
{
	struct tl_source had;
	struct tl_shelf_run *r;
	bool found = false;
	enum tl_status st = TL_OK;
	if (!is_above_all(s, source->ordinal))
		st = tl_shelf_find(s, source->ordinal, &had, &found, err);
	if (st == TL_OK && found)
		st = tl_err_set(err, TL_DATA, "record tl|%llu: stands twice in the stream",
				(unsigned long long)source->ordinal);
	if (st == TL_OK)
		st = choose(s, source->ordinal, &r, err);
	if (st != TL_OK)
		return st;
	r->open[r->opens++] = *source;
	r->last = source->ordinal;
	return r->opens == TL_SHELF_PIECE ? close_piece(s, r, err) : TL_OK;
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
static const struct tl_shelf_piece *piece_of(const struct tl_shelf_run *r, uint64_t ordinal)
{
	size_t lo = 0, hi = r->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r->piece[mid].first <= ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &r->piece[lo - 1] : NULL;
}

enum tl_status tl_shelf_find(struct tl_shelf *s, uint64_t ordinal, struct tl_source *ret,
			     bool *ret_found, struct tl_err *err)
{
	const struct tl_source *found = NULL;
	for (size_t i = 0; i < s->runs && !found; i++) {
		const struct tl_shelf_run *r = s->run[i];
		const struct tl_shelf_piece *p = ordinal <= r->last ? piece_of(r, ordinal) : NULL;
		struct tl_str text;
		if (ordinal > r->last)
			continue;
		if ((found = look(r->open, r->opens, ordinal)) || !p)
			continue;
		enum tl_status st = tl_store_get(s->store, p->at, sizeof r->open, &s->scratch,
						 &text, err);
		if (st != TL_OK)
			return st;
		found = look((const void *)text.p, TL_SHELF_PIECE, ordinal);
	}
	*ret_found = found != NULL;
	if (found)
		*ret = *found;
	return TL_OK;
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
