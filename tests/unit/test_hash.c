/* SPDX-License-Identifier: MIT */
/* test_hash: canonical XXH3 values, pieces equal the whole, the mixer is a bijection. */
#include <tl/hash.h>

#include "tltest.h"

/* Of the empty input, as in the test vectors of XXH3 (xxHash, tests/sanity_test_vectors.h). */
static void test_canonical(void)
{
	tl_test(tl_hash_64("", 0) == 0x2D06800538D394C2u);
	struct tl_hash128 h = tl_hash_128("", 0);
	tl_test(h.lo == 0x6001C324468D497Fu && h.hi == 0x99AA06D3014798D8u);
	tl_test(tl_hash_64("a", 1) != tl_hash_64("b", 1));
}

static void test_pieces(void)
{
	static uint8_t data[5000];
	struct tl_err err;
	struct tl_hash_state *h = tl_hash_new(&err);
	tl_test(h);
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)tl_test_random();
	for (int round = 0; round < 200; round++) {
		size_t n = tl_test_below(sizeof data + 1);
		tl_hash_reset(h);
		for (size_t at = 0, len; at < n; at += len) {
			len = 1 + tl_test_below(n - at);
			tl_hash_put(h, data + at, len);
		}
		struct tl_hash128 got = tl_hash_get(h), want = tl_hash_128(data, n);
		tl_test(got.lo == want.lo && got.hi == want.hi);
	}
	tl_hash_free(h);
	tl_hash_free(NULL);
}

/* The mixer undone step by step: each is invertible. */
static uint64_t unmix(uint64_t z)
{
	z ^= z >> 31 ^ z >> 62;
	z *= 0x319642B2D24D8EC3u;
	z ^= z >> 27 ^ z >> 54;
	z *= 0x96DE1B173F119089u;
	return z ^ z >> 30 ^ z >> 60;
}

static void test_mix(void)
{
	for (int i = 0; i < 1000; i++) {
		uint64_t v = tl_test_random() >> tl_test_below(64);
		tl_test(unmix(tl_hash_mix(v)) == v);
	}
}

int main(void)
{
	TL_RUN(test_canonical);
	TL_RUN(test_pieces);
	TL_RUN(test_mix);
	return tl_test_end();
}
