/* SPDX-License-Identifier: MIT */
/* arena: strings that go away together.
 *
 * Chunks of 4 KiB to 1 MiB, a sixteenth of what there is; a longer string has one of its own.
 * All zero is empty. Threads: one at a time.
 */
#ifndef TL_ARENA_H
#define TL_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include <tl/err.h>

struct tl_arena_chunk;

struct tl_arena {
	struct tl_arena_chunk *last; /* list from the newest on */
	size_t used, room;           /* of that one */
	size_t memory;               /* of all */
};

/* A copy of the n bytes at p; it stays until the arena is freed. */
enum tl_status tl_arena_add(struct tl_arena *arena, const uint8_t *p, size_t n,
			    const uint8_t **ret, struct tl_err *err) TL_CHECK;

void tl_arena_free(struct tl_arena *arena); /* it is empty then */

#endif
