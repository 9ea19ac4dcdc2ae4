/* SPDX-License-Identifier: MIT */
/* seeds: candidate pairs of sequences that share k-mers.
 *
 * A seed is a record of two words: the k-mer's hash, and {sequence 32, position 31, flipped 1}.  A
 * hit, what a seed says of a pair, is another: {member 32, centre 32}, {strand 1, diagonal 63}.
 * Both are put in order by tl/sort.h.  Most k-mers are found once only: sequences are sketched
 * twice, and what the first time finds no other of its kind (in a filter that may be wrong about
 * that, but never the other way round) is not kept the second time.
 *
 * Contents: 1. sketching  2. grouping  3. gathering hits into pairs  4. the interface.
 */
#include <tl/seeds.h>

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>
#include <tl/radix.h>
#include <tl/sort.h>

#include "twice.h"

#define RANGES 64 /* of k-mers, grouped in parallel */
#define DIAGONAL_ZERO ((uint64_t)1 << 40) /* added to a diagonal to make it positive */
#define CLUSTER_GAP 64 /* diagonals farther apart than this belong to different clusters */
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
	struct tl_sort *seeds, *hits;
	uint64_t cut[RANGES];
};

/* Records put together, as many as come. */
struct group {
	struct tl_radix_item *item;
	size_t n, cap;
};

struct tl_seeds {
	struct tl_budget *budget;
	struct tl_sort *hits; /* NULL: there are none */
	struct tl_sort_pass *pass;
	struct tl_radix_item next; /* the hit that is read ahead */
	bool more;                 /* there is one */
	unsigned centres;
	struct group gathered, ranks;
	struct tl_pair *pair; /* of the member at hand */
	size_t cap;
	struct tl_seeds_sum sum;
};

/* 1. Sketching. */

static enum tl_status sketch_first(void *ctx, size_t begin, size_t end, unsigned worker,
				   struct tl_err *err)
{
	struct search *s = ctx;
	struct desk *d = &s->desk[worker];
	for (size_t i = begin; i < end; i++) {
		struct tl_str seq;
		size_t n = 0;
		enum tl_status st = tl_bank_read(s->bank, i, &d->room, &seq, err);
		if (st == TL_OK)
			st = tl_sketch_make(s->params, seq, &d->sketch, &n, err);
		if (st != TL_OK)
			return st;
		for (size_t j = 0; j < n; j++)
			tl_twice_fetch(s->filter, d->sketch.seed[j].hash);
		for (size_t j = 0; j < n; j++)
			tl_twice_put(s->filter, d->sketch.seed[j].hash);
		s->top[i] = tl_sketch_top(&d->sketch, n);
		d->seeds += n;
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
		st = tl_bank_read(s->bank, i, &d->room, &seq, err);
		if (st == TL_OK)
			st = tl_sketch_again(s->params, seq, s->top[i], &d->sketch, &n, err);
		for (size_t j = 0; j < n; j++)
			tl_twice_fetch(s->filter, d->sketch.seed[j].hash);
		for (size_t j = 0; j < n && st == TL_OK; j++) {
			const struct tl_sketch_seed *seed = &d->sketch.seed[j];
			uint64_t value = (uint64_t)i << 32 | (uint64_t)seed->pos << 1 |
					 seed->flipped;
			if (tl_twice_has(s->filter, seed->hash))
				st = tl_sort_put(s->seeds, worker, (uint64_t[]){seed->hash, value},
						 err);
		}
	}
	return st;
}

static enum tl_status sketch_all(struct tl_pool *pool, struct search *s, struct tl_err *err)
{
	size_t n = s->bank->n;
	uint64_t most = 0, bytes = n * sizeof *s->top;
	for (size_t i = 0; i < n; i++)
		most += tl_sketch_most(s->params, (size_t)tl_bank_length(s->bank, i));
	enum tl_status st = tl_budget_need(s->budget, bytes, "the sketching of sequences", err);
	if (st != TL_OK)
		return st;
	s->top = tl_mem_alloc(n, sizeof *s->top, err);
	st = s->top ? tl_twice_new(s->budget, most, &s->filter, err) : TL_NOMEM;
	if (st == TL_OK)
		st = tl_sort_new(pool, s->budget, tl_budget_share(s->budget, 1, 2, LEAST), 2,
				 &s->seeds, err);
	if (st == TL_OK)
		st = tl_pool_for(pool, n, 16, sketch_first, s, err);
	if (st == TL_OK)
		st = tl_pool_for(pool, n, 16, sketch_second, s, err);
	tl_twice_free(s->filter);
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
	if (minus)
		j = (int64_t)tl_bank_length(s->bank, c) - (int64_t)s->params->k - j;
	uint64_t record[2] = {m << 32 | c,
			      (uint64_t)minus << 63 | (DIAGONAL_ZERO + (uint64_t)(j - i))};
	return tl_sort_put(s->hits, worker, record, err);
}

/* The first `leads` sequences of a group, in their order, each by its first item: their number. */
static size_t find_leads(const struct search *s, const struct group *g, size_t lead[LEADS])
{
	const struct tl_radix_item *item = g->item;
	size_t n = 0, most = s->params->leads < LEADS ? s->params->leads : LEADS;
	for (size_t i = 0; i < g->n; i++) {
		size_t at = n;
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
	size_t lead[LEADS], n = find_leads(s, g, lead);
	for (size_t i = 0; i < g->n; i++)
		for (size_t j = 0; j < n && st == TL_OK; j++) {
			if (item[i].value >> 32 == item[lead[j]].value >> 32)
				break;
			st = add_hit(s, worker, item[i].value, item[lead[j]].value, err);
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
	tl_sort_cut(s->seeds, RANGES, s->cut);
	enum tl_status st = tl_sort_new(pool, s->budget, tl_budget_share(s->budget, 1, 2, LEAST),
					2, &s->hits, err);
	if (st == TL_OK)
		st = tl_pool_for(pool, RANGES, 1, group_ranges, s, err);
	tl_sort_free(s->seeds);
	s->seeds = NULL;
	return st == TL_OK ? tl_sort_end(s->hits, err) : st;
}

/* 3. Gathering hits into pairs. */

/* Reads the next hit ahead. */
static enum tl_status step(struct tl_seeds *s, struct tl_err *err)
{
	const uint64_t *r;
	enum tl_status st = tl_sort_next(s->pass, &r, err);
	s->more = st == TL_OK && r;
	if (s->more)
		s->next = (struct tl_radix_item){r[0], r[1]};
	return st;
}

/* The densest cluster among hits of one pair and strand, which are sorted by diagonal. */
static struct tl_pair densest(const struct group *g)
{
	const struct tl_radix_item *hit = g->item;
	struct tl_pair p = {(uint32_t)(hit[0].key >> 32), (uint32_t)hit[0].key, 0, 0, 0,
				  hit[0].value >> 63};
	for (size_t i = 0, j; i < g->n; i = j) {
		for (j = i + 1; j < g->n && hit[j].value - hit[j - 1].value <= CLUSTER_GAP; j++) {}
		if (j - i <= p.hits)
			continue;
		p.hits = (uint32_t)(j - i);
		p.lo = (int64_t)((hit[i].value << 1 >> 1) - DIAGONAL_ZERO);
		p.hi = (int64_t)((hit[j - 1].value << 1 >> 1) - DIAGONAL_ZERO);
	}
	return p;
}

/* Gathers the hits of the next pair and strand. */
static enum tl_status gather(struct tl_seeds *s, struct tl_err *err)
{
	struct group *g = &s->gathered;
	enum tl_status st = TL_OK;
	g->n = 0;
	do {
		st = add_item(s->budget, g, s->next.key, s->next.value, err);
		if (st == TL_OK)
			st = step(s, err);
	} while (st == TL_OK && s->more && s->next.key == g->item[0].key &&
		 s->next.value >> 63 == g->item[0].value >> 63);
	return st;
}

/* Keeps, of n pairs of one member, the `centres` with most shared k-mers, the earlier where they
 * are equal; in their order.  Both strands of a pair count as two. */
static enum tl_status keep_best(struct tl_seeds *s, size_t *n, struct tl_err *err)
{
	struct group *scratch = &s->ranks;
	size_t kept = 0;
	if (*n <= s->centres)
		return TL_OK;
	scratch->n = 0;
	for (size_t i = 0; i < *n; i++) {
		enum tl_status st =
			add_item(s->budget, scratch, UINT32_MAX - s->pair[i].hits, i, err);
		if (st != TL_OK)
			return st;
	}
	tl_radix_items(scratch->item, *n);
	for (size_t i = s->centres; i < *n; i++)
		s->pair[scratch->item[i].value].hits = 0;
	for (size_t i = 0; i < *n; i++)
		if (s->pair[i].hits)
			s->pair[kept++] = s->pair[i];
	*n = kept;
	return TL_OK;
}

enum tl_status tl_seeds_next(void *seeds, const struct tl_pair **ret, size_t *ret_n,
			     struct tl_err *err)
{
	struct tl_seeds *s = seeds;
	enum tl_status st = TL_OK;
	uint64_t member = s->next.key >> 32;
	size_t n = 0;
	while (st == TL_OK && s->more && s->next.key >> 32 == member) {
		if ((st = gather(s, err)) == TL_OK)
			st = tl_mem_grow(&s->pair, &s->cap, n + 1, sizeof *s->pair, err);
		if (st == TL_OK)
			s->pair[n++] = densest(&s->gathered);
	}
	if (st == TL_OK)
		st = keep_best(s, &n, err);
	*ret = s->pair;
	*ret_n = n;
	return st;
}

/* 4. The interface. */

static enum tl_status find_hits(struct tl_pool *pool, struct search *s, struct tl_seeds *to,
				struct tl_err *err)
{
	unsigned workers = tl_pool_threads(pool);
	s->desk = tl_mem_zalloc(workers, sizeof *s->desk, err);
	enum tl_status st = s->desk ? sketch_all(pool, s, err) : TL_NOMEM;
	if (st == TL_OK)
		st = group_all(pool, s, err);
	for (unsigned w = 0; s->desk && w < workers; w++) {
		to->sum.seeds += s->desk[w].seeds;
		to->sum.groups += s->desk[w].groups;
		tl_sketch_free(&s->desk[w].sketch);
		tl_bank_leave(&s->desk[w].room);
	}
	free(s->desk);
	tl_sort_free(s->seeds);
	to->hits = s->hits;
	return st;
}

enum tl_status tl_seeds_find(struct tl_pool *pool, struct tl_budget *budget,
			     const struct tl_bank *bank, const struct tl_sketch_params *params,
			     struct tl_seeds **ret, struct tl_err *err)
{
	struct search search = {.budget = budget, .bank = bank, .params = params};
	if (bank->n > UINT32_MAX)
		return tl_err_set(err, TL_DATA, "more than 2^32 sequences");
	struct tl_seeds *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	s->budget = budget;
	s->centres = params->centres;
	enum tl_status st = bank->n < 2 ? TL_OK : find_hits(pool, &search, s, err);
	if (st == TL_OK && s->hits) {
		s->sum.hits = tl_sort_count(s->hits);
		st = tl_sort_open(s->hits, 0, UINT64_MAX, &s->pass, err);
		if (st == TL_OK)
			st = step(s, err);
	}
	if (st != TL_OK) {
		tl_seeds_free(s);
		return st;
	}
	*ret = s;
	return TL_OK;
}

void tl_seeds_sum(const struct tl_seeds *seeds, struct tl_seeds_sum *ret)
{
	*ret = seeds->sum;
}

void tl_seeds_free(struct tl_seeds *seeds)
{
	if (!seeds)
		return;
	tl_sort_close(seeds->pass);
	tl_sort_free(seeds->hits);
	free_group(seeds->budget, &seeds->gathered);
	free_group(seeds->budget, &seeds->ranks);
	free(seeds->pair);
	free(seeds);
}
