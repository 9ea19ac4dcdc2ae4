/* SPDX-License-Identifier: MIT */
/* banks: sequences of a bank, and the pairs among them, in plain arrays, for tests. */
#ifndef BANKS_H
#define BANKS_H

#include <tl/bank.h>
#include <tl/pair.h>
#include <tl/seeds.h>

#include "tltest.h"

/* Sequence i; valid until eight more were asked for. */
static inline struct tl_str bank_get(const struct tl_bank *bank, size_t i)
{
	static struct tl_bank_room room[8];
	static unsigned turn;
	struct tl_err err = {0};
	struct tl_str s;
	tl_test_ok(tl_bank_read(bank, i, &room[turn++ % 8], &s, &err), err);
	return s;
}

struct pairs {
	struct tl_pair *pair; /* [n] */
	size_t n;
	uint64_t seeds, groups;
};

/* All pairs of a bank. */
static inline struct pairs bank_pairs(struct tl_pool *pool, struct tl_budget *budget,
				      const struct tl_bank *bank,
				      const struct tl_sketch_params *params)
{
	struct pairs f = {0};
	struct tl_err err = {0};
	struct tl_pairs *pairs;
	struct tl_seeds_sum sum;
	const struct tl_pair *pair;
	size_t n;
	tl_test_ok(tl_seeds_find(pool, budget, bank, params, &pairs, &sum, &err), err);
	for (;;) {
		tl_test_ok(tl_pairs_next(pairs, &pair, &n, &err), err);
		if (!n)
			break;
		f.pair = realloc(f.pair, (f.n + n) * sizeof *pair);
		memcpy(f.pair + f.n, pair, n * sizeof *pair);
		f.n += n;
	}
	f.seeds = sum.seeds;
	f.groups = sum.groups;
	tl_pairs_free(pairs);
	return f;
}

/* A source of pairs that stand in an array, by member. */
struct pair_list {
	const struct tl_pair *pair;
	size_t n, at;
};

static inline enum tl_status pair_list_next(void *ctx, const struct tl_pair **ret, size_t *ret_n,
					    struct tl_err *err)
{
	struct pair_list *l = ctx;
	(void)err;
	*ret = l->pair + l->at;
	*ret_n = 0;
	while (l->at < l->n && (*ret)->member == l->pair[l->at].member) {
		++*ret_n;
		l->at++;
	}
	return TL_OK;
}

#endif
