/* SPDX-License-Identifier: MIT */
/* radix: sorting pairs of 64-bit numbers, in place.
 *
 * American flag sort (McIlroy, Bostic, McIlroy, Computing Systems 1993), most significant byte
 * first, insertion sort for a few.  Order: key, then value; so the result does not depend on the
 * order of the input.  Threads: different arrays are free.
 */
#ifndef TL_RADIX_H
#define TL_RADIX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_radix_item {
	uint64_t key, value;
};

/* Sorts n items. */
void tl_radix_sort(struct tl_radix_item *item, size_t n);

/* Moves items into 256 buckets by the eight bits of key from bit shift (at most 56) up; bucket b
 * becomes item[bound[b] .. bound[b + 1]).  The order inside a bucket is not specified. */
void tl_radix_split(struct tl_radix_item *item, size_t n, unsigned shift, size_t bound[257]);

#ifdef __cplusplus
}
#endif
#endif
