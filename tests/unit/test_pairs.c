/* SPDX-License-Identifier: MIT */
/* test_pairs: hits give the same pairs whoever put them and however many gather. */
#include <tl/pairs.h>

#include <stdlib.h>
#include <string.h>

#include "tltest.h"

#define HITS 200000

struct list {
	struct tl_pair *pair;
	size_t n, cap, members;
};

static struct tl_pairs_hit hit[HITS];

/* Members without hits, with some, and one with a quarter of all; hits on many diagonals, alike, far
 * apart, on both strands. */
static void make_hits(uint32_t members)
{
	for (size_t i = 0; i < HITS; i++) {
		uint32_t member = (uint32_t)tl_test_below(members);
		if (i % 4 == 0)
			member = members / 2;
		else if (member % 7 == 3)
			member++;
		hit[i] = (struct tl_pairs_hit){
			.member = member,
			.centre = (uint32_t)tl_test_below(1 + member % 13),
			.diagonal = (int64_t)tl_test_below(500) - 250,
			.times = 1 + tl_test_below(2),
			.minus = tl_test_below(5) == 0};
	}
}

static struct tl_pairs *put_all(struct tl_pool *pool, struct tl_budget *budget)
{
	struct tl_err err = {0};
	struct tl_pairs *p;
	const unsigned threads = tl_pool_threads(pool);
	tl_test_ok(tl_pairs_new(pool, budget, 3, &p, &err), err);
	for (size_t i = 0; i < HITS; i++)
		tl_test_ok(tl_pairs_put(p, (unsigned)tl_test_below(threads), &hit[i], &err), err);
	tl_test_ok(tl_pairs_end(p, &err), err);
	return p;
}

static struct list read_all(struct tl_pairs *p)
{
	struct tl_err err = {0};
	struct list l = {0};
	const struct tl_pair *pair;
	size_t n;
	for (;;) {
		tl_test_ok(tl_pairs_next(p, &pair, &n, &err), err);
		if (!n)
			break;
		l.members++;
		l.cap = l.n + n > l.cap ? 2 * (l.n + n) : l.cap;
		l.pair = realloc(l.pair, l.cap * sizeof *pair);
		for (size_t i = 0; i < n; i++) {
			tl_test_eq(pair[i].member, pair[0].member);
			l.pair[l.n++] = pair[i];
		}
	}
	return l;
}

static int same(const struct list *a, const struct list *b)
{
	int alike = a->n == b->n && a->members == b->members;
	for (size_t i = 0; alike && i < a->n; i++) {
		const struct tl_pair *x = &a->pair[i], *y = &b->pair[i];
		alike = x->member == y->member && x->centre == y->centre && x->lo == y->lo &&
			x->hi == y->hi && x->hits == y->hits && x->minus == y->minus;
	}
	return alike;
}

/* With threads, with so little memory that hits spill, and left before the end. */
static void check_threads(unsigned threads, const struct list *want)
{
	struct tl_err err = {0};
	struct tl_pool *pool;
	tl_test_ok(tl_pool_new(&(struct tl_pool_opts){.threads = threads}, &pool, &err), err);
	for (int round = 0; round < 3; round++) {
		struct tl_budget *budget;
		struct tl_budget_opts opts = {.limit = round == 1 ? 3u << 20 : 0};
		tl_test_ok(tl_budget_new(&opts, &budget, &err), err);
		struct tl_pairs *p = put_all(pool, budget);
		if (round < 2) {
			struct list have = read_all(p);
			tl_test(same(&have, want));
			free(have.pair);
		} else {
			const struct tl_pair *pair;
			size_t n;
			tl_test_ok(tl_pairs_next(p, &pair, &n, &err), err);
			tl_test(n && !memcmp(&pair[0].member, &want->pair[0].member, sizeof pair[0].member));
		}
		tl_pairs_free(p);
		struct tl_budget_sum sum;
		tl_budget_sum(budget, &sum);
		tl_test_eq(sum.used, 0);
		tl_budget_free(budget);
	}
	tl_pool_free(pool);
}

static void check_members(uint32_t members)
{
	struct tl_err err = {0};
	struct tl_pool *pool;
	make_hits(members);
	tl_test_ok(tl_pool_new(&(struct tl_pool_opts){.threads = 1}, &pool, &err), err);
	struct tl_pairs *p = put_all(pool, NULL);
	struct list want = read_all(p);
	tl_pairs_free(p);
	tl_pool_free(pool);
	tl_test(want.members > 0 && want.n >= want.members);
	for (unsigned threads = 1; threads <= 8; threads *= 2)
		check_threads(threads, &want);
	free(want.pair);
}

static void test_many_members(void)
{
	check_members(30000);
}

static void test_few_members(void)
{
	check_members(9);
}

static void test_none(void)
{
	struct tl_err err = {0};
	struct tl_pool *pool;
	struct tl_pairs *p;
	const struct tl_pair *pair;
	size_t n = 1;
	tl_test_ok(tl_pool_new(&(struct tl_pool_opts){.threads = 2}, &pool, &err), err);
	tl_test_ok(tl_pairs_new(pool, NULL, 1, &p, &err), err);
	tl_test_ok(tl_pairs_end(p, &err), err);
	tl_test_ok(tl_pairs_next(p, &pair, &n, &err), err);
	tl_test_eq(n, 0);
	tl_pairs_free(p);
	tl_pairs_free(NULL);
	tl_pool_free(pool);
}

int main(void)
{
	TL_RUN(test_none);
	TL_RUN(test_many_members);
	TL_RUN(test_few_members);
	return tl_test_end();
}
