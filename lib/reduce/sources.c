/* SPDX-License-Identifier: MIT */
/* sources: the records that others are copied from. */
#include "sources.h"

#include <stdlib.h>
#include <string.h>

#include <tl/expand.h>
#include <tl/mem.h>

enum tl_status tl_sources_broken(struct tl_err *err, uint64_t ordinal, const char *why)
{
	return tl_err_set(err, TL_DATA, "record tl|%llu: %s", (unsigned long long)ordinal, why);
}

struct tl_source *tl_sources_find(const struct tl_sources *s, uint64_t ordinal)
{
	uint64_t i;
	return tl_map_get(&s->by_ordinal, ordinal, &i) ? &s->source[i] : NULL;
}

static enum tl_status add_source(struct tl_sources *s, uint64_t ordinal,
				 const struct tl_source *source, struct tl_err *err)
{
	size_t keys = s->by_ordinal.n;
	enum tl_status st = tl_mem_grow(&s->source, &s->cap, s->n + 1, sizeof *s->source, err);
	if (st == TL_OK)
		st = tl_map_put(&s->by_ordinal, ordinal, s->n, err);
	if (st == TL_OK && s->by_ordinal.n == keys)
		return tl_sources_broken(err, ordinal, "stands twice in the stream");
	if (st == TL_OK)
		s->source[s->n++] = *source;
	return st;
}

enum tl_status tl_sources_check(const struct tl_source *opt_base, const struct tl_held *h, size_t i,
				struct tl_err *err)
{
	uint64_t ordinal = h->batch.ordinal[i];
	if (!opt_base)
		return tl_sources_broken(err, ordinal, "is copied from a record that is not there");
	if (opt_base->twin && h->batch.kind == TL_KIND_DUP)
		return tl_sources_broken(err, ordinal, "is a duplicate of a duplicate");
	if (opt_base->nucleotide != (h->batch.alphabet == TL_NUCLEOTIDE))
		return tl_sources_broken(err, ordinal,
					 "is copied from a record of another alphabet");
	return TL_OK;
}

enum tl_status tl_sources_apply(const struct tl_delta *d, const struct tl_source *base,
				uint64_t ordinal, struct tl_buf *scratch, struct tl_buf *out,
				struct tl_err *err)
{
	if (base->depth >= TL_EXPAND_DEPTH)
		return tl_sources_broken(err, ordinal, "a chain of deltas that is too long");
	if (base->nucleotide && ((d->subs.n && memchr(d->subs.p, 'U', d->subs.n)) ||
				 (d->lits.n && memchr(d->lits.p, 'U', d->lits.n))))
		return tl_sources_broken(err, ordinal,
					 "has U among its residues, which are carried as T");
	enum tl_status st = tl_delta_apply(d, base->residues, base->length, scratch, out, err);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "record tl|%llu", (unsigned long long)ordinal);
	return st;
}

/* The delta of which the first piece was entry begin_i of begin becomes a source, where this is its
 * last one. */
static enum tl_status add_delta(struct tl_sources *s, struct tl_err *err)
{
	struct tl_entry e;
	struct tl_delta d;
	struct tl_buf out = {0};
	bool whole;
	tl_batch_get(&s->begin->batch, s->begin_i, &e);
	const struct tl_source *base = tl_sources_find(s, e.base);
	enum tl_status st = tl_sources_check(base, s->begin, s->begin_i, err);
	if (st == TL_OK)
		st = tl_gather_script(&s->script, s->begin, s->begin_i, &d, &whole, err);
	if (st != TL_OK || !whole)
		return st;
	if ((st = tl_sources_apply(&d, base, e.ordinal, &s->scratch, &out, err)) == TL_OK) {
		struct tl_source made = *base;
		made.residues = made.own = out.data;
		made.length = out.len;
		made.depth++;
		made.twin = false;
		st = add_source(s, e.ordinal, &made, err);
	}
	if (st != TL_OK)
		free(out.data);
	return st;
}

/* A piece of a record that stands whole; the last one makes the source. */
static enum tl_status add_whole(struct tl_sources *s, const struct tl_entry *e, bool nucleotide,
				struct tl_err *err)
{
	struct tl_source made = {.residues = e->resi.p,
				 .length = e->resi.n,
				 .root = e->ordinal,
				 .nucleotide = nucleotide};
	if (!(e->flags & TL_REC_IN)) {
		tl_buf_reset(&s->growing);
		s->growing_family =
			s->opt_names && tl_names_match(s->opt_names, e->head, e->ordinal);
	}
	made.family = s->growing_family;
	if (!(e->flags & (TL_REC_IN | TL_REC_OUT)))
		return add_source(s, e->ordinal, &made, err);
	enum tl_status st = tl_buf_add(&s->growing, e->resi.p, e->resi.n, err);
	if (st != TL_OK || e->flags & TL_REC_OUT)
		return st;
	made.residues = made.own = s->growing.data;
	made.length = s->growing.len;
	if ((st = add_source(s, e->ordinal, &made, err)) == TL_OK)
		s->growing = (struct tl_buf){0};
	return st;
}

static enum tl_status add_dup(struct tl_sources *s, const struct tl_held *h, size_t i,
			      struct tl_err *err)
{
	const struct tl_source *base = tl_sources_find(s, h->batch.base[i]);
	enum tl_status st = tl_sources_check(base, h, i, err);
	if (st != TL_OK)
		return st;
	struct tl_source made = *base;
	made.own = NULL;
	made.twin = true;
	return add_source(s, h->batch.ordinal[i], &made, err);
}

static enum tl_status add_entry(struct tl_sources *s, const struct tl_held *h, size_t i,
				struct tl_err *err)
{
	struct tl_entry e;
	tl_batch_get(&h->batch, i, &e);
	if (s->partial && h->batch.kind != TL_KIND_SEQ && !tl_sources_find(s, e.base))
		return TL_OK;
	switch (h->batch.kind) {
	case TL_KIND_SEQ:
		return add_whole(s, &e, h->batch.alphabet == TL_NUCLEOTIDE, err);
	case TL_KIND_DUP:
		return e.flags & TL_REC_IN ? TL_OK : add_dup(s, h, i, err);
	default:
		if (!(e.flags & TL_REC_IN)) {
			s->begin = h;
			s->begin_i = i;
		}
		return e.flags & TL_REC_OUT ? TL_OK : add_delta(s, err);
	}
}

enum tl_status tl_sources_add(struct tl_sources *s, const struct tl_held *h, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < h->batch.n && st == TL_OK; i++)
		st = add_entry(s, h, i, err);
	return st;
}

void tl_sources_forget(struct tl_sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->source[i].own);
	s->n = 0;
	tl_map_free(&s->by_ordinal);
	s->script.at = NULL;
}

void tl_sources_free(struct tl_sources *s)
{
	tl_sources_forget(s);
	free(s->source);
	tl_buf_free(&s->growing);
	tl_buf_free(&s->scratch);
	tl_gather_free(&s->script);
}
