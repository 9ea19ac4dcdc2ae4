/* SPDX-License-Identifier: MIT */
/* parts: the hits of one bucket of k-mers as CAND blocks, and those of all buckets read again.
 *
 * Nothing is decided in a bucket: its blocks hold every hit, counted by pair, strand and diagonal,
 * so that what is made of those of all buckets is what one process would have found.
 * Threads: worker 0 of the pool.
 */
#ifndef TL_PARTS_H
#define TL_PARTS_H

#include <stddef.h>
#include <stdint.h>
#include <tl/bank.h>
#include <tl/budget.h>
#include <tl/cand.h>
#include <tl/err.h>
#include <tl/pairs.h>
#include <tl/pool.h>
#include <tl/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the hits of pairs (behind tl_pairs_end), at least one block. */
enum tl_status tl_parts_write(struct tl_pairs *pairs, const struct tl_bank *bank,
			      const struct tl_cand_part *part, struct tl_writer *w,
			      struct tl_err *err) TL_CHECK;

/* What hits are read for. */
struct tl_parts_want {
	const struct tl_bank *bank;
	uint64_t how;           /* tl_sketch_sum */
	uint64_t part, parts;   /* only members in that share of the bank, from 0 */
	struct tl_pairs *pairs; /* gets them; the caller ends it */
};

/* Reads the streams named: all buckets, each once, in any order; else TL_DATA.  want is by
 * alphabet. */
enum tl_status tl_parts_read(struct tl_pool *pool, struct tl_budget *budget,
			     const char *const *names, size_t n,
			     const struct tl_parts_want want[2], struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
