/* SPDX-License-Identifier: MIT */
/* pairs: hits gathered into candidate pairs.
 *
 * A hit is a record of two words, put in order by tl/sort.h: {member 32, centre 32},
 * {strand 1, diagonal 63}.  Where all of them are in memory and there are workers, these merge and gather
 * stretches of members, some thousand hits each; else the reader does it.
 *
 * Contents: 1. the pairs of a member  2. stretches  3. the object.
 */
#include <tl/pairs.h>

#include <stdlib.h>

#include <tl/lane.h>
#include <tl/mem.h>
#include <tl/radix.h>
#include <tl/sort.h>

#define DIAGONAL_ZERO ((uint64_t)1 << 40) /* added to a diagonal to make it positive */
#define CLUSTER_GAP 64 /* diagonals farther apart than this belong to different clusters */
#define LEAST ((uint64_t)1 << 20)
#define STRETCH_HITS 8192 /* of a stretch, about */
#define STRETCHES 1024    /* at most */

/* Records put together, as many as come. */
struct group {
	struct tl_radix_item *item;
	size_t n, cap;
};

/* A way through the hits, and what was gathered on it. */
struct gatherer {
	struct tl_budget *budget;
	struct tl_sort_pass *pass;
	struct tl_radix_item next; /* the hit that is read ahead */
	bool more;                 /* there is one */
	unsigned centres;
	struct group gathered, ranks;
	struct tl_pair *pair; /* [n] */
	size_t n, cap;
};

/* Members whose pairs a worker gathers. */
struct stretch {
	struct tl_pairs *all;
	uint64_t from, to; /* first words of hits */
	struct gatherer own;
	struct stretch *next; /* idle */
};

struct tl_pairs {
	struct tl_pool *pool;
	struct tl_budget *budget;
	struct tl_sort *hits;
	struct gatherer own;
	bool begun;            /* the first pairs were asked for */
	struct tl_lane *lane;  /* of stretches; NULL: there are none */
	uint64_t *cut;         /* [stretches] where they begin */
	size_t stretches, put; /* of them put into the lane */
	struct stretch *open, *idle;
	size_t at;             /* pairs of the open one that were read */
};

static enum tl_status add_item(struct tl_budget *budget, struct group *to, uint64_t key,
			       uint64_t value, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (to->n == to->cap)
		st = tl_budget_grow(budget, &to->item, &to->cap, to->n + 1, sizeof *to->item,
				    "the hits of a pair", err);
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

/* 1. The pairs of a member. */

/* Reads the next hit ahead. */
static enum tl_status step(struct gatherer *g, struct tl_err *err)
{
	const uint64_t *r;
	enum tl_status st = tl_sort_next(g->pass, &r, err);
	g->more = st == TL_OK && r;
	if (g->more)
		g->next = (struct tl_radix_item){r[0], r[1]};
	return st;
}

static enum tl_status open_pass(struct gatherer *g, const struct tl_sort *hits, uint64_t from,
				uint64_t to, struct tl_err *err)
{
	enum tl_status st = tl_sort_open(hits, from, to, &g->pass, err);
	return st == TL_OK ? step(g, err) : st;
}

static void close_pass(struct gatherer *g)
{
	tl_sort_close(g->pass);
	g->pass = NULL;
	g->more = false;
}

static void free_gatherer(struct gatherer *g)
{
	close_pass(g);
	free_group(g->budget, &g->gathered);
	free_group(g->budget, &g->ranks);
	free(g->pair);
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
static enum tl_status gather(struct gatherer *g, struct tl_err *err)
{
	struct group *to = &g->gathered;
	enum tl_status st = TL_OK;
	to->n = 0;
	do {
		st = add_item(g->budget, to, g->next.key, g->next.value, err);
		if (st == TL_OK)
			st = step(g, err);
	} while (st == TL_OK && g->more && g->next.key == to->item[0].key &&
		 g->next.value >> 63 == to->item[0].value >> 63);
	return st;
}

/* Keeps, of the n pairs of one member that were gathered last, the `centres` with most shared k-mers, the
 * earlier where they are equal; in their order.  Both strands of a pair count as two. */
static enum tl_status keep_best(struct gatherer *g, size_t n, struct tl_err *err)
{
	struct group *scratch = &g->ranks;
	struct tl_pair *pair = g->pair + g->n - n;
	size_t kept = 0;
	if (n <= g->centres)
		return TL_OK;
	scratch->n = 0;
	for (size_t i = 0; i < n; i++) {
		enum tl_status st = add_item(g->budget, scratch, UINT32_MAX - pair[i].hits, i, err);
		if (st != TL_OK)
			return st;
	}
	tl_radix_items(scratch->item, n);
	for (size_t i = g->centres; i < n; i++)
		pair[scratch->item[i].value].hits = 0;
	for (size_t i = 0; i < n; i++)
		if (pair[i].hits)
			pair[kept++] = pair[i];
	g->n -= n - kept;
	return TL_OK;
}

/* Appends the pairs of the next member, if there is one. */
static enum tl_status gather_member(struct gatherer *g, struct tl_err *err)
{
	const uint64_t member = g->next.key >> 32;
	const size_t first = g->n;
	enum tl_status st = TL_OK;
	while (st == TL_OK && g->more && g->next.key >> 32 == member) {
		if ((st = gather(g, err)) == TL_OK)
			st = tl_mem_grow(&g->pair, &g->cap, g->n + 1, sizeof *g->pair, err);
		if (st == TL_OK)
			g->pair[g->n++] = densest(&g->gathered);
	}
	return st == TL_OK ? keep_best(g, g->n - first, err) : st;
}

/* 2. Stretches. */

static enum tl_status gather_stretch(void *item, unsigned worker, struct tl_err *err)
{
	struct stretch *s = item;
	enum tl_status st = open_pass(&s->own, s->all->hits, s->from, s->to, err);
	(void)worker;
	while (st == TL_OK && s->own.more)
		st = gather_member(&s->own, err);
	close_pass(&s->own);
	return st;
}

static void free_stretch(void *item)
{
	struct stretch *s = item;
	free_gatherer(&s->own);
	free(s);
}

/* Members are cut into stretches, where that can be done. */
static enum tl_status begin_stretches(struct tl_pairs *p, struct tl_err *err)
{
	const uint64_t hits = tl_sort_count(p->hits);
	const unsigned threads = tl_pool_threads(p->pool);
	const uint64_t n = hits / STRETCH_HITS < STRETCHES ? hits / STRETCH_HITS : STRETCHES;
	if (threads < 2 || n < 2 || tl_sort_spilled(p->hits))
		return TL_OK;
	if (!(p->cut = tl_mem_alloc((size_t)n, sizeof *p->cut, err)))
		return TL_NOMEM;
	tl_sort_cut(p->hits, (size_t)n, p->cut);
	for (size_t i = 0; i < n; i++)
		p->cut[i] &= ~(uint64_t)UINT32_MAX; /* a member is in one of them */
	p->stretches = (size_t)n;
	close_pass(&p->own);
	return tl_lane_new(p->pool, threads + 1, gather_stretch, &p->lane, err);
}

/* Keeps the lane full. */
static enum tl_status put_stretches(struct tl_pairs *p, struct tl_err *err)
{
	while (p->put < p->stretches && !tl_lane_full(p->lane)) {
		const size_t i = p->put++;
		const uint64_t end = p->put < p->stretches ? p->cut[p->put] : UINT64_MAX;
		struct stretch *s = p->idle;
		if (end == p->cut[i])
			continue;
		if (s)
			p->idle = s->next;
		else if (!(s = tl_mem_zalloc(1, sizeof *s, err)))
			return TL_NOMEM;
		s->all = p;
		s->from = p->cut[i];
		s->to = end == UINT64_MAX ? end : end - 1;
		s->own.budget = p->budget;
		s->own.centres = p->own.centres;
		s->own.n = 0;
		tl_lane_put(p->lane, s);
	}
	return TL_OK;
}

/* Opens the next stretch that has pairs; none is open behind the last one. */
static enum tl_status open_stretch(struct tl_pairs *p, struct tl_err *err)
{
	void *item;
	enum tl_status st = TL_OK;
	while (st == TL_OK && (!p->open || p->at == p->open->own.n)) {
		if (p->open) {
			p->open->next = p->idle;
			p->idle = p->open;
			p->open = NULL;
		}
		if ((st = put_stretches(p, err)) != TL_OK || !tl_lane_pending(p->lane))
			return st;
		st = tl_lane_take(p->lane, &item, err);
		p->open = item;
		p->at = 0;
	}
	return st;
}

/* 3. The object. */

enum tl_status tl_pairs_next(void *pairs, const struct tl_pair **ret, size_t *ret_n,
			     struct tl_err *err)
{
	struct tl_pairs *p = pairs;
	enum tl_status st = p->begun ? TL_OK : begin_stretches(p, err);
	p->begun = true;
	p->own.n = 0;
	*ret = NULL;
	*ret_n = 0;
	if (st != TL_OK)
		return st;
	if (!p->lane) {
		st = gather_member(&p->own, err);
		*ret = p->own.pair;
		*ret_n = p->own.n;
		return st;
	}
	if ((st = open_stretch(p, err)) != TL_OK || !p->open)
		return st;
	const struct gatherer *g = &p->open->own;
	const size_t first = p->at;
	while (p->at < g->n && g->pair[p->at].member == g->pair[first].member)
		p->at++;
	*ret = g->pair + first;
	*ret_n = p->at - first;
	return TL_OK;
}

enum tl_status tl_pairs_new(struct tl_pool *pool, struct tl_budget *budget, unsigned centres,
			    struct tl_pairs **ret, struct tl_err *err)
{
	struct tl_pairs *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	s->pool = pool;
	s->budget = s->own.budget = budget;
	s->own.centres = centres;
	enum tl_status st = tl_sort_new(pool, budget, tl_budget_share(budget, 1, 2, LEAST), 2,
					&s->hits, err);
	if (st != TL_OK) {
		tl_pairs_free(s);
		return st;
	}
	*ret = s;
	return TL_OK;
}

enum tl_status tl_pairs_put(struct tl_pairs *s, unsigned worker, const struct tl_pairs_hit *hit,
			    struct tl_err *err)
{
	const uint64_t record[2] = {
		(uint64_t)hit->member << 32 | hit->centre,
		(uint64_t)hit->minus << 63 | (DIAGONAL_ZERO + (uint64_t)hit->diagonal)};
	enum tl_status st = TL_OK;
	for (uint64_t i = 0; i < hit->times && st == TL_OK; i++)
		st = tl_sort_put(s->hits, worker, record, err);
	return st;
}

enum tl_status tl_pairs_end(struct tl_pairs *s, struct tl_err *err)
{
	enum tl_status st = tl_sort_end(s->hits, err);
	return st == TL_OK ? open_pass(&s->own, s->hits, 0, UINT64_MAX, err) : st;
}

uint64_t tl_pairs_count(const struct tl_pairs *s)
{
	return tl_sort_count(s->hits);
}

enum tl_status tl_pairs_hit(struct tl_pairs *s, struct tl_pairs_hit *ret, struct tl_err *err)
{
	struct gatherer *g = &s->own;
	const struct tl_radix_item hit = g->next;
	enum tl_status st = TL_OK;
	*ret = (struct tl_pairs_hit){
		.member = (uint32_t)(hit.key >> 32), .centre = (uint32_t)hit.key,
		.diagonal = (int64_t)((hit.value << 1 >> 1) - DIAGONAL_ZERO),
		.minus = hit.value >> 63};
	while (st == TL_OK && g->more && g->next.key == hit.key && g->next.value == hit.value) {
		ret->times++;
		st = step(g, err);
	}
	return st;
}

void tl_pairs_free(struct tl_pairs *s)
{
	if (!s)
		return;
	tl_lane_free(s->lane, free_stretch);
	if (s->open)
		free_stretch(s->open);
	while (s->idle) {
		struct stretch *next = s->idle->next;
		free_stretch(s->idle);
		s->idle = next;
	}
	free_gatherer(&s->own);
	tl_sort_free(s->hits);
	free(s->cut);
	free(s);
}
