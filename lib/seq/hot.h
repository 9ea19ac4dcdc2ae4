/* SPDX-License-Identifier: MIT */
/* hot: the words that one thread saw last, a cache line each, with their bytes.
 *
 * A hit touches that line only.  Chosen by the hash, the newer word replaces the older one.
 */
#ifndef TL_HOT_H
#define TL_HOT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <tl/intern.h>

#include "word.h"

#define TL_HOT_WORD 51   /* bytes of a word that has room in a line */
#define TL_HOT_FREE 0xff /* n of a line without a word */

struct tl_hot_line {
	_Alignas(64) uint64_t hash;
	uint32_t id;
	uint8_t n;
	uint8_t bytes[TL_HOT_WORD];
};

struct tl_intern_cache {
	uint64_t generation; /* of the table, when the lines were filled */
	size_t lines;        /* a power of two */
	struct tl_hot_line line[];
};

/* Empties a cache that belongs to another generation. */
static inline void tl_hot_begin(struct tl_intern_cache *cache, uint64_t generation)
{
	if (cache->generation == generation)
		return;
	for (size_t i = 0; i < cache->lines; i++)
		cache->line[i].n = TL_HOT_FREE;
	cache->generation = generation;
}

static inline struct tl_hot_line *tl_hot_line(struct tl_intern_cache *cache, uint64_t hash)
{
	return &cache->line[(size_t)(hash >> 40) & (cache->lines - 1)];
}

static inline bool tl_hot_get(struct tl_intern_cache *cache, struct tl_intern_word *w)
{
	const struct tl_hot_line *line = tl_hot_line(cache, w->hash);
	if (line->hash != w->hash || line->n != w->n ||
	    (w->n > 8 && !tl_word_same(line->bytes, w->p, w->n))) /* below that the hash says it */
		return false;
	w->id = line->id;
	return true;
}

static inline void tl_hot_put(struct tl_intern_cache *cache, const struct tl_intern_word *w)
{
	struct tl_hot_line *line = tl_hot_line(cache, w->hash);
	if (w->n > TL_HOT_WORD)
		return;
	line->hash = w->hash;
	line->id = w->id;
	line->n = (uint8_t)w->n;
	if (w->n)
		memcpy(line->bytes, w->p, w->n);
}

#endif
