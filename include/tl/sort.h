/* SPDX-License-Identifier: MIT */
/* sort: records of a fixed size in order, in memory or, beyond a share of the budget, on disk.
 *
 * Model: every worker puts records into a buffer of its own; a buffer for which there is no more
 * memory is sorted (tl/radix.h) and becomes a run in an unlinked temporary file, in blocks that are
 * compressed with lz4 where that makes them smaller.  tl_sort_end sorts what is left; then passes
 * over all records, or over ranges of their first word, merge the runs with a loser tree (Knuth,
 * The Art of Computer Programming 3, section 5.4.1).  Several passes over different ranges may go
 * on at a time.  The order is total, so that neither workers nor memory show in it.
 * Threads: tl_sort_put by each worker for itself; a pass belongs to one thread; all else to one.
 */
#ifndef TL_SORT_H
#define TL_SORT_H

#include <stddef.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_sort;
struct tl_sort_pass;

/* Records of 2, 3, 4 or 6 words, ordered by all of them, the first one first.  share: bytes of all
 * buffers together. */
enum tl_status tl_sort_new(struct tl_pool *pool, struct tl_budget *budget, uint64_t share,
			   unsigned words, struct tl_sort **ret, struct tl_err *err) TL_CHECK;

/* Takes a record in; worker is the caller's number in the pool. */
enum tl_status tl_sort_put(struct tl_sort *s, unsigned worker, const uint64_t *record,
			   struct tl_err *err) TL_CHECK;

/* Nothing more is put. */
enum tl_status tl_sort_end(struct tl_sort *s, struct tl_err *err) TL_CHECK;

uint64_t tl_sort_count(const struct tl_sort *s);   /* records put */
uint64_t tl_sort_spilled(const struct tl_sort *s); /* bytes in the temporary file */

/* Cuts the values of the first word into ranges of about as many records each: range i begins with
 * ret[i], ret[0] is 0; some may be empty. */
void tl_sort_cut(const struct tl_sort *s, size_t ranges, uint64_t *ret);

/* A pass over the records whose first word is in [from, to], behind tl_sort_end. */
enum tl_status tl_sort_open(const struct tl_sort *s, uint64_t from, uint64_t to,
			    struct tl_sort_pass **ret, struct tl_err *err) TL_CHECK;

/* The next record, valid until the next call; NULL in *ret behind the last one. */
enum tl_status tl_sort_next(struct tl_sort_pass *p, const uint64_t **ret, struct tl_err *err)
	TL_CHECK;

void tl_sort_close(struct tl_sort_pass *p); /* NULL is fine */
void tl_sort_free(struct tl_sort *s);       /* after its passes; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
