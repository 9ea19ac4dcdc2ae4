/* SPDX-License-Identifier: MIT */
/* sort: records of a fixed size in order, in memory or on disk.
 *
 * Contents: 1. buffers and runs  2. merging  3. fewer runs  4. the object.
 */
#include <tl/sort.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tl/mem.h>
#include <tl/radix.h>

#include "run.h"

#define FAN 64        /* runs merged at a time, at most: each has a block in memory */
#define FAN_LEAST 4
#define FIRST 4096    /* records of a buffer at first */
#define WHAT "a buffer for sorting"

/* What a worker has put, in lines of its own. */
struct shelf {
	_Alignas(64) uint64_t *record;
	size_t n, cap;
	uint64_t count;
	struct run *run; /* written by this worker */
	size_t runs, run_cap;
};

struct tl_sort {
	struct tl_pool *pool;
	struct tl_budget *budget;
	unsigned words, workers;
	size_t most;          /* records in a buffer */
	size_t fan;           /* runs merged at a time by each worker: in half of the share */
	struct run_file file;
	_Atomic bool spilled; /* set by any worker that writes a run, read behind tl_sort_put's end */
	atomic_flag opening;  /* held while the file is made, by the worker that makes it */
	struct run *run;      /* [runs] all of them, behind tl_sort_end */
	size_t runs;
	struct shelf shelf[]; /* [workers] each its worker's */
};

/* 1. Buffers and runs. */

/* The file is there when this returns, whoever makes it. */
static enum tl_status open_file(struct tl_sort *s, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (atomic_load_explicit(&s->spilled, memory_order_acquire))
		return TL_OK;
	while (atomic_flag_test_and_set_explicit(&s->opening, memory_order_acquire)) {}
	if (s->file.fd < 0)
		st = tl_budget_temp(s->budget, &s->file.fd, err);
	if (st == TL_OK)
		atomic_store_explicit(&s->spilled, true, memory_order_release);
	atomic_flag_clear_explicit(&s->opening, memory_order_release);
	return st;
}

/* Sorts a buffer and writes it as a run. */
static enum tl_status spill(struct tl_sort *s, struct shelf *shelf, struct tl_err *err)
{
	struct run r = {0};
	enum tl_status st = open_file(s, err);
	if (st == TL_OK)
		st = tl_mem_grow(&shelf->run, &shelf->run_cap, shelf->runs + 1, sizeof r, err);
	if (st != TL_OK)
		return st;
	tl_radix_sort(shelf->record, shelf->n, s->words);
	st = tl_run_write(&r, &s->file, shelf->record, shelf->n, err);
	shelf->run[shelf->runs++] = r;
	shelf->n = 0;
	return st;
}

static void drop_buffer(struct tl_sort *s, struct shelf *shelf)
{
	const size_t bytes = shelf->cap * s->words * sizeof *shelf->record;
	tl_mem_unmap(shelf->record, bytes);
	tl_budget_give(s->budget, bytes);
	shelf->record = NULL;
	shelf->n = shelf->cap = 0;
}

/* Room for one more record: a larger buffer, or an empty one. */
static enum tl_status make_room(struct tl_sort *s, struct shelf *shelf, struct tl_err *err)
{
	size_t bytes = s->words * sizeof *shelf->record;
	size_t want = shelf->cap ? shelf->cap + shelf->cap / 2 : FIRST;
	want = tl_mem_whole(want, bytes);
	want = want < s->most ? want : s->most;
	uint64_t more = (uint64_t)(want > shelf->cap ? want - shelf->cap : 0) * bytes;
	if (!shelf->cap) {
		enum tl_status st = tl_budget_need(s->budget, more, WHAT, err);
		if (st != TL_OK)
			return st;
	} else if (!more || !tl_budget_take(s->budget, more)) {
		return spill(s, shelf, err);
	}
	enum tl_status st = tl_mem_remap(&shelf->record, &shelf->cap, want, bytes, err);
	if (st != TL_OK)
		tl_budget_give(s->budget, more);
	return st;
}

enum tl_status tl_sort_put(struct tl_sort *s, unsigned worker, const uint64_t *record,
			   struct tl_err *err)
{
	struct shelf *shelf = &s->shelf[worker];
	if (shelf->n == shelf->cap) {
		enum tl_status st = make_room(s, shelf, err);
		if (st != TL_OK)
			return st;
	}
	uint64_t *to = shelf->record + shelf->n++ * s->words;
	for (unsigned i = 0; i < s->words; i++)
		to[i] = record[i];
	shelf->count++;
	return TL_OK;
}

/* 2. Merging. */

struct tl_sort_pass {
	const struct tl_sort *sort;
	struct run_way *way; /* [ways] */
	unsigned *loser;     /* [ways] the tree; loser[0] is the winner */
	unsigned ways;
	bool begun;
	struct tl_buf scratch;
	uint64_t charged;
};

/* Does the record at hand of way a come before that of b?  A way that is done comes last. */
static bool before(const struct tl_sort_pass *p, unsigned a, unsigned b)
{
	const struct run_way *x = &p->way[a], *y = &p->way[b];
	if (x->at == x->end || y->at == y->end)
		return x->at != x->end;
	for (unsigned i = 0; i < p->sort->words; i++)
		if (x->at[i] != y->at[i])
			return x->at[i] < y->at[i];
	return a < b;
}

/* Way w has a new record: it climbs until it loses, and whoever wins goes on. */
static void climb(struct tl_sort_pass *p, unsigned w)
{
	for (unsigned at = (w + p->ways) / 2; at > 0; at /= 2)
		if (before(p, p->loser[at], w)) {
			unsigned t = p->loser[at];
			p->loser[at] = w;
			w = t;
		}
	p->loser[0] = w;
}

/* The winner of the games below a node, the losers left in them. */
static unsigned play(struct tl_sort_pass *p, unsigned at)
{
	if (at >= p->ways)
		return at - p->ways;
	unsigned a = play(p, 2 * at), b = play(p, 2 * at + 1);
	bool first = before(p, a, b);
	p->loser[at] = first ? b : a;
	return first ? a : b;
}

/* A pass over some of the runs. */
static enum tl_status open_ways(const struct tl_sort *s, const struct run *run, size_t runs,
				uint64_t from, uint64_t to, struct tl_sort_pass **ret,
				struct tl_err *err)
{
	struct tl_sort_pass *p = tl_mem_zalloc(1, sizeof *p, err);
	if (!p)
		return TL_NOMEM;
	p->sort = s;
	p->way = tl_mem_zalloc(runs, sizeof *p->way, err);
	p->loser = tl_mem_zalloc(runs, sizeof *p->loser, err);
	enum tl_status st = p->way && p->loser ? TL_OK : TL_NOMEM;
	for (size_t i = 0; i < runs && st == TL_OK; i++) {
		uint64_t bytes = run[i].blocks ? RUN_BLOCK : 0;
		if ((st = tl_budget_need(s->budget, bytes, WHAT, err)) != TL_OK)
			break;
		p->charged += bytes;
		st = tl_run_begin(&p->way[p->ways++], &run[i], &s->file, from, to, &p->scratch,
				  err);
	}
	if (st != TL_OK) {
		tl_sort_close(p);
		return st;
	}
	if (p->ways)
		p->loser[0] = p->ways > 1 ? play(p, 1) : 0;
	*ret = p;
	return TL_OK;
}

enum tl_status tl_sort_open(const struct tl_sort *s, uint64_t from, uint64_t to,
			    struct tl_sort_pass **ret, struct tl_err *err)
{
	return open_ways(s, s->run, s->runs, from, to, ret, err);
}

enum tl_status tl_sort_next(struct tl_sort_pass *p, const uint64_t **ret, struct tl_err *err)
{
	*ret = NULL;
	if (!p->ways)
		return TL_OK;
	struct run_way *w = &p->way[p->loser[0]];
	if (p->begun) {
		enum tl_status st = tl_run_step(w, &p->scratch, err);
		if (st != TL_OK)
			return st;
		climb(p, p->loser[0]);
		w = &p->way[p->loser[0]];
	}
	p->begun = w->at != w->end;
	*ret = p->begun ? w->at : NULL;
	return TL_OK;
}

void tl_sort_close(struct tl_sort_pass *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->ways; i++)
		tl_run_leave(&p->way[i]);
	tl_budget_give(p->sort->budget, p->charged);
	free(p->way);
	free(p->loser);
	tl_buf_free(&p->scratch);
	free(p);
}

/* 3. Fewer runs. */

/* Merges runs into one, written behind all others. */
static enum tl_status merge_runs(struct tl_sort *s, struct run *run, size_t n, struct run *ret,
				 struct tl_err *err)
{
	struct tl_sort_pass *p = NULL;
	struct tl_buf scratch = {0};
	size_t most = RUN_BLOCK / (s->words * sizeof(uint64_t)), have = 0;
	uint64_t *block = tl_mem_alloc(RUN_BLOCK, 1, err);
	const uint64_t *r = NULL;
	enum tl_status st = block ? open_ways(s, run, n, 0, UINT64_MAX, &p, err) : TL_NOMEM;
	while (st == TL_OK && (st = tl_sort_next(p, &r, err)) == TL_OK && r) {
		memcpy(block + have++ * s->words, r, s->words * sizeof *r);
		if (have < most)
			continue;
		st = tl_run_put(ret, &s->file, block, have, &scratch, err);
		have = 0;
	}
	if (st == TL_OK && have)
		st = tl_run_put(ret, &s->file, block, have, &scratch, err);
	tl_sort_close(p);
	tl_buf_free(&scratch);
	free(block);
	return st;
}

struct merging {
	struct tl_sort *sort;
	struct run *made; /* one for each fan runs of sort */
};

static enum tl_status merge_range(void *ctx, size_t begin, size_t end, unsigned worker,
				  struct tl_err *err)
{
	struct merging *m = ctx;
	enum tl_status st = TL_OK;
	(void)worker;
	for (size_t i = begin; i < end && st == TL_OK; i++) {
		size_t fan = m->sort->fan, from = i * fan, left = m->sort->runs - from;
		st = merge_runs(m->sort, m->sort->run + from, left < fan ? left : fan, &m->made[i],
				err);
	}
	return st;
}

static void free_runs(struct run *run, size_t n)
{
	for (size_t i = 0; run && i < n; i++)
		free(run[i].block);
	free(run);
}

/* Until no more than fan are left. */
static enum tl_status reduce_runs(struct tl_sort *s, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	while (s->runs > s->fan && s->file.fd >= 0 && st == TL_OK) {
		size_t n = (s->runs + s->fan - 1) / s->fan;
		struct merging m = {s, tl_mem_zalloc(n, sizeof *m.made, err)};
		if (!m.made)
			return TL_NOMEM;
		st = tl_pool_for(s->pool, n, 1, merge_range, &m, err);
		free_runs(s->run, s->runs);
		s->run = m.made;
		s->runs = n;
	}
	return st;
}

/* 4. The object. */

enum tl_status tl_sort_new(struct tl_pool *pool, struct tl_budget *budget, uint64_t share,
			   unsigned words, struct tl_sort **ret, struct tl_err *err)
{
	unsigned workers = tl_pool_threads(pool);
	size_t bytes = sizeof(struct tl_sort) + workers * sizeof(struct shelf);
	struct tl_sort *s = aligned_alloc(64, (bytes + 63) / 64 * 64);
	if (!s)
		return tl_err_nomem(err, bytes);
	memset(s, 0, bytes);
	uint64_t most = share / workers / (words * sizeof(uint64_t));
	s->pool = pool;
	s->budget = budget;
	s->words = words;
	s->workers = workers;
	s->most = most < FIRST ? FIRST : most < SIZE_MAX / 256 ? (size_t)most : SIZE_MAX / 256;
	uint64_t fan = share / workers / RUN_BLOCK / 2;
	s->fan = fan < FAN_LEAST ? FAN_LEAST : fan < FAN ? (size_t)fan : FAN;
	s->file.budget = budget;
	s->file.words = words;
	s->file.fd = -1;
	atomic_flag_clear(&s->opening);
	*ret = s;
	return TL_OK;
}

static enum tl_status end_range(void *ctx, size_t begin, size_t end, unsigned worker,
				struct tl_err *err)
{
	struct tl_sort *s = ctx;
	enum tl_status st = TL_OK;
	(void)worker;
	for (size_t i = begin; i < end && st == TL_OK; i++) {
		struct shelf *shelf = &s->shelf[i];
		if (!s->spilled) {
			tl_radix_sort(shelf->record, shelf->n, s->words);
			continue;
		}
		st = shelf->n ? spill(s, shelf, err) : TL_OK;
		drop_buffer(s, shelf);
	}
	return st;
}

enum tl_status tl_sort_end(struct tl_sort *s, struct tl_err *err)
{
	size_t n = s->workers;
	enum tl_status st = tl_pool_for(s->pool, s->workers, 1, end_range, s, err);
	for (unsigned w = 0; w < s->workers; w++)
		n += s->shelf[w].runs;
	s->run = st == TL_OK ? tl_mem_zalloc(n, sizeof *s->run, err) : NULL;
	if (!s->run)
		return st == TL_OK ? TL_NOMEM : st;
	for (unsigned w = 0; w < s->workers; w++) {
		struct shelf *shelf = &s->shelf[w];
		for (size_t i = 0; i < shelf->runs; i++)
			s->run[s->runs++] = shelf->run[i];
		shelf->runs = 0;
		if (shelf->n)
			s->run[s->runs++] = (struct run){.record = shelf->record, .n = shelf->n};
	}
	return reduce_runs(s, err);
}

uint64_t tl_sort_count(const struct tl_sort *s)
{
	uint64_t n = 0;
	for (unsigned w = 0; w < s->workers; w++)
		n += s->shelf[w].count;
	return n;
}

uint64_t tl_sort_spilled(const struct tl_sort *s)
{
	return atomic_load_explicit(&s->file.offset, memory_order_relaxed);
}

/* First words that stand at even distances in all runs. */
static size_t sample(const struct tl_sort *s, uint64_t *ret, size_t most)
{
	size_t have = 0;
	for (size_t i = 0; i < s->runs; i++) {
		const struct run *r = &s->run[i];
		size_t places = r->blocks ? r->blocks : r->n;
		size_t want = places < most / s->runs ? places : most / s->runs;
		for (size_t j = 0; j < want; j++) {
			size_t at = (size_t)((double)j / (double)want * (double)places);
			ret[have++] = r->blocks ? r->block[at].first : r->record[at * s->words];
		}
	}
	return have;
}

static int compare(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return a < b ? -1 : a > b;
}

void tl_sort_cut(const struct tl_sort *s, size_t ranges, uint64_t *ret)
{
	uint64_t word[4096];
	size_t n = sample(s, word, sizeof word / sizeof word[0]);
	qsort(word, n, sizeof word[0], compare);
	ret[0] = 0;
	for (size_t i = 1; i < ranges; i++)
		ret[i] = n ? word[i * n / ranges] : UINT64_MAX;
}

void tl_sort_free(struct tl_sort *s)
{
	if (!s)
		return;
	for (unsigned w = 0; w < s->workers; w++) {
		drop_buffer(s, &s->shelf[w]);
		free_runs(s->shelf[w].run, s->shelf[w].runs);
	}
	free_runs(s->run, s->runs);
	if (s->file.fd >= 0)
		close(s->file.fd);
	free(s);
}
