/* SPDX-License-Identifier: MIT */
/* seeds: candidate pairs of sequences that share k-mers.
 *
 * A seed is a radix item: key the k-mer's hash, value {sequence 32, position 31, flipped 1}.  A
 * hit, what a seed says of a pair, is another: key {member 32, centre 32}, value {strand 1,
 * diagonal 63}.
 *
 * Contents: 1. sketching  2. grouping  3. gathering hits into pairs  4. the interface.
 */
#include <tl/seeds.h>

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>
#include <tl/radix.h>

#define BUCKETS 256
#define DIAGONAL_ZERO ((uint64_t)1 << 40) /* added to a diagonal to make it positive */
#define CLUSTER_GAP 64 /* diagonals farther apart than this belong to different clusters */

struct items {
	struct tl_radix_item *item;
	size_t n, cap;
};

struct search {
	const struct tl_bank *bank;
	const struct tl_sketch_params *params;
	struct tl_sketch_scratch *scratch; /* [workers] */
	uint64_t *from;                    /* [n + 1] where the seeds of sequence i may stand */
	uint32_t *count;                   /* [n] how many do */
	struct items seeds;
	size_t bound[BUCKETS + 1];
	struct items hits[BUCKETS];        /* one bucket, one writer */
	uint64_t groups[BUCKETS];
	struct tl_pair *pair;
};

/* 1. Sketching. */

static enum tl_status sketch_range(void *ctx, size_t begin, size_t end, unsigned worker,
				   struct tl_err *err)
{
	struct search *s = ctx;
	for (size_t i = begin; i < end; i++) {
		size_t n;
		enum tl_status st = tl_sketch_make(s->params, tl_bank_get(s->bank, i),
						   &s->scratch[worker], &n, err);
		if (st != TL_OK)
			return st;
		struct tl_radix_item *to = s->seeds.item + s->from[i];
		for (size_t j = 0; j < n; j++) {
			const struct tl_sketch_seed *seed = &s->scratch[worker].seed[j];
			to[j] = (struct tl_radix_item){
				seed->hash, (uint64_t)i << 32 | (uint64_t)seed->pos << 1 | seed->flipped};
		}
		s->count[i] = (uint32_t)n;
	}
	return TL_OK;
}

static enum tl_status sketch_all(struct tl_pool *pool, struct search *s, struct tl_err *err)
{
	size_t n = s->bank->n;
	s->from = tl_mem_alloc(n + 1, sizeof *s->from, err);
	s->count = tl_mem_alloc(n, sizeof *s->count, err);
	if (!s->from || !s->count)
		return TL_NOMEM;
	s->from[0] = 0;
	for (size_t i = 0; i < n; i++)
		s->from[i + 1] = s->from[i] +
				 tl_sketch_most(s->params, tl_bank_get(s->bank, i).n);
	s->seeds.item = tl_mem_alloc((size_t)s->from[n], sizeof *s->seeds.item, err);
	if (!s->seeds.item)
		return TL_NOMEM;
	enum tl_status st = tl_pool_for(pool, n, 16, sketch_range, s, err);
	if (st != TL_OK)
		return st;
	for (size_t i = 0; i < n; i++) {
		if (s->seeds.n != s->from[i])
			memmove(s->seeds.item + s->seeds.n, s->seeds.item + s->from[i],
				s->count[i] * sizeof *s->seeds.item);
		s->seeds.n += s->count[i];
	}
	return TL_OK;
}

/* 2. Grouping. */

static enum tl_status add_item(struct items *to, uint64_t key, uint64_t value, struct tl_err *err)
{
	enum tl_status st = tl_mem_grow(&to->item, &to->cap, to->n + 1, sizeof *to->item, err);
	if (st == TL_OK)
		to->item[to->n++] = (struct tl_radix_item){key, value};
	return st;
}

static enum tl_status add_hit(const struct search *s, struct items *hits, uint64_t member,
			      uint64_t centre, struct tl_err *err)
{
	uint64_t m = member >> 32, c = centre >> 32;
	bool minus = (member ^ centre) & 1;
	int64_t i = (int64_t)((member & UINT32_MAX) >> 1), j = (int64_t)((centre & UINT32_MAX) >> 1);
	if (minus)
		j = (int64_t)tl_bank_get(s->bank, c).n - (int64_t)s->params->k - j;
	return add_item(hits, m << 32 | c,
			(uint64_t)minus << 63 | (DIAGONAL_ZERO + (uint64_t)(j - i)), err);
}

/* Pairs every sequence of a group with the one that goes before all others. */
static enum tl_status pair_group(const struct search *s, const struct tl_radix_item *group,
				 size_t n, struct items *hits, struct tl_err *err)
{
	size_t centre = 0;
	for (size_t i = 1; i < n; i++)
		if (group[i].value >> 32 != group[centre].value >> 32 &&
		    tl_bank_before(s->bank, group[i].value >> 32, group[centre].value >> 32))
			centre = i;
	for (size_t i = 0; i < n; i++) {
		if (group[i].value >> 32 == group[centre].value >> 32)
			continue;
		enum tl_status st = add_hit(s, hits, group[i].value, group[centre].value, err);
		if (st != TL_OK)
			return st;
	}
	return TL_OK;
}

static enum tl_status group_bucket(void *ctx, size_t begin, size_t end, unsigned worker,
				   struct tl_err *err)
{
	struct search *s = ctx;
	(void)worker;
	for (size_t b = begin; b < end; b++) {
		struct tl_radix_item *item = s->seeds.item + s->bound[b];
		size_t n = s->bound[b + 1] - s->bound[b];
		tl_radix_sort(item, n);
		for (size_t i = 0, j; i < n; i = j) {
			for (j = i + 1; j < n && item[j].key == item[i].key; j++) {}
			if (j - i == 1)
				continue;
			s->groups[b]++;
			enum tl_status st = pair_group(s, item + i, j - i, &s->hits[b], err);
			if (st != TL_OK)
				return st;
		}
	}
	return TL_OK;
}

/* 3. Gathering hits into pairs. */

/* The hits of all buckets in one array, sorted. */
static enum tl_status join_hits(struct search *s, struct items *ret, struct tl_err *err)
{
	size_t n = 0;
	for (size_t b = 0; b < BUCKETS; b++)
		n += s->hits[b].n;
	ret->item = tl_mem_alloc(n, sizeof *ret->item, err);
	if (!ret->item)
		return TL_NOMEM;
	for (size_t b = 0; b < BUCKETS; b++) {
		if (s->hits[b].n)
			memcpy(ret->item + ret->n, s->hits[b].item,
			       s->hits[b].n * sizeof *ret->item);
		ret->n += s->hits[b].n;
		free(s->hits[b].item);
		s->hits[b] = (struct items){0};
	}
	return TL_OK;
}

struct sorting {
	struct items *hits;
	size_t bound[BUCKETS + 1];
};

static enum tl_status sort_bucket(void *ctx, size_t begin, size_t end, unsigned worker,
				  struct tl_err *err)
{
	struct sorting *s = ctx;
	(void)worker;
	(void)err;
	for (size_t b = begin; b < end; b++)
		tl_radix_sort(s->hits->item + s->bound[b], s->bound[b + 1] - s->bound[b]);
	return TL_OK;
}

/* Sorts in parallel: split by the eight highest bits of the member's index that are in use. */
static enum tl_status sort_hits(struct tl_pool *pool, struct items *hits, size_t sequences,
				struct tl_err *err)
{
	struct sorting s = {.hits = hits};
	unsigned shift = 32;
	while ((uint64_t)(sequences - 1) >> (shift - 24))
		shift++;
	tl_radix_split(hits->item, hits->n, shift, s.bound);
	return tl_pool_for(pool, BUCKETS, 1, sort_bucket, &s, err);
}

/* The densest cluster among hits of one pair and strand, which are sorted by diagonal. */
static struct tl_pair densest(const struct tl_radix_item *hit, size_t n)
{
	struct tl_pair p = {(uint32_t)(hit[0].key >> 32), (uint32_t)hit[0].key, 0, 0, 0,
				  hit[0].value >> 63};
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && hit[j].value - hit[j - 1].value <= CLUSTER_GAP; j++) {}
		if (j - i <= p.hits)
			continue;
		p.hits = (uint32_t)(j - i);
		p.lo = (int64_t)((hit[i].value << 1 >> 1) - DIAGONAL_ZERO);
		p.hi = (int64_t)((hit[j - 1].value << 1 >> 1) - DIAGONAL_ZERO);
	}
	return p;
}

static size_t same_pair(const struct items *hits, size_t i)
{
	size_t j = i + 1;
	while (j < hits->n && hits->item[j].key == hits->item[i].key &&
	       hits->item[j].value >> 63 == hits->item[i].value >> 63)
		j++;
	return j;
}

/* Keeps, of n pairs of one member, the `most` with most shared k-mers, the earlier where they are
 * equal; in their order.  Both strands of a pair count as two. */
static enum tl_status keep_best(struct tl_pair *pair, size_t *n, size_t most, struct items *scratch,
				struct tl_err *err)
{
	size_t kept = 0;
	if (*n <= most)
		return TL_OK;
	scratch->n = 0;
	for (size_t i = 0; i < *n; i++) {
		enum tl_status st = add_item(scratch, UINT32_MAX - pair[i].hits, i, err);
		if (st != TL_OK)
			return st;
	}
	tl_radix_sort(scratch->item, *n);
	for (size_t i = most; i < *n; i++)
		pair[scratch->item[i].value].hits = 0;
	for (size_t i = 0; i < *n; i++)
		if (pair[i].hits)
			pair[kept++] = pair[i];
	*n = kept;
	return TL_OK;
}

static enum tl_status make_pairs(const struct items *hits, size_t centres, struct tl_seeds *ret,
				 struct tl_err *err)
{
	struct items scratch = {0};
	size_t n = 0; /* pairs of the member at hand, behind ret->n */
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < hits->n; i = same_pair(hits, i))
		n++;
	ret->pair = tl_mem_alloc(n, sizeof *ret->pair, err);
	if (!ret->pair)
		return TL_NOMEM;
	n = 0;
	for (size_t i = 0, j; i < hits->n && st == TL_OK; i = j) {
		j = same_pair(hits, i);
		ret->pair[ret->n + n++] = densest(hits->item + i, j - i);
		if (j < hits->n && hits->item[j].key >> 32 == hits->item[i].key >> 32)
			continue;
		st = keep_best(ret->pair + ret->n, &n, centres, &scratch, err);
		ret->n += n;
		n = 0;
	}
	free(scratch.item);
	return st;
}

/* 4. The interface. */

static enum tl_status find_hits(struct tl_pool *pool, struct search *s, struct items *hits,
				struct tl_err *err)
{
	enum tl_status st = sketch_all(pool, s, err);
	if (st != TL_OK)
		return st;
	tl_radix_split(s->seeds.item, s->seeds.n, 56, s->bound);
	if ((st = tl_pool_for(pool, BUCKETS, 1, group_bucket, s, err)) != TL_OK)
		return st;
	free(s->seeds.item); /* before the hits are joined: the peak of memory is here */
	s->seeds.item = NULL;
	if ((st = join_hits(s, hits, err)) != TL_OK)
		return st;
	return sort_hits(pool, hits, s->bank->n, err);
}

enum tl_status tl_seeds_find(struct tl_pool *pool, const struct tl_bank *bank,
			     const struct tl_sketch_params *params, struct tl_seeds *ret,
			     struct tl_err *err)
{
	unsigned workers = tl_pool_threads(pool);
	struct items hits = {0};
	*ret = (struct tl_seeds){0};
	if (bank->n < 2)
		return TL_OK;
	if (bank->n > UINT32_MAX)
		return tl_err_set(err, TL_DATA, "more than 2^32 sequences");
	struct search *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	s->bank = bank;
	s->params = params;
	s->scratch = tl_mem_zalloc(workers, sizeof *s->scratch, err);
	enum tl_status st = s->scratch ? find_hits(pool, s, &hits, err) : TL_NOMEM;
	if (st == TL_OK)
		st = make_pairs(&hits, params->centres, ret, err);
	ret->seeds = s->seeds.n;
	for (size_t b = 0; b < BUCKETS; b++) {
		ret->groups += s->groups[b];
		free(s->hits[b].item);
	}
	for (unsigned w = 0; s->scratch && w < workers; w++)
		tl_sketch_free(&s->scratch[w]);
	free(s->scratch);
	free(s->from);
	free(s->count);
	free(s->seeds.item);
	free(s);
	free(hits.item);
	return st;
}

void tl_seeds_free(struct tl_seeds *seeds)
{
	free(seeds->pair);
	*seeds = (struct tl_seeds){0};
}
