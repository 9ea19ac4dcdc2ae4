/* SPDX-License-Identifier: MIT */
/* align_anchor: exact matches between two stretches, and the best chain of them.
 *
 * The k-mers of a that are sampled, by their hash, stand in a table; b's are looked up, and each
 * match is made as long as it can be.  One that an earlier match of the same diagonal covers is
 * left out.  The chain is found by the usual sparse recurrence (Myers and Miller, SODA 1995), looking
 * back at the LOOK_BACK anchors before and at the last one on the same diagonal.  So the time is
 * linear in the stretches and the anchors.
 */
#include "align_anchor.h"

#include <string.h>

#include <tl/hash.h>
#include <tl/mem.h>
#include <tl/radix.h>

#define LOOK_BACK 64
#define DIAGONALS 512
#define WIDE 64 /* letters compared at once */
#define SEVERAL UINT32_MAX
#define NONE UINT32_MAX

static const uint8_t code[32] = {
	['A' & 31] = 1, ['C' & 31] = 2, ['G' & 31] = 3, ['T' & 31] = 4, ['U' & 31] = 4,
};

/* A k-mer that goes along a sequence. */
struct roll {
	uint64_t word, mask;
	unsigned good;
};

/* Takes the next letter; true where the last k are all of ACGT. */
static inline bool roll_on(struct roll *r, uint8_t letter, unsigned k)
{
	const uint8_t x = code[letter & 31];
	r->good = x ? r->good + 1 : 0;
	r->word = (r->word << 2 | ((x - 1u) & 3)) & r->mask;
	return r->good >= k;
}

static struct roll roll_begin(unsigned k)
{
	return (struct roll){0, ((uint64_t)1 << 2 * k) - 1, 0};
}

/* Slots for n k-mers, all empty. */
static enum tl_status clear_slots(struct tl_align_kmers *t, size_t n, struct tl_err *err)
{
	size_t slots = 64;
	while (slots < 2 * n)
		slots *= 2;
	enum tl_status st = tl_mem_grow(&t->slot, &t->cap, slots, sizeof *t->slot, err);
	if (st != TL_OK)
		return st;
	memset(t->slot, 0, slots * sizeof *t->slot);
	t->mask = slots - 1;
	return TL_OK;
}

/* A slot holds the hash's high half and the place + 1. */
static void put_kmer(struct tl_align_kmers *t, uint64_t hash, uint32_t place)
{
	size_t i = hash & t->mask;
	for (; t->slot[i]; i = (i + 1) & t->mask)
		if (t->slot[i] >> 32 == hash >> 32) {
			t->slot[i] |= SEVERAL;
			return;
		}
	t->slot[i] = (hash >> 32) << 32 | (place + 1);
}

static uint32_t get_kmer(const struct tl_align_kmers *t, uint64_t hash)
{
	for (size_t i = hash & t->mask; t->slot[i]; i = (i + 1) & t->mask)
		if (t->slot[i] >> 32 == hash >> 32)
			return (uint32_t)t->slot[i] == SEVERAL ? NONE : (uint32_t)t->slot[i] - 1;
	return NONE;
}

/* Is the k-mer one of those that are sampled?  Its hash is only wanted then. */
static inline bool is_sampled(uint64_t word, uint32_t limit)
{
	return (uint32_t)(word * 0x9E3779B97F4A7C15u >> 32) <= limit;
}

enum tl_status tl_align_anchor_index(struct tl_align_kmers *t, struct tl_str a, unsigned k,
				     uint32_t every, struct tl_err *err)
{
	struct roll r = roll_begin(k);
	const uint32_t limit = UINT32_MAX / every;
	/* Three times as many as are expected; where there are more, the first ones do. */
	const size_t most = a.n / every * 3 + 1024;
	size_t n = 0;
	enum tl_status st = clear_slots(t, most < a.n ? most : a.n, err);
	for (size_t i = 0; i < a.n && n < most && st == TL_OK; i++) {
		if (!roll_on(&r, a.p[i], k) || !is_sampled(r.word, limit))
			continue;
		put_kmer(t, tl_hash_mix(r.word + 1), (uint32_t)(i + 1 - k));
		n++;
	}
	return st;
}

/* The match at (i, j) of k letters made as long as it can be. */
static struct tl_align_anchor stretch(struct tl_str a, struct tl_str b, size_t i, size_t j,
				      unsigned k)
{
	size_t left = 0, end = k;
	while (left < i && left < j && a.p[i - left - 1] == b.p[j - left - 1])
		left++;
	while (i + end + WIDE <= a.n && j + end + WIDE <= b.n &&
	       !memcmp(a.p + i + end, b.p + j + end, WIDE))
		end += WIDE;
	while (i + end + 8 <= a.n && j + end + 8 <= b.n && !memcmp(a.p + i + end, b.p + j + end, 8))
		end += 8;
	while (i + end < a.n && j + end < b.n && a.p[i + end] == b.p[j + end])
		end++;
	return (struct tl_align_anchor){(uint32_t)(i - left), (uint32_t)(j - left),
					(uint32_t)(left + end)};
}

/* *ret_end: where the match ends in b; it is not touched where there is none. */
static enum tl_status add_match(struct tl_align_chain *c, struct tl_str a, struct tl_str b, size_t i,
				size_t j, unsigned k, size_t *ret_end, struct tl_err *err)
{
	const uint32_t d = (uint32_t)(j - i);
	uint32_t *last = c->last + 2 * (d % DIAGONALS); /* diagonal, end in b */
	if (last[0] == d && j + k <= last[1]) {
		*ret_end = last[1];
		return TL_OK;
	}
	if (memcmp(a.p + i, b.p + j, k) != 0)
		return TL_OK; /* hashes that collide */
	const struct tl_align_anchor m = stretch(a, b, i, j, k);
	enum tl_status st = tl_mem_grow(&c->anchor, &c->anchor_cap, c->n + 1, sizeof m, err);
	if (st != TL_OK)
		return st;
	c->anchor[c->n++] = m;
	last[0] = d;
	last[1] = m.b + m.len;
	*ret_end = last[1];
	return TL_OK;
}

static int by_place(const struct tl_align_anchor *x, const struct tl_align_anchor *y)
{
	return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

/* Matches come nearly sorted by their place in b; where they are not by that in a, they are
 * sorted. */
static enum tl_status sort_anchors(struct tl_align_chain *c, struct tl_err *err)
{
	size_t sorted = 1;
	while (sorted < c->n && by_place(&c->anchor[sorted - 1], &c->anchor[sorted]) <= 0)
		sorted++;
	if (sorted >= c->n)
		return TL_OK;
	uint64_t *item = tl_mem_alloc(c->n, 2 * sizeof *item, err);
	if (!item)
		return TL_NOMEM;
	for (size_t i = 0; i < c->n; i++) {
		item[2 * i] = (uint64_t)c->anchor[i].a << 32 | c->anchor[i].b;
		item[2 * i + 1] = c->anchor[i].len;
	}
	tl_radix_sort(item, c->n, 2);
	for (size_t i = 0; i < c->n; i++)
		c->anchor[i] = (struct tl_align_anchor){(uint32_t)(item[2 * i] >> 32),
							(uint32_t)item[2 * i],
							(uint32_t)item[2 * i + 1]};
	tl_mem_free(item);
	return TL_OK;
}

enum tl_status tl_align_anchor_find(struct tl_align_chain *c, const struct tl_align_kmers *t,
				    struct tl_str a, struct tl_str b, unsigned k, uint32_t every,
				    struct tl_err *err)
{
	struct roll r = roll_begin(k);
	const uint32_t limit = UINT32_MAX / every;
	c->n = 0;
	enum tl_status st = tl_mem_grow(&c->last, &c->last_cap, 2 * DIAGONALS, sizeof *c->last, err);
	if (st == TL_OK)
		memset(c->last, 0, 2 * DIAGONALS * sizeof *c->last);
	for (size_t j = 0; j < b.n && st == TL_OK; j++) {
		size_t end = 0;
		if (!roll_on(&r, b.p[j], k) || !is_sampled(r.word, limit))
			continue;
		const uint32_t i = get_kmer(t, tl_hash_mix(r.word + 1));
		if (i != NONE)
			st = add_match(c, a, b, i, j + 1 - k, k, &end, err);
		/* Up to the end of a match b's k-mers are those of a, where each that is in the table stands once:
		 * they can say nothing but this match again. */
		if (end > j + 1) {
			j = end - k;
			r.good = 0;
		}
	}
	return st == TL_OK ? sort_anchors(c, err) : st;
}

/* What anchor y adds behind x; INT64_MIN where it cannot follow. */
static int64_t joined(const struct tl_score *score, const struct tl_align_anchor *x,
		      const struct tl_align_anchor *y)
{
	if (y->a <= x->a || y->b <= x->b)
		return INT64_MIN;
	const int64_t da = (int64_t)y->a - x->a - x->len, db = (int64_t)y->b - x->b - x->len;
	const int64_t near = da < db ? da : db, gap = da < db ? db - da : da - db;
	const int64_t overlap = near < 0 ? -near : 0;
	if (overlap >= y->len)
		return INT64_MIN;
	int64_t gain = score->best * ((int64_t)y->len - overlap);
	gain -= gap ? score->open + score->extend * (gap - 1) : 0;
	/* What lies between is a little alike where it is short, and not where it is long. */
	return gain + (near <= 0 ? 0 : near <= 128 ? near / 2 - 3 : 61 - (near - 128) / 4);
}

static void follow(struct tl_align_chain *c, const struct tl_score *score, size_t from, size_t to)
{
	const int64_t gain = joined(score, &c->anchor[from], &c->anchor[to]);
	if (gain != INT64_MIN && c->score[from] + gain > c->score[to]) {
		c->score[to] = c->score[from] + gain;
		c->before[to] = (uint32_t)from;
	}
}

/* Scores all anchors; returns the one that ends the best chain. */
static size_t score_chains(struct tl_align_chain *c, const struct tl_score *score)
{
	size_t best = 0;
	memset(c->last, 0xff, 2 * DIAGONALS * sizeof *c->last);
	for (size_t i = 0; i < c->n; i++) {
		uint32_t *last = c->last + (c->anchor[i].b - c->anchor[i].a) % DIAGONALS;
		c->score[i] = score->best * (int64_t)c->anchor[i].len;
		c->before[i] = NONE;
		if (*last != NONE)
			follow(c, score, *last, i);
		for (size_t k = 1; k <= LOOK_BACK && k <= i; k++)
			follow(c, score, i - k, i);
		*last = (uint32_t)i;
		best = c->score[i] > c->score[best] ? i : best;
	}
	return best;
}

/* Shortens each anchor by what the one before it covers. */
static void cut_overlaps(struct tl_align_anchor *link, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct tl_align_anchor *x = &link[i - 1];
		const uint32_t end_a = x->a + x->len, end_b = x->b + x->len;
		uint32_t cut = end_a > link[i].a ? end_a - link[i].a : 0;
		cut = end_b > link[i].b + cut ? end_b - link[i].b : cut;
		link[i].a += cut;
		link[i].b += cut;
		link[i].len -= cut;
	}
}

enum tl_status tl_align_anchor_chain(struct tl_align_chain *c, const struct tl_score *score,
				     struct tl_err *err)
{
	size_t n = 0;
	enum tl_status st = tl_mem_grow(&c->score, &c->score_cap, c->n, sizeof *c->score, err);
	if (st == TL_OK)
		st = tl_mem_grow(&c->before, &c->before_cap, c->n, sizeof *c->before, err);
	if (st != TL_OK || c->n == 0)
		return st;
	const uint32_t best = (uint32_t)score_chains(c, score);
	for (uint32_t i = best; i != NONE; i = c->before[i])
		n++;
	st = tl_mem_grow(&c->link, &c->link_cap, c->n_link + n, sizeof *c->link, err);
	if (st != TL_OK)
		return st;
	c->n_link += n;
	size_t at = c->n_link;
	for (uint32_t i = best; i != NONE; i = c->before[i])
		c->link[--at] = c->anchor[i];
	cut_overlaps(c->link + at, n);
	return TL_OK;
}
