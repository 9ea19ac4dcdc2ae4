/* SPDX-License-Identifier: MIT */
/* test_map: random keys against a plain array, growth, overwriting, keys not there. */
#include <tl/map.h>

#include "tltest.h"

#define KEYS 4096

static void test_empty(void)
{
	struct tl_map map = {0};
	uint64_t value = 77;
	tl_test(!tl_map_get(&map, 0, &value));
	tl_test(!tl_map_get(&map, UINT64_MAX, &value));
	tl_test_eq(value, 77);
	tl_map_free(&map);
}

/* Keys of a small range in random order, often again: an array says what must be there. */
static void test_model(void)
{
	static uint64_t want[KEYS];
	static bool there[KEYS];
	struct tl_map map = {0};
	struct tl_err err;
	size_t n = 0;
	for (size_t round = 0; round < 20000; round++) {
		size_t k = tl_test_below(KEYS);
		uint64_t value = tl_test_random(), got = 0;
		/* Keys in a row, far apart, and with equal low bits. */
		uint64_t key = k % 3 == 0 ? k : k % 3 == 1 ? k << 40 : UINT64_MAX - 1 - k;
		tl_test_eq(tl_map_get(&map, key, &got), there[k]);
		tl_test(!there[k] || got == want[k]);
		tl_test_ok(tl_map_put(&map, key, value, &err), err);
		n += !there[k];
		there[k] = true;
		want[k] = value;
		tl_test_eq(map.n, n);
		tl_test(map.n * 3 <= map.size * 2);
		tl_test(tl_map_get(&map, key, &got) && got == value);
	}
	tl_test(!tl_map_get(&map, UINT64_MAX, &want[0]));
	tl_map_free(&map);
}

static void test_all_values(void)
{
	struct tl_map map = {0};
	struct tl_err err;
	uint64_t got;
	tl_test_ok(tl_map_put(&map, 0, UINT64_MAX, &err), err);
	tl_test_ok(tl_map_put(&map, UINT64_MAX - 1, 0, &err), err);
	tl_test(tl_map_get(&map, 0, &got) && got == UINT64_MAX);
	tl_test(tl_map_get(&map, UINT64_MAX - 1, &got) && got == 0);
	tl_test(!tl_map_get(&map, 1, &got));
	tl_map_free(&map);
	tl_test_eq(map.n, 0);
	tl_test(!tl_map_get(&map, 0, &got));
	tl_test_ok(tl_map_put(&map, 5, 6, &err), err);
	tl_test(tl_map_get(&map, 5, &got) && got == 6);
	tl_map_free(&map);
}

int main(void)
{
	TL_RUN(test_empty);
	TL_RUN(test_model);
	TL_RUN(test_all_values);
	return tl_test_end();
}
