/* SPDX-License-Identifier: MIT */
/* slab: pieces of memory of one size, many of which are wanted and none of which goes back before
 * all do.
 *
 * Pieces lie side by side in blocks, each of half as many as there were before it: so they never
 * move, and can stand in huge pages, which memory for single pieces cannot.  Under
 * AddressSanitizer what lies between pieces, and those that nobody took, is poisoned.
 * All zero but for size is empty.  Threads: one at a time.
 */
#ifndef TL_SLAB_H
#define TL_SLAB_H

#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

struct tl_slab_block;

struct tl_slab {
	size_t size;                /* of a piece */
	struct tl_slab_block *last; /* list from the newest on */
	size_t pieces;              /* in all blocks */
	size_t taken;
};

/* A piece, aligned to a cache line; it reads as zeros. */
void *tl_slab_take(struct tl_slab *slab, struct tl_err *err) TL_CHECK;

void tl_slab_free(struct tl_slab *slab); /* it is empty then */

#endif
