/* SPDX-License-Identifier: MIT */
/* cells: memory that models look into at random. */
#include "cells.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <tl/bits.h>
#include <tl/mem.h>

#define CACHE_LINE 64
#define HUGE_PAGE ((size_t)2 << 20)

/* Nothing depends on whether it is followed. */
static void advise(uint8_t *p, size_t n)
{
#ifdef MADV_HUGEPAGE
	uintptr_t from = ((uintptr_t)p + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
	uintptr_t to = ((uintptr_t)p + n) & ~(uintptr_t)(HUGE_PAGE - 1);
	if (to > from)
		(void)madvise(p + (from - (uintptr_t)p), to - from, MADV_HUGEPAGE);
#else
	(void)p;
	(void)n;
#endif
}

void *tl_cells_new(size_t count, size_t size, struct tl_err *err)
{
	uint64_t n;
	if (!tl_bits_mul(count, size, &n) || !tl_bits_add(n, 2 * CACHE_LINE, &n)) {
		(void)tl_err_nomem(err, SIZE_MAX);
		return NULL;
	}
	uint8_t *all = tl_mem_zalloc((size_t)n, 1, err);
	if (!all)
		return NULL;
	advise(all, (size_t)n);
	/* What free(3) wants stands in front of the table. */
	size_t skip = 2 * CACHE_LINE - ((uintptr_t)all & (CACHE_LINE - 1));
	memcpy(all + skip - sizeof all, &all, sizeof all);
	return all + skip;
}

void tl_cells_free(void *table)
{
	void *all;
	if (!table)
		return;
	memcpy(&all, (uint8_t *)table - sizeof all, sizeof all);
	free(all);
}
