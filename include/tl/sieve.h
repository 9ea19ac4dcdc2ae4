/* SPDX-License-Identifier: MIT */
/* sieve: which records of a stream that is being written are kept: by filter expression, length,
 * sample, shard, and only the first so many.
 *
 * Batches are marked in parallel, where all but a record's ordinal is known, then put in order.
 * What is kept goes to the writer as SEQS blocks.  A record in several pieces is decided as a
 * whole: its pieces are put aside (tl/spool.h) until that is possible.  Memory: a few batches for
 * each thread, and HELD bytes of such a record, beyond it a temporary file.
 * Threads: tl_sieve_mark may run in each worker of the pool at the same time, all else belongs to
 * the writer's thread.
 */
#ifndef TL_SIEVE_H
#define TL_SIEVE_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/batch.h>
#include <tl/err.h>
#include <tl/expr.h>
#include <tl/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_SIEVE_WHOLE 1000000 /* parts per million */

struct tl_sieve_opts {
	const struct tl_expr *opt_expr; /* the caller's */
	uint64_t min, max;              /* residues, both included */
	uint64_t head;                  /* keep so many at most */
	uint64_t share, seed;           /* sample: parts per million */
	uint64_t shard, shards;         /* keep ordinals that are shard modulo shards */
};

/* Keeps everything. */
#define TL_SIEVE_ALL                                                                               \
	((struct tl_sieve_opts){                                                                   \
		.max = UINT64_MAX, .head = UINT64_MAX, .share = TL_SIEVE_WHOLE, .shards = 1})

struct tl_sieve;

/* w stays the caller's; threads are those of its pool. */
enum tl_status tl_sieve_new(struct tl_writer *w, unsigned threads, const struct tl_sieve_opts *opts,
			    struct tl_sieve **ret, struct tl_err *err) TL_CHECK;

/* In a worker: judges the whole records of a batch; marks gets a byte for each entry. */
enum tl_status tl_sieve_mark(struct tl_sieve *s, const struct tl_batch *batch, struct tl_buf *marks,
			     unsigned worker, struct tl_err *err) TL_CHECK;

/* In order: the entries' ordinals are those in the batch and first together.  Batch and marks are
 * taken over, others of unspecified content are given back. */
enum tl_status tl_sieve_put(struct tl_sieve *s, struct tl_batch *batch, struct tl_buf *marks,
			    uint64_t first, struct tl_err *err) TL_CHECK;

/* Records decided so far. */
struct tl_sieve_sum {
	uint64_t kept, dropped;
};
void tl_sieve_sum(const struct tl_sieve *s, struct tl_sieve_sum *ret);

/* No further record can be kept (the first so many were). */
bool tl_sieve_full(const struct tl_sieve *s);

/* After the writer was ended or freed.  NULL is fine. */
void tl_sieve_free(struct tl_sieve *s);

/* Is the record of that ordinal in the sample, and in the shard? */
bool tl_sieve_chosen(const struct tl_sieve_opts *opts, uint64_t ordinal);

#ifdef __cplusplus
}
#endif
#endif
