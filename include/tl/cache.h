/* SPDX-License-Identifier: MIT */
/* cache: what was computed once, by a hash of what it was computed from, in an LMDB file that runs
 * share.
 *
 * Model: tl_cache_prepare looks through the file, or makes it; tl_cache_get looks into what it held
 * when it was opened; tl_cache_put keeps what is new; tl_cache_end counts, tl_cache_write writes what
 * is new, notes what was used, and lets go of entries beyond the size.
 * Damage: LMDB maps the file and believes what stands in it.  So tl_cache_prepare and tl_cache_write,
 * which follow every page, are for a process of their own, which a damaged file may end by a signal;
 * all the others come back whatever the file is, or becomes.  Every entry has a checksum over key and
 * value: one that is damaged is as if it were not there, and is counted.
 * A failure to write loses what is new and nothing else.
 * Several processes may use one file at a time.
 * Memory: what is new and what was used, in stores of the budget; the file is mapped.
 * Threads: get and put by each worker for itself; all else by one.
 */
#ifndef TL_CACHE_H
#define TL_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/hash.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_cache;

/* What goes first: what was not used for longest, what was used by the fewest runs, what came first.
 * Runs are what counts: of what one run used, or put, none goes before the other. */
enum tl_cache_evict { TL_CACHE_LRU, TL_CACHE_LFU, TL_CACHE_FIFO };

struct tl_cache_opts {
	const char *path;
	uint64_t size; /* bytes of the file's pages in use, at most, after tl_cache_write */
	enum tl_cache_evict evict;
	unsigned workers;
};

/* Looks through all pages of the file, or makes one where there is none.  TL_DATA: it is no cache, or a
 * damaged one, and stays as it is. */
enum tl_status tl_cache_prepare(const struct tl_cache_opts *opts, struct tl_err *err) TL_CHECK;

/* Opens a file that tl_cache_prepare found good. */
enum tl_status tl_cache_open(const struct tl_cache_opts *opts, struct tl_budget *budget,
			     struct tl_cache **ret, struct tl_err *err) TL_CHECK;

/* The value of a key, valid until the worker asks again; false where there is none. */
bool tl_cache_get(struct tl_cache *c, unsigned worker, struct tl_hash128 key, struct tl_str *ret);

enum tl_status tl_cache_put(struct tl_cache *c, unsigned worker, struct tl_hash128 key,
			    struct tl_str value, struct tl_err *err) TL_CHECK;

/* The value that tl_cache_get gave is no good after all. */
void tl_cache_refuse(struct tl_cache *c, unsigned worker);

struct tl_cache_sum {
	uint64_t hits, misses, damaged; /* damaged: of the misses */
	uint64_t put, evicted;
	uint64_t entries, bytes;        /* in the file now */
	bool lost;                      /* what is new could not be written, */
	char why[160];                  /* for this reason */
};

/* Closes the file and sets *ret_sum: what was found and put.  No gets and puts after it. */
void tl_cache_end(struct tl_cache *c, struct tl_cache_sum *ret_sum);

/* After tl_cache_end: writes, and completes the sum.  Left out after a failure of the run. */
void tl_cache_write(struct tl_cache *c, struct tl_cache_sum *sum);

void tl_cache_free(struct tl_cache *c); /* after tl_cache_end; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
