/* SPDX-License-Identifier: MIT */
/* former_keep: what of an older archive stays.
 *
 * Contents: 1. scripts  2. heirs  3. depths  4. hidden records  5. the decision.
 */
#include "former_old.h"

#include <tl/bits.h>
#include <tl/expand.h>

#define UNKNOWN 255 /* depths: not yet looked at */
#define LOST 254    /* its residues cannot be had */

/* 1. Scripts. */

enum tl_status tl_former_keep_read(const struct tl_former *f, const struct old *o,
				    struct tl_buf *scratch, struct tl_delta *ret, struct tl_err *err)
{
	uint64_t n[3] = {0, 0, 0};
	size_t pos = 0;
	struct tl_str s;
	enum tl_status st = tl_store_get(f->scripts, o->script, o->script_bytes, scratch, &s, err);
	if (st != TL_OK)
		return st;
	for (int i = 0; i < 3; i++)
		(void)tl_bits_get_varint(s.p, s.n, &pos, &n[i]);
	const uint8_t *p = s.p + pos;
	*ret = (struct tl_delta){{p, n[0]}, {p + n[0], n[1]}, {p + n[0] + n[1], n[2]}};
	return TL_OK;
}

/* Which residues of what it is copied from a delta has in its alignment, from the front of that. */
struct span {
	uint64_t from, to;
};

static enum tl_status span_of(const struct tl_former *f, const struct old *o,
			      struct tl_buf *scratch, struct span *ret, struct tl_err *err)
{
	struct tl_delta d;
	struct tl_delta_sum sum;
	enum tl_status st = tl_former_keep_read(f, o, scratch, &d, err);
	*ret = (struct span){0, 0};
	if (st != TL_OK || !tl_delta_look(d.ops, &sum))
		return st;
	uint64_t n = sum.cigar.match + sum.cigar.subst + sum.cigar.del;
	uint64_t all = f->old[o->from].length;
	*ret = (struct span){sum.b_start, sum.b_start + n};
	if (sum.minus)
		*ret = (struct span){all - ret->to, all - ret->from};
	return TL_OK;
}

/* 2. Heirs. */

/* A record that is copied from one that stood whole and is gone. */
static bool is_orphan(const struct tl_former *f, const struct old *o)
{
	const struct old *base = &f->old[o->from];
	return o->kind == TL_KIND_DELTA && o->script_bytes && base->kind == TL_KIND_SEQ &&
	       !base->there;
}

/* Is a, with that much of the base, a better heir than b? */
static bool better(const struct old *a, uint64_t much, const struct old *b, uint64_t best)
{
	if (much != best)
		return much > best;
	if (a->length != b->length)
		return a->length > b->length;
	return a->lo != b->lo ? a->lo < b->lo : a->ordinal < b->ordinal;
}

/* Each that stood whole and is gone is taken over by the member, there again, that has most of it. */
static enum tl_status find_heirs(struct tl_former *f, struct tl_buf *scratch, struct tl_err *err)
{
	for (uint32_t i = 0; i < f->n; i++) {
		struct old *o = &f->old[i], *base = &f->old[o->from];
		struct span s, best = {0, 0};
		if (!o->there || !is_orphan(f, o))
			continue;
		enum tl_status st = span_of(f, o, scratch, &s, err);
		if (st == TL_OK && base->heir != TL_FORMER_NONE)
			st = span_of(f, &f->old[base->heir], scratch, &best, err);
		if (st != TL_OK)
			return st;
		if (base->heir == TL_FORMER_NONE ||
		    better(o, s.to - s.from, &f->old[base->heir], best.to - best.from))
			base->heir = i;
	}
	for (uint32_t i = 0; i < f->n; i++)
		if (f->old[i].heir != TL_FORMER_NONE)
			f->old[f->old[i].heir].is_heir = true;
	return TL_OK;
}

/* Has the heir of what o is copied from four fifths of what o has of it? */
static enum tl_status is_served(const struct tl_former *f, const struct old *o,
				struct tl_buf *scratch, bool *ret, struct tl_err *err)
{
	struct span own, heir;
	enum tl_status st = span_of(f, o, scratch, &own, err);
	if (st == TL_OK)
		st = span_of(f, &f->old[f->old[o->from].heir], scratch, &heir, err);
	if (st != TL_OK)
		return st;
	uint64_t from = own.from > heir.from ? own.from : heir.from;
	uint64_t to = own.to < heir.to ? own.to : heir.to;
	*ret = to > from && (to - from) * 5 >= (own.to - own.from) * 4;
	return TL_OK;
}

/* 3. Depths: how many deltas there will be between a record and one that stands whole.  One that is
 * there again can always be had: where its delta cannot stay it is a new one. */

static enum tl_status find_depth(struct tl_former *f, uint32_t i, struct tl_buf *scratch,
				 struct tl_err *err)
{
	struct old *o = &f->old[i];
	unsigned depth = LOST;
	enum tl_status st = TL_OK;
	if (o->depth != UNKNOWN)
		return TL_OK;
	o->depth = LOST; /* a circle ends here; the archive has none */
	if (o->kind == TL_KIND_SEQ) {
		depth = o->there ? 0 : o->heir != TL_FORMER_NONE ? 1 : LOST;
	} else if (o->is_heir) {
		depth = 0;
	} else if (o->script_bytes) {
		bool served = true;
		if (o->there && is_orphan(f, o) && f->old[o->from].heir != TL_FORMER_NONE)
			st = is_served(f, o, scratch, &served, err);
		if (st == TL_OK && served)
			st = find_depth(f, o->from, scratch, err);
		if (st == TL_OK && served && f->old[o->from].depth < TL_EXPAND_DEPTH)
			depth = f->old[o->from].depth + 1u;
	}
	if (o->there && o->kind == TL_KIND_SEQ)
		o->state = o->reference ? TL_FORMER_REF : TL_FORMER_NEW;
	else if (o->there)
		o->state = o->is_heir ? TL_FORMER_REF : depth != LOST ? TL_FORMER_MEMBER : TL_FORMER_NEW;
	o->depth = (uint8_t)(depth == LOST && o->there ? 0 : depth);
	return st;
}

/* 4. Hidden records. */

uint32_t tl_former_keep_source(const struct tl_former *f, uint32_t i)
{
	const struct old *o = &f->old[i];
	return o->kind == TL_KIND_SEQ ? o->heir : o->from;
}

/* All that is gone and stands between the members and what is there. */
static void mark_needed(struct tl_former *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		if (f->old[i].state != TL_FORMER_MEMBER)
			continue;
		for (uint32_t j = tl_former_keep_source(f, i); !f->old[j].there; j = tl_former_keep_source(f, j))
			f->old[j].needed = true;
	}
}

static enum tl_status list_hidden(struct tl_former *f, uint64_t next, struct tl_err *err)
{
	for (uint32_t i = 0; i < f->n; i++) {
		if (!f->old[i].needed)
			continue;
		enum tl_status st = tl_budget_grow(f->budget, &f->hidden, &f->hidden_cap,
						   f->hiddens + 1, sizeof *f->hidden,
						   "the table of old records", err);
		if (st != TL_OK)
			return st;
		f->old[i].now = next + f->hiddens;
		f->hidden[f->hiddens++] = i;
	}
	return TL_OK;
}

/* 5. The decision. */

static void add_up(struct tl_former *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		const struct old *o = &f->old[i];
		f->sum.refs += o->state == TL_FORMER_REF;
		f->sum.members += o->state == TL_FORMER_MEMBER;
		f->sum.heirs += o->state == TL_FORMER_REF && o->is_heir;
	}
	f->sum.hidden = f->hiddens;
}

enum tl_status tl_former_keep_decide(struct tl_former *f, uint64_t next, struct tl_err *err)
{
	struct tl_buf scratch = {0};
	enum tl_status st = find_heirs(f, &scratch, err);
	for (uint32_t i = 0; i < f->n; i++)
		f->old[i].depth = UNKNOWN;
	for (uint32_t i = 0; i < f->n && st == TL_OK; i++)
		if (f->old[i].kind != TL_KIND_DUP)
			st = find_depth(f, i, &scratch, err);
	tl_buf_free(&scratch);
	if (st != TL_OK)
		return st;
	mark_needed(f);
	st = list_hidden(f, next, err);
	add_up(f);
	return st;
}
