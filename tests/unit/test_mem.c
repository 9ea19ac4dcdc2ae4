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

int main(void)
{
	TL_RUN(test_alloc);
	TL_RUN(test_overflow);
	TL_RUN(test_grow);
	return tl_test_end();
}
