/* SPDX-License-Identifier: MIT */
/* sibling_family: the members of one reference: which of them are coded from others.
 *
 * What a script does to its reference is a list of differences, each a place and what stands there.
 * A table says which members had a difference last; the ones that share most with the member at
 * hand, and have fewest others, are tried.  The table has a fixed size and forgets, so that neither
 * large families nor -M change what is decided.
 *
 * Contents: 1. differences  2. candidates  3. a family.
 */
#include "sibling_family.h"

#include <string.h>

#include <tl/bits.h>
#include <tl/cigar.h>
#include <tl/expand.h>
#include <tl/mem.h>

#define SLOTS 65536          /* differences that are remembered, about */
#define RECENT 12              /* members of each */
#define DIFFERENCES 1024      /* of a member that are looked at */
#define TRIES 6               /* candidates of which scripts are made */
#define DEEPEST (TL_EXPAND_DEPTH - 2) /* deltas in a chain: references may become members later */
#define LINK_COST (2 * 16)    /* what a chain costs otherwise, in the model's units: a flag, a base farther away */

/* A difference, and the members that had it, the last one first.  What another family left here is as good
 * as nothing: what is decided for one does not hang on who had the table before. */
struct slot {
	uint32_t check, reference;
	uint32_t member[RECENT];
};

struct tl_sibling_desk {
	struct tl_set *set;
	struct tl_table_view view;
	struct slot *slot; /* [SLOTS] */
	struct tl_sibling_kin *kin; /* of the family at hand, up to the member at hand */
	struct tl_rebase_ref ref;
	uint32_t reference;
	uint64_t seed;     /* of that reference, so that differences from others are others */
	uint64_t *difference;   /* [DIFFERENCES] of the member at hand */
	uint32_t *near;         /* [near_n] members that share some of them */
	size_t near_n, near_cap;
	struct tl_buf mine, other; /* scripts */
	struct tl_rebase_room room[2];
};

const uint64_t tl_sibling_family_bytes = SLOTS * sizeof(struct slot);

/* 1. Differences. */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9E3779B97F4A7C15u;
	return h ^ h >> 29;
}

static uint64_t mix_string(uint64_t h, const uint8_t *p, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		h = mix(h, p[i]);
	return h;
}

/* Short runs of substitutions are taken one by one: neighbours may have come one after the other. */
static size_t add_substitutions(uint64_t *to, size_t n, uint64_t seed, uint64_t place,
				const uint8_t *subs, uint64_t len)
{
	if (len > 4) {
		if (n < DIFFERENCES)
			to[n++] = mix_string(mix(mix(seed + 1, place), len), subs, len);
		return n;
	}
	for (uint64_t i = 0; i < len && n < DIFFERENCES; i++)
		to[n++] = mix(mix(seed + 2, place + i), subs[i]);
	return n;
}

/* What a script does to its base, and where; its ends as well. */
static size_t list_differences(const struct tl_delta *d, uint64_t seed, uint64_t *to)
{
	const uint8_t *subs = d->subs.p, *lits = d->lits.p;
	uint64_t place, before, behind, len;
	size_t pos = 0, n = 0;
	enum tl_cigar_op op;
	if (!tl_bits_get_varint(d->ops.p, d->ops.n, &pos, &place) ||
	    !tl_bits_get_varint(d->ops.p, d->ops.n, &pos, &before) ||
	    !tl_bits_get_varint(d->ops.p, d->ops.n, &pos, &behind))
		return 0;
	place >>= 1;
	if (place || before)
		to[n++] = mix_string(mix(seed + 3, place), lits, before);
	lits += before;
	while (n < DIFFERENCES && tl_cigar_next(d->ops, &pos, &op, &len)) {
		if (op == TL_CIGAR_SUBST)
			n = add_substitutions(to, n, seed, place, subs, len);
		else if (op == TL_CIGAR_INS)
			to[n++] = mix_string(mix(seed + 4, place), lits, len);
		else if (op == TL_CIGAR_DEL)
			to[n++] = mix(mix(seed + 5, place), len);
		subs += op == TL_CIGAR_SUBST ? len : 0;
		lits += op == TL_CIGAR_INS ? len : 0;
		place += op == TL_CIGAR_INS ? 0 : len;
	}
	if (behind && n < DIFFERENCES)
		to[n++] = mix_string(mix(seed + 6, place), lits, behind);
	return n;
}

/* 2. Candidates. */

static struct slot *slot_of(const struct tl_sibling_desk *s, uint64_t difference)
{
	return &s->slot[difference % SLOTS];
}

static uint32_t check_of(uint64_t difference)
{
	return (uint32_t)(difference >> 32) | 1; /* 0: free */
}

static bool holds(const struct tl_sibling_desk *s, const struct slot *slot, uint64_t difference)
{
	return slot->check == check_of(difference) && slot->reference == s->reference;
}

/* Counts what earlier members share with member i. */
static enum tl_status count_shared(struct tl_sibling_desk *s, uint32_t i, size_t n, struct tl_err *err)
{
	s->near_n = 0;
	for (size_t k = 0; k < n; k++) {
		const struct slot *slot = slot_of(s, s->difference[k]);
		if (!holds(s, slot, s->difference[k]))
			continue;
		for (int j = 0; j < RECENT && slot->member[j] < i; j++) {
			struct tl_sibling_kin *other = &s->kin[slot->member[j]];
			if (other->who != i + 1) {
				enum tl_status st = tl_mem_grow(&s->near, &s->near_cap,
								s->near_n + 1, sizeof *s->near, err);
				if (st != TL_OK)
					return st;
				other->who = i + 1;
				other->shared = 0;
				s->near[s->near_n++] = slot->member[j];
			}
			other->shared++;
		}
	}
	return TL_OK;
}

/* Differences between a member that has n and another one, as far as was counted. */
static uint64_t distance(const struct tl_sibling_kin *other, size_t n)
{
	return (uint64_t)other->differences + n - 2 * (uint64_t)other->shared;
}

/* Takes the nearest one out of near; UINT32_MAX where none is left that is nearer than the
 * reference.  Of two as near the later one, which the archive has not so far away. */
static uint32_t take_nearest(struct tl_sibling_desk *s, const struct tl_sibling_kin *me)
{
	size_t best = SIZE_MAX;
	for (size_t k = 0; k < s->near_n; k++) {
		const struct tl_sibling_kin *o = &s->kin[s->near[k]];
		if (o->depth >= DEEPEST || o->minus != me->minus)
			continue;
		uint64_t far = distance(o, me->differences);
		if (far >= me->differences)
			continue;
		uint64_t least = best == SIZE_MAX ? UINT64_MAX
						  : distance(&s->kin[s->near[best]], me->differences);
		if (far < least || (far == least && s->near[k] > s->near[best]))
			best = k;
	}
	if (best == SIZE_MAX)
		return UINT32_MAX;
	uint32_t found = s->near[best];
	s->near[best] = s->near[--s->near_n];
	return found;
}

/* The member is remembered as the last one that had its differences. */
static void remember(struct tl_sibling_desk *s, uint32_t i, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		struct slot *slot = slot_of(s, s->difference[k]);
		if (!holds(s, slot, s->difference[k])) {
			memset(slot->member, 0xff, sizeof slot->member);
			slot->check = check_of(s->difference[k]);
			slot->reference = s->reference;
		}
		memmove(slot->member + 1, slot->member, (RECENT - 1) * sizeof *slot->member);
		slot->member[0] = i;
	}
}

/* 3. A family. */

static uint32_t cost_of(const struct tl_delta *d, bool nucleotide)
{
	return tl_select_delta(d->ops.n, d->subs.n + d->lits.n, nucleotide);
}

static enum tl_status get_script(struct tl_sibling_desk *s, uint32_t i, struct tl_buf *scratch,
				 struct tl_delta *ret, struct tl_err *err)
{
	return tl_set_script_view(s->set, &s->view, s->kin[i].record, scratch, ret, err);
}

/* What was found, to be told to the set later. */
static enum tl_status tell(struct tl_buf *out, uint32_t record, uint32_t base, const struct tl_delta *d,
			   struct tl_err *err)
{
	const struct tl_sibling_found found = {
		.record = record, .base = base, .ops = d->ops.n, .subs = d->subs.n, .lits = d->lits.n};
	enum tl_status st = tl_buf_add(out, &found, sizeof found, err);
	if (st == TL_OK)
		st = tl_buf_add(out, d->ops.p, d->ops.n, err);
	if (st == TL_OK)
		st = tl_buf_add(out, d->subs.p, d->subs.n, err);
	return st == TL_OK ? tl_buf_add(out, d->lits.p, d->lits.n, err) : st;
}

/* Tries the candidates for member i of that script: codes it from the cheapest, if that pays. */
static enum tl_status try_siblings(struct tl_sibling_desk *s, uint32_t i, const struct tl_delta *d,
				   struct tl_buf *out, struct tl_err *err)
{
	struct tl_sibling_kin *me = &s->kin[i];
	bool nucleotide = tl_set_is_nucleotide(s->set, me->record);
	uint32_t best = UINT32_MAX, least = cost_of(d, nucleotide);
	struct tl_delta base, made, kept = *d;
	enum tl_status st = TL_OK;
	least -= least < LINK_COST ? least : LINK_COST;
	for (int k = 0; k < TRIES && st == TL_OK; k++) {
		uint32_t other = take_nearest(s, me);
		if (other == UINT32_MAX)
			break;
		st = get_script(s, other, &s->other, &base, err);
		if (st == TL_OK)
			st = tl_rebase_make(d, &base, &s->ref, &s->room[0], &made, err);
		if (st != TL_OK || cost_of(&made, nucleotide) >= least)
			continue;
		struct tl_rebase_room t = s->room[0];
		s->room[0] = s->room[1];
		s->room[1] = t;
		least = cost_of(&made, nucleotide);
		kept = made;
		best = other;
	}
	if (st != TL_OK || best == UINT32_MAX)
		return st;
	me->depth = (uint8_t)(s->kin[best].depth + 1);
	return tell(out, me->record, s->kin[best].record, &kept, err);
}

void tl_sibling_family_begin(struct tl_sibling_desk *s, uint32_t reference,
			     const struct tl_rebase_ref *ref, struct tl_sibling_kin *kin)
{
	s->kin = kin;
	s->ref = *ref;
	s->reference = reference;
	s->seed = mix(7, reference);
}

enum tl_status tl_sibling_family_link(struct tl_sibling_desk *s, uint32_t i, struct tl_buf *out,
				      struct tl_err *err)
{
	struct tl_sibling_kin *me = &s->kin[i];
	struct tl_delta d;
	struct tl_delta_sum sum;
	enum tl_status st = get_script(s, i, &s->mine, &d, err);
	if (st == TL_OK)
		st = tl_delta_measure(&d, &sum, err);
	if (st != TL_OK)
		return st;
	size_t n = list_differences(&d, s->seed, s->difference);
	me->differences = (uint32_t)n;
	me->depth = 1;
	me->minus = s->ref.minus = sum.minus;
	s->near_n = 0;
	/* What others were copied from before stays what it is, as the chains on it may be long. */
	if (!tl_set_is_base(s->set, me->record))
		st = count_shared(s, i, n, err);
	if (st == TL_OK && s->near_n)
		st = try_siblings(s, i, &d, out, err);
	remember(s, i, n);
	return st;
}

enum tl_status tl_sibling_family_new(struct tl_set *set, struct tl_sibling_desk **ret, struct tl_err *err)
{
	struct tl_sibling_desk *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	s->set = set;
	s->slot = tl_mem_zalloc(SLOTS, sizeof *s->slot, err);
	s->difference = tl_mem_alloc(DIFFERENCES, sizeof *s->difference, err);
	if (!s->slot || !s->difference) {
		tl_sibling_family_free(s);
		return TL_NOMEM;
	}
	*ret = s;
	return TL_OK;
}

void tl_sibling_family_free(struct tl_sibling_desk *s)
{
	if (!s)
		return;
	tl_table_leave(&s->view);
	tl_buf_free(&s->mine);
	tl_buf_free(&s->other);
	tl_rebase_free(&s->room[0]);
	tl_rebase_free(&s->room[1]);
	tl_mem_free(s->slot);
	tl_mem_free(s->difference);
	tl_mem_free(s->near);
	tl_mem_free(s);
}
