/* SPDX-License-Identifier: MIT */
/* intern: byte strings to dense ids of four bytes; equal strings have one id.
 *
 * Model: ids count from 0 in the order in which strings were put.  A table has shards, each with an
 * open-addressing table of eight-byte slots (an id and 32 bits of the hash) and an arena; strings of
 * up to eight bytes stand in the entry itself.  Bytes are always compared, so two different strings
 * never share an id, whatever their hashes.
 *
 * Limit: a table made with a limit gives no more ids than that.  Whoever needs a symbol holds it;
 * tl_intern_collect forgets all that nobody holds and tells which; their ids are given again, the
 * lowest first.  So which ids are given depends on the order of the calls that put, hold, drop and
 * collect, and on nothing else: make these in one thread, or in an ordered lane, and ids are the same
 * for any number of threads.
 *
 * Many at once: workers look up the words of a block together (tl_intern_look), which prefetches, and
 * first asks a cache of the worker's own; words not known then get their ids in the lane.  An id
 * found is good as long as the generation is the one that tl_intern_look told.
 *
 * Memory: about 30 bytes for each string, and those of its bytes that are more than eight.  Threads:
 * one at a time, or, with opts.shared, any; a cache belongs to one thread at a time.
 */
#ifndef TL_INTERN_H
#define TL_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/hash.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_INTERN_NONE UINT32_MAX /* no id */

struct tl_intern;

/* All zero is right for one thread. */
struct tl_intern_opts {
	bool shared;  /* between threads */
	uint32_t max; /* ids; 0: 2^32 - 2 */
};

/* opt_opts may be NULL. */
enum tl_status tl_intern_new(const struct tl_intern_opts *opt_opts, struct tl_intern **ret,
			     struct tl_err *err) TL_CHECK;
void tl_intern_free(struct tl_intern *in); /* NULL is fine */

/* The hash that tl_intern_look uses.  Who uses only put and find may take any other. */
uint64_t tl_intern_hash(const void *p, size_t n);

/* The id of the n bytes at p; *ret_new tells whether they are new, in which case they were copied.
 * The id is TL_INTERN_NONE where they are new and the limit is reached; without a limit that is an
 * error, TL_DATA, as are strings of 4 GiB. */
enum tl_status tl_intern_put(struct tl_intern *in, uint64_t hash, const void *p, size_t n,
			     uint32_t *ret_id, bool *ret_new, struct tl_err *err) TL_CHECK;

/* The id of the bytes if they are there; false where not. */
bool tl_intern_find(struct tl_intern *in, uint64_t hash, const void *p, size_t n, uint32_t *ret_id);

uint32_t tl_intern_count(const struct tl_intern *in); /* all ids given are below this */

/* The bytes of an id that was given and not forgotten; valid until the next collection. */
struct tl_str tl_intern_get(const struct tl_intern *in, uint32_t id);

/* --- many at once: */

/* A cache of the words seen last, for one thread: so many lines of 64 bytes, each with a word of up
 * to 51 bytes; entries is brought to a power of two from 64 to 256. */
struct tl_intern_cache;
enum tl_status tl_intern_cache_new(size_t entries, struct tl_intern_cache **ret,
				   struct tl_err *err) TL_CHECK;
void tl_intern_cache_free(struct tl_intern_cache *cache); /* NULL is fine */

struct tl_intern_word {
	const uint8_t *p;
	uint32_t n;
	uint32_t id;   /* set: TL_INTERN_NONE where it is not known */
	uint64_t hash; /* set */
};

/* Looks up all words; returns the generation in which the ids were found.  Counted in tl/metrics.h. */
uint64_t tl_intern_look(struct tl_intern *in, struct tl_intern_cache *cache,
			struct tl_intern_word *word, size_t n);
uint64_t tl_intern_generation(const struct tl_intern *in); /* collections so far */

/* --- forgetting: */

void tl_intern_hold(struct tl_intern *in, uint32_t id); /* at most 2^32 - 1 times at once */
void tl_intern_drop(struct tl_intern *in, uint32_t id);
bool tl_intern_crowded(const struct tl_intern *in); /* 80 % of the ids are in use, or more */

/* Forgets the symbols that nobody holds.  *ids (freed by the caller; grown where needed) are theirs,
 * rising; *n is how many.  Waits until no other call is inside.  After TL_NOMEM, only
 * tl_intern_free may be called. */
enum tl_status tl_intern_collect(struct tl_intern *in, uint32_t **ids, size_t *cap, size_t *n,
				 struct tl_err *err) TL_CHECK;

struct tl_intern_sum {
	uint64_t live;      /* symbols known */
	uint64_t bytes;     /* of their strings */
	uint64_t memory;    /* bytes that the table takes */
	uint64_t forgotten; /* symbols, so far */
};
void tl_intern_sum(struct tl_intern *in, struct tl_intern_sum *ret);

#ifdef __cplusplus
}
#endif
#endif
