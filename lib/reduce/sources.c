/* SPDX-License-Identifier: MIT */
/* sources: the records that others are copied from. */
#include "sources.h"

#include <stdlib.h>
#include <string.h>

#include <tl/block.h>
#include <tl/borrow.h>
#include <tl/expand.h>
#include <tl/mem.h>

#define SLAB ((size_t)1 << 20)

enum tl_status tl_sources_broken(struct tl_err *err, uint64_t ordinal, const char *why)
{
	return tl_err_set(err, TL_DATA, "record tl|%llu: %s", (unsigned long long)ordinal, why);
}

bool tl_sources_at_hand(const struct tl_source *source)
{
	return source->residues || !source->length;
}

enum tl_status tl_sources_fetch(const struct tl_sources *s, struct tl_source *source,
				struct tl_buf *room, struct tl_err *err)
{
	struct tl_str text;
	if (tl_sources_at_hand(source))
		return TL_OK;
	enum tl_status st = tl_store_get(s->text, source->at, source->length, room, &text, err);
	if (st == TL_OK && text.p != room->data) {
		tl_buf_reset(room);
		st = tl_buf_add(room, text.p, text.n, err);
	}
	source->residues = room->data;
	return st;
}

/* Memory of n bytes that stays; NULL in *ret where the budget has none. */
static enum tl_status take_slab(struct tl_sources *s, size_t n, uint8_t **ret, struct tl_err *err)
{
	struct tl_slab *slab = s->slab;
	*ret = NULL;
	if (!slab || n > slab->cap - slab->used) {
		size_t cap = n > SLAB ? n : SLAB;
		if (cap > s->slab_room ||
		    !tl_budget_take(s->shelf.opt_budget, cap + sizeof *slab))
			return TL_OK;
		s->slab_room -= cap;
		if (!(slab = tl_mem_alloc(1, cap + sizeof *slab, err))) {
			tl_budget_give(s->shelf.opt_budget, cap + sizeof *slab);
			return TL_NOMEM;
		}
		if (s->slab) /* of what is small only a part is needed */
			tl_mem_touch(slab, cap);
		*slab = (struct tl_slab){.next = s->slab, .cap = cap};
		s->slab = slab;
	}
	*ret = slab->data + slab->used;
	slab->used += n;
	return TL_OK;
}

/* Lets a source have a copy of residues, which would go. */
static enum tl_status keep_residues(struct tl_sources *s, struct tl_source *source,
				    const uint8_t *residues, struct tl_err *err)
{
	uint8_t *room = NULL;
	source->residues = NULL;
	if (!source->length)
		return TL_OK;
	enum tl_status st = take_slab(s, source->length, &room, err);
	if (st == TL_OK && room) {
		memcpy(room, residues, source->length);
		source->residues = room;
		return TL_OK;
	}
	if (st == TL_OK && !s->text)
		st = tl_store_new(s->shelf.opt_budget, 0, &s->text, err);
	if (st != TL_OK)
		return st;
	source->at = tl_store_bytes(s->text);
	return tl_store_put(s->text, residues, source->length, err);
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

/* Who asks for the sources of loans. */
struct borrower {
	struct tl_sources *s;
	bool nucleotide;
};

static enum tl_status get_loan(void *ctx, const struct tl_loan *loan, struct tl_str *ret,
			       struct tl_err *err)
{
	struct borrower *b = ctx;
	struct tl_sources *s = b->s;
	struct tl_source from;
	uint64_t place;
	bool found;
	enum tl_status st = tl_shelf_find(&s->shelf, loan->source, &from, &found, err);
	if (st == TL_OK && (!found || from.depth || from.nucleotide != b->nucleotide))
		return tl_err_set(err, TL_DATA, "literals of it stand in a record that is none of its kind, or not there");
	if (st == TL_OK && !tl_borrow_place(loan, from.length, &place))
		return tl_err_set(err, TL_DATA, "a literal that leaves what it stands in");
	if (st == TL_OK && from.residues)
		*ret = (struct tl_str){from.residues + place, (size_t)loan->length};
	else if (st == TL_OK)
		st = tl_store_get(s->text, from.at + place, (size_t)loan->length, &s->lender, ret, err);
	return st;
}

enum tl_status tl_sources_borrow(struct tl_sources *s, const struct tl_entry *e, bool nucleotide,
				 uint64_t residues, struct tl_buf *out, struct tl_err *err)
{
	struct borrower b = {s, nucleotide};
	uint64_t limit = residues < TL_BLOCK_MAX ? residues : TL_BLOCK_MAX;
	enum tl_status st = tl_borrow_fill(e->loans, e->ordinal, e->lits, limit, get_loan, &b, out, err);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "record tl|%llu", (unsigned long long)e->ordinal);
	return st;
}

/* The source that entry i of h is copied from. */
static enum tl_status base_of(struct tl_sources *s, const struct tl_held *h, size_t i,
			      struct tl_source *ret, struct tl_err *err)
{
	bool found;
	enum tl_status st = tl_shelf_find(&s->shelf, h->batch.base[i], ret, &found, err);
	return st == TL_OK ? tl_sources_check(found ? ret : NULL, h, i, err) : st;
}

enum tl_status tl_sources_derived(struct tl_sources *s, const struct tl_source *base, uint64_t ordinal,
				  struct tl_str residues, struct tl_err *err)
{
	struct tl_source made = *base;
	made.ordinal = ordinal;
	made.length = residues.n;
	made.depth++;
	made.twin = false;
	enum tl_status st = keep_residues(s, &made, residues.p, err);
	return st == TL_OK ? tl_shelf_add(&s->shelf, &made, err) : st;
}

/* A piece of a delta; the last one makes the source.  The batches of earlier ones may be gone: where
 * nobody asked for the record, they are not waited for. */
static enum tl_status add_delta(struct tl_sources *s, const struct tl_held *h, size_t i,
				const struct tl_entry *e, struct tl_err *err)
{
	struct tl_source base;
	struct tl_delta d = {e->ops, e->subs, e->lits};
	enum tl_status st = TL_OK;
	if (e->loans.n)
		return tl_sources_broken(err, e->ordinal, "is copied from, but borrows itself");
	if (e->flags & (TL_REC_IN | TL_REC_OUT)) {
		if (!(e->flags & TL_REC_IN))
			tl_gather_begin(&s->script);
		st = tl_gather_add(&s->script, e, err);
		d = tl_gather_delta(&s->script);
	}
	if (st != TL_OK || e->flags & TL_REC_OUT)
		return st;
	st = base_of(s, h, i, &base, err);
	if (st == TL_OK)
		st = tl_sources_fetch(s, &base, &s->room, err);
	tl_buf_reset(&s->made);
	if (st == TL_OK)
		st = tl_sources_apply(&d, &base, e->ordinal, &s->scratch, &s->made, err);
	if (st != TL_OK)
		return st;
	return tl_sources_derived(s, &base, e->ordinal, (struct tl_str){s->made.data, s->made.len}, err);
}

/* A piece of a record that stands whole; the last one makes the source. */
static enum tl_status add_whole(struct tl_sources *s, const struct tl_entry *e, bool nucleotide,
				bool stays, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	struct tl_source made = {.ordinal = e->ordinal,
				 .residues = e->resi.p,
				 .length = e->resi.n,
				 .root = e->ordinal,
				 .nucleotide = nucleotide};
	if (!(e->flags & TL_REC_IN)) {
		tl_buf_reset(&s->growing);
		s->growing_family =
			s->opt_names && tl_names_match(s->opt_names, e->head, e->ordinal);
	}
	made.family = s->growing_family;
	if (!(e->flags & (TL_REC_IN | TL_REC_OUT))) {
		if (!stays)
			st = keep_residues(s, &made, e->resi.p, err);
		return st == TL_OK ? tl_shelf_add(&s->shelf, &made, err) : st;
	}
	st = tl_buf_add(&s->growing, e->resi.p, e->resi.n, err);
	if (st != TL_OK || e->flags & TL_REC_OUT)
		return st;
	made.length = s->growing.len;
	st = keep_residues(s, &made, s->growing.data, err);
	return st == TL_OK ? tl_shelf_add(&s->shelf, &made, err) : st;
}

static enum tl_status add_dup(struct tl_sources *s, const struct tl_held *h, size_t i,
			      struct tl_err *err)
{
	struct tl_source made;
	enum tl_status st = base_of(s, h, i, &made, err);
	if (st != TL_OK)
		return st;
	made.ordinal = h->batch.ordinal[i];
	made.twin = true;
	return tl_shelf_add(&s->shelf, &made, err);
}

/* Is the copy that begins with this entry no source, or its base left out? */
static enum tl_status is_skipped(struct tl_sources *s, const struct tl_held *h,
				 const struct tl_entry *e, bool *ret, struct tl_err *err)
{
	struct tl_source base;
	bool found;
	*ret = !h->base && h->batch.kind == TL_KIND_DELTA && !(e->flags & TL_REC_BASE);
	if (*ret || !s->partial)
		return TL_OK;
	enum tl_status st = tl_shelf_find(&s->shelf, e->base, &base, &found, err);
	*ret = !found;
	return st;
}

/* Pieces of copies may have those of records that stand whole between them. */
enum tl_status tl_sources_add_entry(struct tl_sources *s, struct tl_held *h, size_t i,
				    struct tl_err *err)
{
	struct tl_entry e;
	enum tl_kind kind = h->batch.kind;
	enum tl_status st = TL_OK;
	tl_batch_get(&h->batch, i, &e);
	if (kind == TL_KIND_SEQ)
		return add_whole(s, &e, h->batch.alphabet == TL_NUCLEOTIDE, h->charged, err);
	if (!(e.flags & TL_REC_IN))
		st = is_skipped(s, h, &e, &s->skip[kind], err);
	if (st != TL_OK || s->skip[kind])
		return st;
	if (kind == TL_KIND_DELTA)
		return add_delta(s, h, i, &e, err);
	return e.flags & TL_REC_IN ? TL_OK : add_dup(s, h, i, err);
}

/* Does all that a source needs stand in the batch, which stays? */
static bool is_shelf(const struct tl_sources *s, const struct tl_held *h)
{
	unsigned flags = 0;
	if (!h->charged || h->batch.kind != TL_KIND_SEQ || s->opt_names)
		return false;
	for (size_t i = 0; i < h->batch.n; i++)
		flags |= h->batch.flags[i];
	return !(flags & (TL_REC_IN | TL_REC_OUT));
}

enum tl_status tl_sources_add(struct tl_sources *s, struct tl_held *h, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (is_shelf(s, h))
		return tl_shelf_add_batch(&s->shelf, &h->batch, err);
	for (size_t i = 0; i < h->batch.n && st == TL_OK; i++)
		st = tl_sources_add_entry(s, h, i, err);
	return st;
}

void tl_sources_forget(struct tl_sources *s)
{
	while (s->slab) {
		struct tl_slab *next = s->slab->next;
		tl_budget_give(s->shelf.opt_budget, s->slab->cap + sizeof *s->slab);
		s->slab_room += s->slab->cap;
		free(s->slab);
		s->slab = next;
	}
	tl_shelf_free(&s->shelf);
	tl_store_free(s->text);
	s->text = NULL;
}

void tl_sources_free(struct tl_sources *s)
{
	tl_sources_forget(s);
	tl_buf_free(&s->growing);
	tl_buf_free(&s->made);
	tl_buf_free(&s->room);
	tl_buf_free(&s->scratch);
	tl_buf_free(&s->lender);
	tl_gather_free(&s->script);
}
