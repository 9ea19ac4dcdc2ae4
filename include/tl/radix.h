/* SPDX-License-Identifier: MIT */
/* radix: sorting records of 64-bit words, in place.
 *
 * American flag sort (McIlroy, Bostic, McIlroy, Computing Systems 1993), the highest bits in which
 * records differ first, as many of them as there are records for, up to eight; insertion sort for a
 * few.  All words count, the first one first; so the result does not depend on the order of the
 * input.  Threads: different arrays are free.
 */
#ifndef TL_RADIX_H
#define TL_RADIX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A usual record: two words. */
struct tl_radix_item {
	uint64_t key, value;
};

/* Sorts n records of 2, 3, 4 or 6 words each. */
void tl_radix_sort(uint64_t *record, size_t n, unsigned words);

/* Sorts n items by key, then value. */
static inline void tl_radix_items(struct tl_radix_item *item, size_t n)
{
	tl_radix_sort(&item->key, n, 2);
}

#ifdef __cplusplus
}
#endif
#endif
