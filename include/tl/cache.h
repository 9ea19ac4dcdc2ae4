/* SPDX-License-Identifier: MIT */
/* cache: what was computed once, by a hash of what it was computed from, in an LMDB file that runs
 * share.
 *
 * Model: tl_cache_get looks into what the file held when it was opened; tl_cache_put keeps what is
 * new; tl_cache_close writes that, notes what was used, and lets go of entries beyond the size.
 * Every entry has a checksum over key and value: one that is damaged is as if it were not there,
 * and is counted.  A file that is no cache, or that LMDB finds broken, is TL_DATA when it is opened.
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
	uint64_t size; /* bytes of the file's pages in use, at most, after tl_cache_close */
	enum tl_cache_evict evict;
	unsigned workers;
};

/* Opens the file, or makes it. */
enum tl_status tl_cache_open(const struct tl_cache_opts *opts, struct tl_budget *budget,
			     struct tl_cache **ret, struct tl_err *err) TL_CHECK;

/* Looks through a file, all of its pages: false where it is damaged, if that does not end the process
 * by a signal.  A file that is not there is fine, and one that is no cache is left to tl_cache_open. */
bool tl_cache_walk(const char *path);

/* The value of a key, valid until tl_cache_close; false where there is none. */
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

/* Writes, and frees; NULL is fine, *ret is zeros then.  keep: false after a failure of the run,
 * nothing is written then. */
void tl_cache_close(struct tl_cache *c, bool keep, struct tl_cache_sum *ret);

#ifdef __cplusplus
}
#endif
#endif
