/* SPDX-License-Identifier: MIT */
/* pairs: hits gathered into candidate pairs.
 *
 * A hit is a record of two words, put in order by tl/sort.h: {member 32, centre 32},
 * {strand 1, diagonal 63}.
 */
#include <tl/pairs.h>

#include <stdlib.h>

#include <tl/mem.h>
#include <tl/radix.h>
#include <tl/sort.h>

#define DIAGONAL_ZERO ((uint64_t)1 << 40) /* added to a diagonal to make it positive */
#define CLUSTER_GAP 64 /* diagonals farther apart than this belong to different clusters */
#define LEAST ((uint64_t)1 << 20)

/* Records put together, as many as come. */
struct group {
	struct tl_radix_item *item;
	size_t n, cap;
};

struct tl_pairs {
	struct tl_budget *budget;
	struct tl_sort *hits;
	struct tl_sort_pass *pass;
	struct tl_radix_item next; /* the hit that is read ahead */
	bool more;                 /* there is one */
	unsigned centres;
	struct group gathered, ranks;
	struct tl_pair *pair; /* of the member at hand */
	size_t cap;
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

/* Reads the next hit ahead. */
static enum tl_status step(struct tl_pairs *s, struct tl_err *err)
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
static enum tl_status gather(struct tl_pairs *s, struct tl_err *err)
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
static enum tl_status keep_best(struct tl_pairs *s, size_t *n, struct tl_err *err)
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

enum tl_status tl_pairs_next(void *pairs, const struct tl_pair **ret, size_t *ret_n,
			     struct tl_err *err)
{
	struct tl_pairs *s = pairs;
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

enum tl_status tl_pairs_new(struct tl_pool *pool, struct tl_budget *budget, unsigned centres,
			    struct tl_pairs **ret, struct tl_err *err)
{
	struct tl_pairs *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	s->budget = budget;
	s->centres = centres;
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
	if (st == TL_OK)
		st = tl_sort_open(s->hits, 0, UINT64_MAX, &s->pass, err);
	return st == TL_OK ? step(s, err) : st;
}

uint64_t tl_pairs_count(const struct tl_pairs *s)
{
	return tl_sort_count(s->hits);
}

enum tl_status tl_pairs_hit(struct tl_pairs *s, struct tl_pairs_hit *ret, struct tl_err *err)
{
	const struct tl_radix_item hit = s->next;
	enum tl_status st = TL_OK;
	*ret = (struct tl_pairs_hit){
		.member = (uint32_t)(hit.key >> 32), .centre = (uint32_t)hit.key,
		.diagonal = (int64_t)((hit.value << 1 >> 1) - DIAGONAL_ZERO),
		.minus = hit.value >> 63};
	while (st == TL_OK && s->more && s->next.key == hit.key && s->next.value == hit.value) {
		ret->times++;
		st = step(s, err);
	}
	return st;
}

void tl_pairs_free(struct tl_pairs *s)
{
	if (!s)
		return;
	tl_sort_close(s->pass);
	tl_sort_free(s->hits);
	free_group(s->budget, &s->gathered);
	free_group(s->budget, &s->ranks);
	free(s->pair);
	free(s);
}
