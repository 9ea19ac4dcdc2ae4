/* SPDX-License-Identifier: MIT */
/* sibling: members that are coded from another member of their reference.
 *
 * What a script does to its reference is a list of differences, each a place and what stands there.
 * A table says which members had a difference last; the ones that share most with the member at
 * hand, and have fewest others, are tried.  The table has a fixed size and forgets, so that neither
 * large families nor -M change what is decided.
 *
 * Contents: 1. differences  2. candidates  3. a family  4. all families.
 */
#include <tl/sibling.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/budget.h>
#include <tl/cigar.h>
#include <tl/expand.h>
#include <tl/mem.h>
#include <tl/pages.h>
#include <tl/rebase.h>
#include <tl/sort.h>
#include <tl/store.h>

#define SLOTS 65536          /* differences that are remembered, about */
#define RECENT 12              /* members of each */
#define DIFFERENCES 1024      /* of a member that are looked at */
#define TRIES 6               /* candidates of which scripts are made */
#define DEEPEST (TL_EXPAND_DEPTH - 2) /* deltas in a chain: references may become members later */
#define SMALL_REF (1u << 20)  /* residues that are held in one piece */
#define LINK_COST (2 * 16)    /* what a chain costs otherwise, in the model's units: a flag, a base farther away */

/* A difference, and the members that had it, the last one first. */
struct slot {
	uint32_t check;
	uint32_t member[RECENT];
};

/* A member of the reference at hand. */
struct kin {
	uint32_t record;      /* of the set */
	uint32_t differences; /* that were looked at */
	uint32_t shared, who; /* with member who - 1, as far as was counted */
	uint8_t depth;        /* deltas down to the reference */
	bool minus;
};

struct sibling {
	struct tl_set *set;
	struct tl_pages *pages;
	struct slot *slot; /* [SLOTS] */
	struct kin *kin;   /* [cap] of the reference at hand, up to the member at hand */
	size_t cap;
	uint64_t seed;     /* of that reference, so that differences from others are others */
	struct tl_buf ref;      /* its residues, or */
	struct tl_store *text;  /* where they are many */
	uint64_t *difference;   /* [DIFFERENCES] of the member at hand */
	uint32_t *near;         /* [near_n] members that share some of them */
	size_t near_n, near_cap;
	struct tl_buf mine, other; /* scripts */
	struct tl_rebase_room room[2];
	uint64_t linked;
};

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

static struct slot *slot_of(struct sibling *s, uint64_t difference)
{
	return &s->slot[difference % SLOTS];
}

static uint32_t check_of(uint64_t difference)
{
	return (uint32_t)(difference >> 32) | 1; /* 0: free */
}

/* Counts what earlier members share with member i. */
static enum tl_status count_shared(struct sibling *s, uint32_t i, size_t n, struct tl_err *err)
{
	s->near_n = 0;
	for (size_t k = 0; k < n; k++) {
		const struct slot *slot = slot_of(s, s->difference[k]);
		if (slot->check != check_of(s->difference[k]))
			continue;
		for (int j = 0; j < RECENT && slot->member[j] < i; j++) {
			struct kin *other = &s->kin[slot->member[j]];
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
static uint64_t distance(const struct kin *other, size_t n)
{
	return (uint64_t)other->differences + n - 2 * (uint64_t)other->shared;
}

/* Takes the nearest one out of near; UINT32_MAX where none is left that is nearer than the
 * reference.  Of two as near the later one, which the archive has not so far away. */
static uint32_t take_nearest(struct sibling *s, const struct kin *me)
{
	size_t best = SIZE_MAX;
	for (size_t k = 0; k < s->near_n; k++) {
		const struct kin *o = &s->kin[s->near[k]];
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
static void remember(struct sibling *s, uint32_t i, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		struct slot *slot = slot_of(s, s->difference[k]);
		if (slot->check != check_of(s->difference[k])) {
			memset(slot->member, 0xff, sizeof slot->member);
			slot->check = check_of(s->difference[k]);
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

/* Tries the candidates for member i of that script: codes it from the cheapest, if that pays. */
static enum tl_status try_siblings(struct sibling *s, uint32_t i, const struct tl_delta *d,
				   const struct tl_rebase_ref *ref, struct tl_err *err)
{
	struct kin *me = &s->kin[i];
	bool nucleotide = tl_set_is_nucleotide(s->set, me->record);
	uint32_t best = UINT32_MAX, least = cost_of(d, nucleotide);
	struct tl_delta base, made, kept = *d;
	enum tl_status st = TL_OK;
	least -= least < LINK_COST ? least : LINK_COST;
	for (int k = 0; k < TRIES && st == TL_OK; k++) {
		uint32_t other = take_nearest(s, me);
		if (other == UINT32_MAX)
			break;
		st = tl_set_script(s->set, s->kin[other].record, &s->other, &base, err);
		if (st == TL_OK)
			st = tl_rebase_make(d, &base, ref, &s->room[0], &made, err);
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
	s->linked++;
	return tl_set_recode(s->set, me->record, s->kin[best].record, &kept, err);
}

static enum tl_status link_member(struct sibling *s, uint32_t i, struct tl_rebase_ref *ref,
				  struct tl_err *err)
{
	struct kin *me = &s->kin[i];
	struct tl_delta d;
	struct tl_delta_sum sum;
	enum tl_status st = tl_set_script(s->set, me->record, &s->mine, &d, err);
	if (st == TL_OK)
		st = tl_delta_measure(&d, &sum, err);
	if (st != TL_OK)
		return st;
	size_t n = list_differences(&d, s->seed, s->difference);
	me->differences = (uint32_t)n;
	me->depth = 1;
	me->minus = ref->minus = sum.minus;
	/* What others were copied from before stays what it is, as the chains on it may be long. */
	if (!tl_set_is_base(s->set, me->record))
		st = count_shared(s, i, n, err);
	if (st == TL_OK && s->near_n)
		st = try_siblings(s, i, &d, ref, err);
	remember(s, i, n);
	return st;
}

/* The residues of the reference at hand. */
static enum tl_status load_ref(struct sibling *s, const struct tl_set_record *r,
			       struct tl_rebase_ref *ret, struct tl_err *err)
{
	uint32_t block = r->block, entry = r->entry;
	const struct tl_batch *b;
	bool small = r->length <= SMALL_REF;
	tl_buf_reset(&s->ref);
	tl_store_free(s->text);
	s->text = NULL;
	enum tl_status st = tl_pages_get(s->pages, block, &b, err);
	if (st == TL_OK && !small)
		st = tl_store_new(s->set->budget, tl_budget_share(s->set->budget, 1, 16, 0),
				  &s->text, err);
	while (st == TL_OK) {
		struct tl_entry e;
		tl_batch_get(b, entry, &e);
		st = small ? tl_buf_add(&s->ref, e.resi.p, e.resi.n, err)
			   : tl_store_put(s->text, e.resi.p, e.resi.n, err);
		if (st != TL_OK || !(e.flags & TL_REC_OUT))
			break;
		st = tl_pages_next(s->pages, &block, &entry, &b, err);
	}
	if (st == TL_OK && small)
		st = tl_buf_reserve(&s->ref, 1, err);
	*ret = (struct tl_rebase_ref){small ? s->ref.data : NULL, s->text, r->length, false};
	return st;
}

/* The n members in kin are those of that reference. */
static enum tl_status link_family(struct sibling *s, uint32_t reference, size_t n,
				  struct tl_err *err)
{
	struct tl_set_record r;
	struct tl_rebase_ref ref;
	if (n < 2)
		return TL_OK;
	s->seed = mix(7, reference);
	enum tl_status st = tl_set_get(s->set, reference, &r, err);
	if (st == TL_OK)
		st = load_ref(s, &r, &ref, err);
	for (uint32_t i = 0; i < n && st == TL_OK; i++) {
		s->near_n = 0;
		st = link_member(s, i, &ref, err);
	}
	return st;
}

/* 4. All families. */

/* Did i become a member of what it is copied from in this round? */
static enum tl_status is_new(struct tl_set *set, uint32_t i, bool *ret, struct tl_err *err)
{
	struct tl_set_record r;
	*ret = tl_set_role(set, i) == TL_SET_MEMBER;
	if (!*ret || !set->opt_former)
		return TL_OK;
	enum tl_status st = tl_set_get(set, i, &r, err);
	if (st == TL_OK)
		*ret = !r.old;
	return st;
}

/* The new members: reference and member as records of the set, in that order. */
static enum tl_status list_members(struct tl_set *set, struct tl_sort *sort, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (uint32_t i = 0; i < set->n && st == TL_OK; i++) {
		bool new;
		if ((st = is_new(set, i, &new, err)) == TL_OK && new)
			st = tl_sort_put(sort, 0, (uint64_t[]){set->base[i], i}, err);
	}
	return st == TL_OK ? tl_sort_end(sort, err) : st;
}

/* Puts a member into kin, as number n. */
static enum tl_status add_kin(struct sibling *s, size_t n, uint32_t record, struct tl_err *err)
{
	enum tl_status st = tl_budget_grow(s->set->budget, &s->kin, &s->cap, n + 1, sizeof *s->kin,
					   "the members of a reference", err);
	if (st == TL_OK)
		s->kin[n] = (struct kin){.record = record};
	return st;
}

static enum tl_status link_all(struct sibling *s, const struct tl_sort *sort, struct tl_err *err)
{
	struct tl_sort_pass *pass;
	const uint64_t *r;
	uint32_t reference = 0;
	size_t n = 0;
	enum tl_status st = tl_sort_open(sort, 0, UINT64_MAX, &pass, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_sort_next(pass, &r, err)) == TL_OK && r) {
		uint32_t record = (uint32_t)r[1], of = (uint32_t)r[0];
		if (of != reference) {
			if ((st = link_family(s, reference, n, err)) != TL_OK)
				break;
			n = 0;
		}
		reference = of;
		if ((st = add_kin(s, n++, record, err)) != TL_OK)
			break;
	}
	if (st == TL_OK)
		st = link_family(s, reference, n, err);
	tl_sort_close(pass);
	return st;
}

static void close_all(struct sibling *s)
{
	tl_budget_give(s->set->budget, s->cap * sizeof *s->kin);
	tl_pages_free(s->pages);
	tl_store_free(s->text);
	tl_buf_free(&s->ref);
	tl_buf_free(&s->mine);
	tl_buf_free(&s->other);
	tl_rebase_free(&s->room[0]);
	tl_rebase_free(&s->room[1]);
	free(s->slot);
	free(s->kin);
	free(s->difference);
	free(s->near);
}

enum tl_status tl_sibling_link(struct tl_set *set, uint64_t *ret_n, struct tl_err *err)
{
	struct sibling s = {.set = set};
	struct tl_sort *sort = NULL;
	uint64_t bytes = SLOTS * sizeof *s.slot, share;
	*ret_n = 0;
	if (!set->result.members)
		return TL_OK;
	enum tl_status st = tl_budget_need(set->budget, bytes, "the table of differences", err);
	if (st != TL_OK)
		return st;
	share = tl_budget_share(set->budget, 1, 16, 0);
	s.slot = tl_mem_zalloc(SLOTS, sizeof *s.slot, err);
	s.difference = tl_mem_alloc(DIFFERENCES, sizeof *s.difference, err);
	st = s.slot && s.difference ? tl_sort_new(set->pool, set->budget, share, 2, &sort, err)
				    : TL_NOMEM;
	if (st == TL_OK)
		st = list_members(set, sort, err);
	if (st == TL_OK)
		st = tl_pages_new(set->pool, set->spool, set->shift, &s.pages, err);
	if (st == TL_OK)
		st = link_all(&s, sort, err);
	tl_sort_free(sort);
	close_all(&s);
	tl_budget_give(set->budget, bytes);
	*ret_n = s.linked;
	return st == TL_OK ? tl_set_place(set, err) : st;
}
