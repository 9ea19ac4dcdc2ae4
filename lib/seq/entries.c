/* SPDX-License-Identifier: MIT */
/* entries: what a table of symbols knows of each id. */
#include "entries.h"

#include <stdlib.h>

#include <tl/mem.h>

static size_t chunk_size(unsigned c)
{
	unsigned doubled = c ? (c - 1) >> TL_ENTRIES_STEP : 0;
	return (size_t)1 << (c ? TL_ENTRIES_FIRST - TL_ENTRIES_STEP + doubled : TL_ENTRIES_FIRST);
}

bool tl_entries_room(struct tl_entries *entries, uint32_t id, struct tl_err *err)
{
	unsigned c = tl_entries_chunk(id);
	if (!entries->chunk[c])
		entries->chunk[c] = tl_mem_zalloc(chunk_size(c), sizeof **entries->chunk, err);
	return entries->chunk[c];
}

size_t tl_entries_memory(const struct tl_entries *entries)
{
	size_t sum = 0;
	for (unsigned c = 0; c < TL_ENTRIES_CHUNKS && entries->chunk[c]; c++)
		sum += chunk_size(c) * sizeof **entries->chunk;
	return sum;
}

void tl_entries_free(struct tl_entries *entries)
{
	for (unsigned c = 0; c < TL_ENTRIES_CHUNKS; c++)
		free(entries->chunk[c]);
	*entries = (struct tl_entries){0};
}
