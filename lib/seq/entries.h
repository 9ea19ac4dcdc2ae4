/* SPDX-License-Identifier: MIT */
/* entries: what a table of symbols knows of each id.
 *
 * Entries stand in chunks that never move, each at most a quarter of all.  An entry is written by
 * the one thread that was given its id, and read by others only once they know the id.  Threads:
 * tl_entries_room one at a time.
 */
#ifndef TL_ENTRIES_H
#define TL_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <tl/col.h>
#include <tl/err.h>

#include "word.h"

#define TL_ENTRIES_SMALL 8         /* bytes of a string that stand in its entry */
#define TL_ENTRIES_DEAD UINT32_MAX /* length of an entry that was forgotten */
#define TL_ENTRIES_FIRST 6         /* log2 of the entries in the first chunk */
#define TL_ENTRIES_STEP 2          /* log2 of the chunks that double what there is */
#define TL_ENTRIES_CHUNKS (1 + ((32 - TL_ENTRIES_FIRST) << TL_ENTRIES_STEP))

struct tl_entries_item {
	union {
		uint8_t small[TL_ENTRIES_SMALL];
		const uint8_t *big; /* in the arena of its shard */
	} s;
	uint32_t n;
	_Atomic uint32_t held; /* by any thread, relaxed: a count */
};

struct tl_entries {
	struct tl_entries_item *chunk[TL_ENTRIES_CHUNKS];
};

/* Makes room for an entry, where its id is at most one above the highest so far. */
bool tl_entries_room(struct tl_entries *entries, uint32_t id, struct tl_err *err) TL_CHECK;
size_t tl_entries_memory(const struct tl_entries *entries);
void tl_entries_free(struct tl_entries *entries);

/* log2 of the entries in the chunk of an id that is not in the first. */
static inline unsigned tl_entries_low(uint32_t id)
{
	return 31 - (unsigned)__builtin_clz(id) - TL_ENTRIES_STEP;
}

/* Chunk 0 has ids [0, 2^6); then four have those from one power of two to the next. */
static inline unsigned tl_entries_chunk(uint32_t id)
{
	if (!(id >> TL_ENTRIES_FIRST))
		return 0;
	unsigned low = tl_entries_low(id), doubled = low + TL_ENTRIES_STEP - TL_ENTRIES_FIRST;
	return (doubled << TL_ENTRIES_STEP) + (id >> low & ((1u << TL_ENTRIES_STEP) - 1)) + 1;
}

static inline struct tl_entries_item *tl_entries_at(const struct tl_entries *entries, uint32_t id)
{
	if (!(id >> TL_ENTRIES_FIRST))
		return &entries->chunk[0][id];
	uint32_t mask = ((uint32_t)1 << tl_entries_low(id)) - 1;
	return &entries->chunk[tl_entries_chunk(id)][id & mask];
}

static inline struct tl_str tl_entries_text(const struct tl_entries_item *e)
{
	return (struct tl_str){e->n <= TL_ENTRIES_SMALL ? e->s.small : e->s.big, e->n};
}

static inline bool tl_entries_is(const struct tl_entries_item *e, const uint8_t *p, size_t n)
{
	return e->n == n && tl_word_same(n <= TL_ENTRIES_SMALL ? e->s.small : e->s.big, p, n);
}

/* big: where a string stands that is too long for an entry. */
static inline void tl_entries_set(struct tl_entries_item *e, const uint8_t *p, size_t n,
				  const uint8_t *big)
{
	e->n = (uint32_t)n;
	if (n > TL_ENTRIES_SMALL)
		e->s.big = big;
	else if (n)
		memcpy(e->s.small, p, n);
}

#endif
