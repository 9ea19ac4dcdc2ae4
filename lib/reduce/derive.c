/* SPDX-License-Identifier: MIT */
/* derive: deltas that others are copied from, made by all workers. */
#include "derive.h"

#include <tl/mem.h>

#define ENOUGH (1u << 20) /* residues of those that are made side by side, about */
#define FEW 64            /* entries: fewer are not worth it */

/* A delta whose base is at hand. */
struct tl_derived {
	struct tl_source base;
	struct tl_entry entry;
	unsigned worker; /* who made it: its residues are on its bench, n from at on */
	size_t at, n;
};

/* What a worker makes, and has for that. */
struct tl_derive_bench {
	struct tl_buf made;
	struct tl_buf scratch;
};

/* Whole entries, each of which is a source by its block, whoever asks. */
static bool is_plain(const struct tl_sources *s, const struct tl_held *h)
{
	unsigned flags = 0;
	if (!h->base || h->batch.kind != TL_KIND_DELTA || s->opt_names || s->partial)
		return false;
	for (size_t i = 0; i < h->batch.n; i++)
		flags |= h->batch.flags[i];
	return !(flags & (TL_REC_IN | TL_REC_OUT));
}

/* *ret false where the entry is to be made by itself. */
static enum tl_status add(struct tl_derive *d, struct tl_sources *s, const struct tl_held *h, size_t i,
			  bool *ret, struct tl_err *err)
{
	struct tl_derived it = {0};
	enum tl_status st = tl_shelf_find(&s->shelf, h->batch.base[i], &it.base, ret, err);
	if (st != TL_OK || !*ret)
		return st;
	tl_batch_get(&h->batch, i, &it.entry);
	*ret = !it.entry.loans.n && tl_sources_at_hand(&it.base);
	if (!*ret)
		return TL_OK;
	st = tl_sources_check(&it.base, h, i, err);
	if (st == TL_OK)
		st = tl_mem_grow(&d->item, &d->cap, d->n + 1, sizeof it, err);
	if (st == TL_OK)
		d->item[d->n++] = it;
	return st;
}

static enum tl_status make(void *ctx, size_t begin, size_t end, unsigned worker, struct tl_err *err)
{
	struct tl_derive *d = ctx;
	struct tl_derive_bench *b = &d->bench[worker];
	enum tl_status st = TL_OK;
	for (size_t i = begin; i < end && st == TL_OK; i++) {
		struct tl_derived *it = &d->item[i];
		const struct tl_entry *e = &it->entry;
		const struct tl_delta script = {e->ops, e->subs, e->lits};
		it->worker = worker;
		it->at = b->made.len;
		st = tl_sources_apply(&script, &it->base, e->ordinal, &b->scratch, &b->made, err);
		it->n = b->made.len - it->at;
	}
	return st;
}

/* All that were added are made, and become sources. */
static enum tl_status make_all(struct tl_derive *d, struct tl_sources *s, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (unsigned w = 0; w < tl_pool_threads(d->opt_pool); w++)
		tl_buf_reset(&d->bench[w].made);
	if (d->n)
		st = tl_pool_for(d->opt_pool, d->n, FEW / 4, make, d, err);
	for (size_t i = 0; i < d->n && st == TL_OK; i++) {
		const struct tl_derived *it = &d->item[i];
		const uint8_t *made = it->n ? d->bench[it->worker].made.data + it->at : NULL;
		st = tl_sources_derived(s, &it->base, it->entry.ordinal,
					(struct tl_str){made, it->n}, err);
	}
	d->n = 0;
	return st;
}

/* Entries from *i on, as many as can be made side by side, and the one behind them that cannot. */
static enum tl_status go_on(struct tl_derive *d, struct tl_sources *s, struct tl_held *h, size_t *i,
			    struct tl_err *err)
{
	uint64_t residues = 0;
	bool added = true;
	enum tl_status st = TL_OK;
	while (st == TL_OK && *i < h->batch.n && residues < ENOUGH) {
		st = add(d, s, h, *i, &added, err);
		if (st != TL_OK || !added)
			break;
		residues += h->batch.length[(*i)++];
	}
	if (st == TL_OK)
		st = make_all(d, s, err);
	if (st == TL_OK && !added)
		st = tl_sources_add_entry(s, h, (*i)++, err);
	d->n = 0;
	return st;
}

enum tl_status tl_derive_batch(struct tl_derive *d, struct tl_sources *s, struct tl_held *h,
			       struct tl_err *err)
{
	const unsigned threads = d->opt_pool ? tl_pool_threads(d->opt_pool) : 1;
	enum tl_status st = TL_OK;
	if (threads < 2 || h->batch.n < FEW || !is_plain(s, h))
		return tl_sources_add(s, h, err);
	if (!d->bench && !(d->bench = tl_mem_zalloc(threads, sizeof *d->bench, err)))
		return TL_NOMEM;
	for (size_t i = 0; i < h->batch.n && st == TL_OK;)
		st = go_on(d, s, h, &i, err);
	return st;
}

void tl_derive_free(struct tl_derive *d)
{
	for (unsigned w = 0; d->bench && w < tl_pool_threads(d->opt_pool); w++) {
		tl_buf_free(&d->bench[w].made);
		tl_buf_free(&d->bench[w].scratch);
	}
	tl_mem_free(d->bench);
	tl_mem_free(d->item);
	*d = (struct tl_derive){.opt_pool = d->opt_pool};
}
