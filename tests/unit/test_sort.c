/* SPDX-License-Identifier: MIT */
/* test_sort: against qsort(3), in memory and on disk, by any number of workers; ranges; budgets,
 * stores and their temporary files. */
#include <tl/sort.h>

#include <tl/budget.h>
#include <tl/store.h>

#include "tltest.h"

#define MOST 300000

static uint64_t want[6 * MOST];
static unsigned width;

static int compare(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;
	for (unsigned i = 0; i < width; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

struct putting {
	struct tl_sort *sort;
	unsigned words;
};

static enum tl_status put(void *ctx, size_t begin, size_t end, unsigned worker, struct tl_err *err)
{
	struct putting *p = ctx;
	enum tl_status st = TL_OK;
	for (size_t i = begin; i < end && st == TL_OK; i++)
		st = tl_sort_put(p->sort, worker, want + i * p->words, err);
	return st;
}

/* All records of [from, to], which are want[at ..]; how many there were. */
static size_t check_range(const struct tl_sort *s, size_t at, uint64_t from, uint64_t to)
{
	struct tl_sort_pass *p;
	struct tl_err err = {0};
	const uint64_t *r;
	size_t n = 0;
	tl_test_ok(tl_sort_open(s, from, to, &p, &err), err);
	for (;; n++) {
		tl_test_ok(tl_sort_next(p, &r, &err), err);
		if (!r)
			break;
		tl_test(!memcmp(r, want + (at + n) * width, width * sizeof *r));
		tl_test(r[0] >= from && r[0] <= to);
	}
	tl_sort_close(p);
	return n;
}

static void check(unsigned words, size_t n, unsigned threads, uint64_t limit, uint64_t share)
{
	struct tl_budget_opts bopts = {.limit = limit};
	struct tl_pool_opts popts = {.threads = threads};
	struct tl_budget_sum sum;
	struct tl_budget *budget;
	struct tl_pool *pool;
	struct tl_err err = {0};
	struct putting p = {.words = words};
	uint64_t cut[7], few = tl_test_below(3);
	width = words;
	for (size_t i = 0; i < n * words; i++)
		want[i] = few ? tl_test_random() >> (tl_test_below(8) * 7) : tl_test_below(50);
	tl_test_ok(tl_pool_new(&popts, &pool, &err), err);
	tl_test_ok(tl_budget_new(&bopts, &budget, &err), err);
	tl_test_ok(tl_sort_new(pool, budget, share, words, &p.sort, &err), err);
	tl_test_ok(tl_pool_for(pool, n, 1, put, &p, &err), err);
	tl_test_ok(tl_sort_end(p.sort, &err), err);
	tl_test_eq(tl_sort_count(p.sort), n);
	qsort(want, n, words * sizeof *want, compare);
	tl_test_eq(check_range(p.sort, 0, 0, UINT64_MAX), n);
	tl_sort_cut(p.sort, 7, cut);
	size_t at = 0;
	for (int i = 0; i < 7; i++)
		if (i == 6 || cut[i + 1] > cut[i])
			at += check_range(p.sort, at, cut[i],
					  i == 6 ? UINT64_MAX : cut[i + 1] - 1);
	tl_test_eq(at, n);
	bool spilled = tl_sort_spilled(p.sort) > 0;
	tl_test(!spilled || n * words * 8 > share / 2);
	tl_sort_free(p.sort);
	tl_budget_sum(budget, &sum);
	tl_test_eq(sum.used, 0);
	tl_test(sum.peak <= limit && spilled == (sum.spilled > 0));
	tl_budget_free(budget);
	tl_pool_free(pool);
}

static void test_memory(void)
{
	for (size_t n = 0; n < 5; n++)
		check(2, n, 1 + (unsigned)n, 64u << 20, 64u << 20);
	for (unsigned words = 2; words <= 6; words += 2)
		check(words, 1 + tl_test_below(MOST / 4), 3, 64u << 20, 64u << 20);
}

static void test_disk(void)
{
	for (unsigned words = 2; words <= 6; words += 2)
		check(words, MOST / 2, 1 + (unsigned)tl_test_below(4), 40u << 20, 1u << 20);
}

/* So many runs that they are merged more than once. */
static void test_many_runs(void)
{
	check(2, MOST, 1, 8u << 20, 0);
}

static void test_no_room(void)
{
	struct tl_budget_opts opts = {.limit = 1000};
	struct tl_pool_opts popts = {.threads = 1};
	struct tl_budget *budget;
	struct tl_pool *pool;
	struct tl_sort *s;
	struct tl_err err = {0};
	uint64_t record[2] = {1, 2};
	tl_test_ok(tl_pool_new(&popts, &pool, &err), err);
	tl_test_ok(tl_budget_new(&opts, &budget, &err), err);
	tl_test_ok(tl_sort_new(pool, budget, 1 << 20, 2, &s, &err), err);
	tl_test_eq(tl_sort_put(s, 0, record, &err), TL_NOMEM);
	tl_test(strstr(err.msg, "--memory") != NULL);
	tl_sort_free(s);
	tl_budget_free(budget);
	tl_pool_free(pool);
}

/* Bytes of a store are those that were put, wherever they are. */
static void check_store(uint64_t share, uint64_t limit)
{
	struct tl_budget_opts opts = {.limit = limit, .dir = "/tmp"};
	struct tl_budget_sum sum;
	struct tl_budget *budget;
	struct tl_store *s;
	struct tl_err err = {0};
	struct tl_buf scratch = {0};
	uint8_t *all = (uint8_t *)want;
	size_t n = 0, most = 5 * TL_STORE_CHUNK;
	tl_test_ok(tl_budget_new(&opts, &budget, &err), err);
	tl_test_ok(tl_store_new(budget, share, &s, &err), err);
	for (size_t i = 0; i < most / 8; i++)
		want[i] = tl_test_random();
	while (n < most) {
		size_t more = tl_test_below(100000);
		more = more < most - n ? more : most - n;
		tl_test_ok(tl_store_put(s, all + n, more, &err), err);
		n += more;
		tl_test_eq(tl_store_bytes(s), n);
		for (int i = 0; i < 20; i++) {
			struct tl_str got;
			size_t at = tl_test_below(n + 1), len = tl_test_below(n - at + 1);
			len = i % 2 ? len : len % 1000;
			tl_test_ok(tl_store_get(s, at, len, &scratch, &got, &err), err);
			tl_test_eq(got.n, len);
			tl_test(!len || !memcmp(got.p, all + at, len));
		}
	}
	tl_test((tl_store_spilled(s) > 0) == (share < most || limit < most));
	tl_store_free(s);
	tl_buf_free(&scratch);
	tl_budget_sum(budget, &sum);
	tl_test_eq(sum.used, 0);
	tl_budget_free(budget);
}

static void test_store(void)
{
	check_store(UINT64_MAX, 64u << 20);
	check_store(2 * TL_STORE_CHUNK, 64u << 20);
	check_store(UINT64_MAX, 3u << 20);
	check_store(0, 1000);
}

static int said;
static void say(void *ctx, const char *dir)
{
	(void)ctx;
	said += !strcmp(dir, "/no/such/dir");
}

/* Growth is accounted; a table that does not fit says so; a directory that is not there too. */
static void test_budget(void)
{
	struct tl_budget_opts opts = {.limit = 1u << 20, .dir = "/no/such/dir", .say = say};
	struct tl_budget *b;
	struct tl_err err = {0};
	uint64_t *table = NULL;
	size_t cap = 0;
	int fd;
	tl_test_ok(tl_budget_new(&opts, &b, &err), err);
	tl_test_ok(tl_budget_grow(b, &table, &cap, 50000, 8, "the table", &err), err);
	table[49999] = 1;
	tl_test_eq(tl_budget_left(b), (1u << 20) - cap * 8);
	tl_test(tl_budget_take(b, 1000) && !tl_budget_take(b, 1u << 20));
	tl_test_eq(tl_budget_grow(b, &table, &cap, 1u << 20, 8, "the table", &err), TL_NOMEM);
	tl_test(strstr(err.msg, "the table") != NULL);
	tl_test_eq(table[49999], 1);
	tl_test_eq(tl_budget_temp(b, &fd, &err), TL_CANTCREATE);
	tl_test_eq(tl_budget_temp(b, &fd, &err), TL_CANTCREATE);
	tl_test_eq(said, 1);
	free(table);
	tl_budget_free(b);
	tl_test(tl_budget_take(NULL, UINT64_MAX));
}

int main(void)
{
	TL_RUN(test_memory);
	TL_RUN(test_disk);
	TL_RUN(test_many_runs);
	TL_RUN(test_no_room);
	TL_RUN(test_store);
	TL_RUN(test_budget);
	return tl_test_end();
}
