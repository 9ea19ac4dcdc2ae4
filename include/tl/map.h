/* SPDX-License-Identifier: MIT */
/* map: 64-bit keys to 64-bit values, open addressing.
 *
 * The key UINT64_MAX may not be used.  A struct of zeros is an empty map.  16 bytes a slot, at most
 * two thirds full.  Threads: one writer at a time, or any number of readers.
 */
#ifndef TL_MAP_H
#define TL_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_map_slot {
	uint64_t key, value;
};

struct tl_map {
	struct tl_map_slot *slot; /* [size], key UINT64_MAX: free */
	size_t size, n;           /* slots, a power of two; keys in it */
};

/* Sets key to value, whether it was there or not. */
enum tl_status tl_map_put(struct tl_map *map, uint64_t key, uint64_t value, struct tl_err *err)
	TL_CHECK;

/* The value of key; false where it is not there. */
bool tl_map_get(const struct tl_map *map, uint64_t key, uint64_t *ret);

void tl_map_free(struct tl_map *map); /* empty and usable afterwards */

#ifdef __cplusplus
}
#endif
#endif
