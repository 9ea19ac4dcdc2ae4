/* SPDX-License-Identifier: MIT */
/* twice: which hashes were seen more than once.  It may say so of others too, never the other way
 * round: two bits for a cell, in which several hashes may meet.
 *
 * Threads: all may put; tl_twice_has when nothing is put any more.
 */
#ifndef TWICE_H
#define TWICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/err.h>

struct twice {
	struct tl_budget *budget;
	unsigned shift;            /* a hash of which the low bits say the cell: how many do */
	_Atomic uint32_t cell[];   /* 16 of them each; set by any worker, relaxed: bits are only set */
};

/* For about n hashes, smaller where the budget has not that much. */
enum tl_status tl_twice_new(struct tl_budget *budget, uint64_t n, struct twice **ret,
			    struct tl_err *err) TL_CHECK;
void tl_twice_free(struct twice *t); /* NULL is fine */

static inline void tl_twice_put(struct twice *t, uint64_t hash)
{
	uint64_t at = hash & (((uint64_t)1 << t->shift) - 1);
	_Atomic uint32_t *cell = &t->cell[at >> 4]; /* as above */
	uint32_t once = (uint32_t)1 << 2 * (at & 15), had;
	had = atomic_load_explicit(cell, memory_order_relaxed);
	if (!(had & once))
		had = atomic_fetch_or_explicit(cell, once, memory_order_relaxed);
	if (had & once && !(had & once << 1))
		(void)atomic_fetch_or_explicit(cell, once << 1, memory_order_relaxed);
}

/* To be asked for soon: memory is far. */
static inline void tl_twice_fetch(const struct twice *t, uint64_t hash)
{
	uint64_t at = hash & (((uint64_t)1 << t->shift) - 1);
	__builtin_prefetch((const void *)&t->cell[at >> 4], 1, 1);
}

static inline bool tl_twice_has(const struct twice *t, uint64_t hash)
{
	uint64_t at = hash & (((uint64_t)1 << t->shift) - 1);
	uint32_t cell = atomic_load_explicit(&t->cell[at >> 4], memory_order_relaxed);
	return cell >> (2 * (at & 15)) & 2;
}

#endif
