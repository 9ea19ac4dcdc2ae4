/* SPDX-License-Identifier: MIT */
/* test_mem: overflow is refused, growth keeps what is there. */
#include <tl/mem.h>

#include "tltest.h"

static void test_alloc(void)
{
	struct tl_err err;
	int *p = tl_mem_alloc(10, sizeof *p, &err);
	tl_test(p);
	memset(p, 0xff, 10 * sizeof *p);
	tl_mem_free(p);
	unsigned char *z = tl_mem_zalloc(1000, 1, &err);
	tl_test(z);
	for (int i = 0; i < 1000; i++)
		tl_test_eq(z[i], 0);
	tl_mem_free(z);
	void *none = tl_mem_alloc(0, 8, &err), *zero = tl_mem_zalloc(5, 0, &err);
	tl_test(none && zero);
	tl_mem_free(none);
	tl_mem_free(zero);
	tl_mem_free(NULL);
}

static void test_overflow(void)
{
	struct tl_err err = {0};
	tl_test(!tl_mem_alloc(SIZE_MAX / 2, 3, &err));
	tl_test_eq(err.status, TL_NOMEM);
	err.status = TL_OK;
	tl_test(!tl_mem_zalloc((size_t)1 << 32, (size_t)1 << 32, &err));
	tl_test_eq(err.status, TL_NOMEM);
	tl_test(!tl_mem_alloc((size_t)PTRDIFF_MAX + 1, 1, &err));
}

static void test_grow(void)
{
	struct tl_err err;
	uint32_t *a = NULL;
	size_t cap = 0, moves = 0;
	for (uint32_t i = 0; i < 100000; i++) {
		size_t was = cap;
		tl_test_ok(tl_mem_grow(&a, &cap, i + 1, sizeof *a, &err), err);
		tl_test(cap > i);
		moves += was != cap;
		a[i] = i;
	}
	for (uint32_t i = 0; i < 100000; i++)
		tl_test_eq(a[i], i);
	tl_test(moves < 64);
	uint32_t *was = a;
	size_t was_cap = cap;
	tl_test_eq(tl_mem_grow(&a, &cap, SIZE_MAX / 2, sizeof *a, &err), TL_NOMEM);
	tl_test(a == was && cap == was_cap);
	tl_mem_free(a);
}

#define MOST 8 /* steps */

/* A mapped array grows in steps, moves, and keeps what is there; what is new reads as zeros. */
static void grow_mapped(size_t size, unsigned steps)
{
	struct tl_err err;
	uint8_t *a = NULL, *between[MOST];
	size_t cap = 0, had = 0;
	for (unsigned i = 0; i < steps; i++) {
		size_t want = tl_mem_whole((size_t)3000 << 2 * i, size);
		tl_test(want >= (size_t)3000 << 2 * i);
		tl_test_ok(tl_mem_remap(&a, &cap, want, size, &err), err);
		tl_test_eq(cap, want);
		tl_test(cap * size < 2 * TL_MEM_HUGE || (uintptr_t)a % TL_MEM_HUGE == 0);
		for (size_t k = 0; k < had; k += 997)
			tl_test_eq(a[k], k % 251);
		for (size_t k = had; k < cap * size; k += 997)
			tl_test_eq(a[k], 0);
		for (size_t k = had; k < cap * size; k++)
			a[k] = (uint8_t)(k % 251);
		had = cap * size;
		/* Something to stand in its way. */
		tl_test((between[i] = tl_mem_map(1, &err)));
	}
	uint8_t *was = a;
	tl_test_eq(tl_mem_remap(&a, &cap, SIZE_MAX / 2, size, &err), TL_NOMEM);
	tl_test(a == was && cap * size == had);
	for (unsigned i = 0; i < steps; i++)
		tl_mem_unmap(between[i], 1);
	tl_mem_unmap(a, cap * size);
	tl_mem_unmap(NULL, 5);
}

static void test_mapped(void)
{
	struct tl_err err = {0};
	grow_mapped(1, MOST);
	grow_mapped(24, MOST - 2);
	tl_mem_huge(true);
	grow_mapped(1, MOST);
	grow_mapped(24, MOST - 2);
	tl_mem_huge(false);
	tl_test(!tl_mem_map(SIZE_MAX - 5, &err));
	tl_test_eq(err.status, TL_NOMEM);
}

/* Items that fill whole pages, once there are two. */
static void test_whole(void)
{
	tl_test_eq(tl_mem_whole(100, 16), 100);
	tl_test_eq(tl_mem_whole(2 * TL_MEM_HUGE + 1, 1), 3 * TL_MEM_HUGE);
	tl_test_eq(tl_mem_whole(2 * TL_MEM_HUGE / 16, 16), 2 * TL_MEM_HUGE / 16);
	size_t n = tl_mem_whole(2 * TL_MEM_HUGE / 24 + 1, 24);
	tl_test(n * 24 <= 3 * TL_MEM_HUGE && (n + 1) * 24 > 3 * TL_MEM_HUGE);
	tl_test_eq(tl_mem_whole(SIZE_MAX, 8), SIZE_MAX);
}

/* What is there stays, in part of a page too, and what is new is zeros; with malloc(3) in strides. */
static void test_touch(void)
{
	struct tl_err err;
	const size_t n = 1 << 20;
	uint8_t *a = tl_mem_map(n, &err);
	tl_test(a);
	memset(a, 7, 5000);
	tl_mem_touch(a + 100, n - 200);
	tl_mem_touch(a + 100, 3);
	for (size_t i = 0; i < n; i++)
		if (a[i] != (i < 5000 ? 7 : 0))
			tl_test_eq(a[i], i < 5000 ? 7 : 0);
	tl_mem_unmap(a, n);
	tl_mem_stride();
	for (size_t bytes = 1000; bytes < (size_t)20 << 20; bytes *= 3) {
		uint8_t *p = tl_mem_zalloc(bytes, 1, &err);
		tl_test(p);
		tl_mem_touch(p, bytes);
		tl_test(!p[0] && !p[bytes / 2] && !p[bytes - 1]);
		memset(p, 1, bytes);
		tl_mem_free(p);
	}
}

int main(void)
{
	TL_RUN(test_alloc);
	TL_RUN(test_overflow);
	TL_RUN(test_grow);
	TL_RUN(test_mapped);
	TL_RUN(test_whole);
	TL_RUN(test_touch);
	return tl_test_end();
}
