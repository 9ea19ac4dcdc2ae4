/* SPDX-License-Identifier: MIT */
/* Shards and samples: each record in one shard, about the share that was asked for. */
#include <tl/sieve.h>

#include "tltest.h"

static void test_shards(void)
{
	for (uint64_t n = 1; n < 9; n++)
		for (uint64_t ordinal = 0; ordinal < 100; ordinal++) {
			struct tl_sieve_opts opts = TL_SIEVE_ALL;
			unsigned times = 0;
			opts.shards = n;
			for (opts.shard = 0; opts.shard < n; opts.shard++)
				times += tl_sieve_chosen(&opts, ordinal);
			tl_test_eq(times, 1);
		}
}

static uint64_t chosen(uint64_t share, uint64_t seed, uint64_t shards)
{
	struct tl_sieve_opts opts = TL_SIEVE_ALL;
	uint64_t n = 0;
	opts.share = share;
	opts.seed = seed;
	opts.shards = shards;
	for (uint64_t i = 0; i < 100000; i++)
		n += tl_sieve_chosen(&opts, i);
	return n;
}

static void test_samples(void)
{
	tl_test_eq(chosen(0, 1, 1), 0);
	tl_test_eq(chosen(TL_SIEVE_WHOLE, 1, 1), 100000);
	for (uint64_t seed = 0; seed < 20; seed++) {
		uint64_t n = chosen(250000, seed, 1);
		tl_test(n > 24000 && n < 26000);
		/* A sample of a shard is as large a part of it. */
		n = chosen(250000, seed, 5);
		tl_test(n > 4600 && n < 5400);
	}
	tl_test_eq(chosen(300000, 5, 1), chosen(300000, 5, 1));
}

/* A larger share with the same seed has all of a smaller one. */
static void test_nested(void)
{
	struct tl_sieve_opts small = TL_SIEVE_ALL, large = TL_SIEVE_ALL;
	small.share = 100000;
	large.share = 100001;
	for (uint64_t i = 0; i < 20000; i++)
		tl_test(!tl_sieve_chosen(&small, i) || tl_sieve_chosen(&large, i));
}

int main(void)
{
	TL_RUN(test_shards);
	TL_RUN(test_samples);
	TL_RUN(test_nested);
	return tl_test_end();
}
