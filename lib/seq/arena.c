/* SPDX-License-Identifier: MIT */
/* arena: strings that go away together. */
#include "arena.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#define LEAST ((size_t)4 << 10)
#define MOST ((size_t)1 << 20)
#define SPARE 16 /* such a part of all is the next chunk, so no more is room that is not used */

struct tl_arena_chunk {
	struct tl_arena_chunk *before;
	uint8_t bytes[];
};

static enum tl_status add_chunk(struct tl_arena *arena, size_t need, struct tl_err *err)
{
	size_t head = sizeof(struct tl_arena_chunk), room = arena->memory / SPARE / LEAST * LEAST;
	room = (room < LEAST ? LEAST : room > MOST ? MOST : room) - head;
	if (room < need)
		room = need;
	struct tl_arena_chunk *chunk = tl_mem_alloc(1, head + room, err);
	if (!chunk)
		return TL_NOMEM;
	chunk->before = arena->last;
	arena->last = chunk;
	arena->used = 0;
	arena->room = room;
	arena->memory += head + room;
	return TL_OK;
}

enum tl_status tl_arena_add(struct tl_arena *arena, const uint8_t *p, size_t n,
			    const uint8_t **ret, struct tl_err *err)
{
	if (!arena->last || n > arena->room - arena->used) {
		enum tl_status st = add_chunk(arena, n, err);
		if (st != TL_OK)
			return st;
	}
	uint8_t *to = arena->last->bytes + arena->used;
	if (n)
		memcpy(to, p, n);
	arena->used += n;
	*ret = to;
	return TL_OK;
}

void tl_arena_free(struct tl_arena *arena)
{
	while (arena->last) {
		struct tl_arena_chunk *chunk = arena->last;
		arena->last = chunk->before;
		free(chunk);
	}
	*arena = (struct tl_arena){0};
}
