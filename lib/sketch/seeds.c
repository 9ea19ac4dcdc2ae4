/* SPDX-License-Identifier: MIT */
/* seeds: candidate pairs of sequences that share k-mers.
 *
 * A seed is a record of two words, put in order by tl/sort.h: the k-mer's hash, and {sequence 32,
 * position 31, flipped 1}.  Most k-mers are found once only: sequences are sketched
 * twice, and what the first time finds no other of its kind (in a filter that may be wrong about
 * that, but never the other way round) is not kept the second time.  Old sequences are not sketched:
 * the k-mers of new ones are looked for in them.
 *
 * Contents: 1. sketching  2. grouping  3. the interface.
 */
#include <tl/seeds.h>

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>
#include <tl/radix.h>
#include <tl/sort.h>

#include "glance.h"
#include "twice.h"

#define RANGES 64 /* of k-mers, grouped in parallel */
#define LEAST ((uint64_t)1 << 20)
#define LEADS 8 /* of a group, at most */

struct search {
	struct tl_budget *budget;
	const struct tl_bank *bank;
	const struct tl_sketch_params *params;
	struct desk {
		struct tl_sketch_scratch sketch;
		struct tl_bank_room room;
		uint64_t seeds, groups;
	} *desk;       /* [workers] */
	uint32_t *top; /* [sequences] tl_sketch_top of each */
	struct twice *filter;
	struct glance *glance; /* where there are old sequences: at the k-mers of new ones */
	struct tl_sort *seeds;
	struct tl_pairs *hits;
	uint64_t cut[RANGES];
};

/* Records put together, as many as come. */
struct group {
	struct tl_radix_item *item;
	size_t n, cap;
};

/* 1. Sketching. */

static enum tl_sketch_role role_of(const struct search *s, size_t i)
{
	return s->params->opt_role ? (enum tl_sketch_role)s->params->opt_role[i] : TL_SKETCH_NEW;
}

/* Keeps, of n seeds, those of the bucket that is looked at: their number.  The low half of a hash
 * tells: that a k-mer is among the lowest shows in the high one. */
static size_t keep_bucket(const struct tl_sketch_params *params, struct tl_sketch_seed *seed,
			  size_t n)
{
	size_t kept = 0;
	if (params->parts < 2)
		return n;
	for (size_t i = 0; i < n; i++)
		if ((uint32_t)seed[i].hash * (uint64_t)params->parts >> 32 == params->part)
			seed[kept++] = seed[i];
	return kept;
}

static enum tl_status put_seed(const struct search *s, unsigned worker, size_t i,
			       const struct tl_sketch_seed *seed, struct tl_err *err)
{
	const uint64_t value = (uint64_t)i << 32 | (uint64_t)seed->pos << 1 | seed->flipped;
	return tl_sort_put(s->seeds, worker, (uint64_t[]){seed->hash, value}, err);
}

/* The n seeds of new sequence i, which is not sketched again: old ones may have each of them. */
static enum tl_status await_old(const struct search *s, unsigned worker, size_t i, struct tl_str seq,
				const struct tl_sketch_seed *seed, size_t n, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t j = 0; j < n && st == TL_OK; j++) {
		tl_twice_put(s->filter, seed[j].hash);
		if (!(seq.n < TL_SKETCH_SHORT * s->params->k && seed[j].pos & TL_SKETCH_SMALL))
			tl_glance_put(s->glance, seq, seed[j].pos);
		st = put_seed(s, worker, i, &seed[j], err);
	}
	return st;
}

static enum tl_status sketch_first(void *ctx, size_t begin, size_t end, unsigned worker,
				   struct tl_err *err)
{
	struct search *s = ctx;
	struct desk *d = &s->desk[worker];
	for (size_t i = begin; i < end; i++) {
		struct tl_str seq;
		size_t n = 0;
		if (role_of(s, i) != TL_SKETCH_NEW)
			continue;
		enum tl_status st = tl_bank_read(s->bank, i, &d->room, &seq, err);
		if (st == TL_OK)
			st = tl_sketch_make(s->params, seq, &d->sketch, &n, err);
		if (st != TL_OK)
			return st;
		s->top[i] = tl_sketch_top(&d->sketch, n);
		n = keep_bucket(s->params, d->sketch.seed, n);
		for (size_t j = 0; j < n; j++)
			tl_twice_fetch(s->filter, d->sketch.seed[j].hash);
		for (size_t j = 0; j < n; j++)
			tl_twice_put(s->filter, d->sketch.seed[j].hash);
		if (s->params->opt_role)
			st = await_old(s, worker, i, seq, d->sketch.seed, n, err);
		if (st != TL_OK)
			return st;
		d->seeds += n;
	}
	return TL_OK;
}

/* The k-mers of an old sequence that new ones may have too.  Of a short one all are seeds, also of few
 * letters. */
static enum tl_status look_up(const struct search *s, struct desk *d, struct tl_str seq,
			      size_t *ret_n, struct tl_err *err)
{
	uint32_t at[GLANCE_CHUNK];
	*ret_n = 0;
	if (seq.n < TL_SKETCH_SHORT * s->params->k)
		return tl_sketch_make(s->params, seq, &d->sketch, ret_n, err);
	seq.n = seq.n < TL_SKETCH_LAST ? seq.n : TL_SKETCH_LAST;
	const uint64_t below = tl_sketch_below(s->params, seq.n);
	for (size_t from = 0; from < seq.n; from += GLANCE_CHUNK) {
		size_t n = tl_glance_find(s->glance, seq, from, at);
		enum tl_status st = tl_mem_grow(&d->sketch.seed, &d->sketch.cap, *ret_n + n + 1,
						sizeof *d->sketch.seed, err);
		if (st != TL_OK)
			return st;
		for (size_t j = 0; j < n; j++)
			*ret_n += tl_sketch_at(s->params, seq, from + at[j], below,
					       &d->sketch.seed[*ret_n]);
	}
	return TL_OK;
}

static enum tl_status sketch_second(void *ctx, size_t begin, size_t end, unsigned worker,
				    struct tl_err *err)
{
	struct search *s = ctx;
	struct desk *d = &s->desk[worker];
	enum tl_status st = TL_OK;
	for (size_t i = begin; i < end && st == TL_OK; i++) {
		struct tl_str seq;
		size_t n = 0;
		enum tl_sketch_role role = role_of(s, i);
		if (role == TL_SKETCH_OUT || (role == TL_SKETCH_NEW && s->params->opt_role))
			continue;
		st = tl_bank_read(s->bank, i, &d->room, &seq, err);
		if (st == TL_OK && role == TL_SKETCH_OLD)
			st = look_up(s, d, seq, &n, err);
		else if (st == TL_OK)
			st = tl_sketch_again(s->params, seq, s->top[i], &d->sketch, &n, err);
		n = keep_bucket(s->params, d->sketch.seed, n);
		for (size_t j = 0; j < n; j++)
			tl_twice_fetch(s->filter, d->sketch.seed[j].hash);
		for (size_t j = 0; j < n && st == TL_OK; j++)
			if (tl_twice_has(s->filter, d->sketch.seed[j].hash))
				st = put_seed(s, worker, i, &d->sketch.seed[j], err);
	}
	return st;
}

static enum tl_status sketch_all(struct tl_pool *pool, struct search *s, struct tl_err *err)
{
	size_t n = s->bank->n;
	uint64_t most = 0, bytes = n * sizeof *s->top;
	for (size_t i = 0; i < n; i++)
		if (role_of(s, i) == TL_SKETCH_NEW)
			most += tl_sketch_most(s->params, (size_t)tl_bank_length(s->bank, i));
	most /= s->params->parts ? s->params->parts : 1;
	enum tl_status st = tl_budget_need(s->budget, bytes, "the sketching of sequences", err);
	if (st != TL_OK)
		return st;
	s->top = tl_mem_alloc(n, sizeof *s->top, err);
	st = s->top ? tl_twice_new(s->budget, most, &s->filter, err) : TL_NOMEM;
	if (st == TL_OK && s->params->opt_role)
		st = tl_glance_new(s->budget, s->params, most, tl_cpu_best(), &s->glance, err);
	if (st == TL_OK)
		st = tl_sort_new(pool, s->budget, tl_budget_share(s->budget, 1, 2, LEAST), 2,
				 &s->seeds, err);
	if (st == TL_OK)
		st = tl_pool_for(pool, n, 16, sketch_first, s, err);
	if (st == TL_OK)
		st = tl_pool_for(pool, n, 16, sketch_second, s, err);
	tl_twice_free(s->filter);
	tl_glance_free(s->glance);
	free(s->top);
	tl_budget_give(s->budget, bytes);
	return st == TL_OK ? tl_sort_end(s->seeds, err) : st;
}

/* 2. Grouping. */

static enum tl_status add_item(struct tl_budget *budget, struct group *to, uint64_t key,
			       uint64_t value, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (to->n == to->cap)
		st = tl_budget_grow(budget, &to->item, &to->cap, to->n + 1, sizeof *to->item,
				    "a group of seeds", err);
	if (st == TL_OK)
		to->item[to->n++] = (struct tl_radix_item){key, value};
	return st;
}

static void free_group(struct tl_budget *budget, struct group *g)
{
	tl_budget_give(budget, g->cap * sizeof *g->item);
	free(g->item);
	*g = (struct group){0};
}

static enum tl_status add_hit(const struct search *s, unsigned worker, uint64_t member,
			      uint64_t centre, struct tl_err *err)
{
	uint64_t m = member >> 32, c = centre >> 32;
	bool minus = (member ^ centre) & 1;
	int64_t i = (int64_t)((member & UINT32_MAX) >> 1), j = (int64_t)((centre & UINT32_MAX) >> 1);
	int64_t k = s->params->k;
	/* Of a k-mer of few letters both are marked, and both sequences short. */
	if (i >= TL_SKETCH_SMALL && tl_bank_length(s->bank, m) < TL_SKETCH_SHORT * s->params->k) {
		i -= TL_SKETCH_SMALL;
		j -= TL_SKETCH_SMALL;
		k = s->params->small;
	}
	if (minus)
		j = (int64_t)tl_bank_length(s->bank, c) - k - j;
	const struct tl_pairs_hit hit = {.member = (uint32_t)m, .centre = (uint32_t)c,
					 .diagonal = j - i, .times = 1, .minus = minus};
	return tl_pairs_put(s->hits, worker, &hit, err);
}

/* The first `leads` sequences of a role in a group, in their order, each by its first item: their number. */
static size_t find_leads(const struct search *s, const struct group *g, enum tl_sketch_role role,
			 size_t lead[LEADS])
{
	const struct tl_radix_item *item = g->item;
	size_t n = 0, most = s->params->leads < LEADS ? s->params->leads : LEADS;
	for (size_t i = 0; i < g->n; i++) {
		size_t at = n;
		if (role_of(s, item[i].value >> 32) != role)
			continue;
		while (at && item[i].value >> 32 != item[lead[at - 1]].value >> 32 &&
		       tl_bank_before(s->bank, item[i].value >> 32, item[lead[at - 1]].value >> 32))
			at--;
		/* Items of a sequence follow each other: one that is a lead already is met first. */
		if (at == most || (at && item[i].value >> 32 == item[lead[at - 1]].value >> 32))
			continue;
		n += n < most;
		memmove(&lead[at + 1], &lead[at], (n - 1 - at) * sizeof *lead);
		lead[at] = i;
	}
	return n;
}

/* Pairs every sequence of a group with those that go before all others, where they go before it. */
static enum tl_status pair_group(const struct search *s, const struct group *g, unsigned worker,
				 struct tl_err *err)
{
	const struct tl_radix_item *item = g->item;
	enum tl_status st = TL_OK;
	size_t lead[LEADS], n = find_leads(s, g, TL_SKETCH_NEW, lead);
	for (size_t i = 0; i < g->n; i++) {
		if (role_of(s, item[i].value >> 32) != TL_SKETCH_NEW)
			continue;
		for (size_t j = 0; j < n && st == TL_OK; j++) {
			if (item[i].value >> 32 == item[lead[j]].value >> 32)
				break;
			st = add_hit(s, worker, item[i].value, item[lead[j]].value, err);
		}
	}
	return st;
}

/* Pairs the new sequences of a group with its first old ones, whichever goes before the other. */
static enum tl_status pair_old(const struct search *s, const struct group *g, unsigned worker,
			       struct tl_err *err)
{
	const struct tl_radix_item *item = g->item;
	enum tl_status st = TL_OK;
	size_t lead[LEADS], n = find_leads(s, g, TL_SKETCH_OLD, lead);
	for (size_t i = 0; i < g->n && n; i++) {
		if (role_of(s, item[i].value >> 32) != TL_SKETCH_NEW)
			continue;
		for (size_t j = 0; j < n && st == TL_OK; j++) {
			uint64_t x = item[i].value, y = item[lead[j]].value;
			bool before = tl_bank_before(s->bank, x >> 32, y >> 32);
			st = add_hit(s, worker, before ? y : x, before ? x : y, err);
		}
	}
	return st;
}

/* All groups of a range of k-mers. */
static enum tl_status group_range(const struct search *s, size_t range, unsigned worker,
				  struct tl_err *err)
{
	struct tl_sort_pass *pass = NULL;
	struct group g = {0};
	const uint64_t *r = NULL;
	bool last = range + 1 == RANGES;
	uint64_t from = s->cut[range], end = last ? 0 : s->cut[range + 1];
	if (!last && end == from)
		return TL_OK;
	enum tl_status st = tl_sort_open(s->seeds, from, end - 1, &pass, err);
	do {
		if (st == TL_OK)
			st = tl_sort_next(pass, &r, err);
		if (st == TL_OK && g.n && (!r || r[0] != g.item[0].key)) {
			if (g.n > 1) {
				s->desk[worker].groups++;
				st = pair_group(s, &g, worker, err);
				if (st == TL_OK && s->params->opt_role)
					st = pair_old(s, &g, worker, err);
			}
			g.n = 0;
		}
		if (st == TL_OK && r)
			st = add_item(s->budget, &g, r[0], r[1], err);
	} while (st == TL_OK && r);
	tl_sort_close(pass);
	free_group(s->budget, &g);
	return st;
}

static enum tl_status group_ranges(void *ctx, size_t begin, size_t end, unsigned worker,
				   struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = begin; i < end && st == TL_OK; i++)
		st = group_range(ctx, i, worker, err);
	return st;
}

static enum tl_status group_all(struct tl_pool *pool, struct search *s, struct tl_err *err)
{
	enum tl_status st = tl_pairs_new(pool, s->budget, s->params->centres, &s->hits, err);
	if (s->seeds)
		tl_sort_cut(s->seeds, RANGES, s->cut);
	if (st == TL_OK && s->seeds)
		st = tl_pool_for(pool, RANGES, 1, group_ranges, s, err);
	tl_sort_free(s->seeds);
	s->seeds = NULL;
	return st == TL_OK ? tl_pairs_end(s->hits, err) : st;
}

/* 3. The interface. */

enum tl_status tl_seeds_find(struct tl_pool *pool, struct tl_budget *budget,
			     const struct tl_bank *bank, const struct tl_sketch_params *params,
			     struct tl_pairs **ret, struct tl_seeds_sum *ret_sum,
			     struct tl_err *err)
{
	struct search s = {.budget = budget, .bank = bank, .params = params};
	unsigned workers = tl_pool_threads(pool);
	*ret_sum = (struct tl_seeds_sum){0};
	if (bank->n > UINT32_MAX)
		return tl_err_set(err, TL_DATA, "more than 2^32 sequences");
	s.desk = tl_mem_zalloc(workers, sizeof *s.desk, err);
	enum tl_status st = s.desk ? TL_OK : TL_NOMEM;
	if (st == TL_OK && bank->n > 1)
		st = sketch_all(pool, &s, err);
	if (st == TL_OK)
		st = group_all(pool, &s, err);
	for (unsigned w = 0; s.desk && w < workers; w++) {
		ret_sum->seeds += s.desk[w].seeds;
		ret_sum->groups += s.desk[w].groups;
		tl_sketch_free(&s.desk[w].sketch);
		tl_bank_leave(&s.desk[w].room);
	}
	free(s.desk);
	tl_sort_free(s.seeds);
	if (st != TL_OK) {
		tl_pairs_free(s.hits);
		return st;
	}
	ret_sum->hits = tl_pairs_count(s.hits);
	*ret = s.hits;
	return TL_OK;
}
