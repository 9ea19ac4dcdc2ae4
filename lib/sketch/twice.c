/* SPDX-License-Identifier: MIT */
/* twice: which hashes were seen more than once. */
#include "twice.h"

#include <tl/mem.h>

#define SHIFT_LEAST 16
#define SHIFT_MOST 40

static uint64_t bytes_of(unsigned shift)
{
	return sizeof(struct twice) + ((uint64_t)1 << shift) / 4;
}

enum tl_status tl_twice_new(struct tl_budget *budget, uint64_t n, struct twice **ret,
			    struct tl_err *err)
{
	unsigned shift = SHIFT_LEAST;
	/* Four to eight cells for each hash: an eighth of those seen once are taken for more. */
	while (shift < SHIFT_MOST && (uint64_t)1 << shift < 4 * n)
		shift++;
	while (shift > SHIFT_LEAST && bytes_of(shift) > tl_budget_share(budget, 1, 4, 0))
		shift--;
	enum tl_status st = tl_budget_need(budget, bytes_of(shift), "the filter of k-mers", err);
	if (st != TL_OK)
		return st;
	struct twice *t = tl_mem_map((size_t)bytes_of(shift), err);
	if (!t) {
		tl_budget_give(budget, bytes_of(shift));
		return TL_NOMEM;
	}
	tl_mem_use(t, 0, (size_t)bytes_of(shift));
	t->budget = budget;
	t->shift = shift;
	*ret = t;
	return TL_OK;
}

void tl_twice_free(struct twice *t)
{
	if (!t)
		return;
	tl_budget_give(t->budget, bytes_of(t->shift));
	tl_mem_unmap(t, (size_t)bytes_of(t->shift));
}
