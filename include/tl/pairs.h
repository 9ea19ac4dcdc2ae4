/* SPDX-License-Identifier: MIT */
/* pairs: hits, what single k-mers say of two sequences, gathered into candidate pairs.
 *
 * Model: hits are put in any order (tl_pairs_put); tl_pairs_end; then either the pairs are read,
 * member by member (tl_pairs_next), or the hits themselves, those that are alike counted
 * (tl_pairs_hit).  A pair's band holds the densest cluster of its diagonals; its hits are those in
 * the cluster.  Both depend only on which hits were put, not on their order: so hits that were
 * found in several processes give the same pairs as those of one.
 * Memory: a share of the budget, 16 bytes a hit, which spills.
 * Threads: tl_pairs_put by each worker for itself; all else by worker 0 of the pool, whose workers gather
 * the pairs of some thousand hits each where none has spilled.
 */
#ifndef TL_PAIRS_H
#define TL_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/pair.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_pairs;

/* A k-mer that two sequences share, or `times` of them on one diagonal. */
struct tl_pairs_hit {
	uint32_t member, centre; /* as in tl_pair */
	int64_t diagonal;        /* between -2^32 and 2^32 */
	uint64_t times;
	bool minus;
};

/* centres: of a member's pairs so many are kept, those with most hits.  budget may be NULL. */
enum tl_status tl_pairs_new(struct tl_pool *pool, struct tl_budget *budget, unsigned centres,
			    struct tl_pairs **ret, struct tl_err *err) TL_CHECK;

enum tl_status tl_pairs_put(struct tl_pairs *p, unsigned worker, const struct tl_pairs_hit *hit,
			    struct tl_err *err) TL_CHECK;

/* Nothing more is put. */
enum tl_status tl_pairs_end(struct tl_pairs *p, struct tl_err *err) TL_CHECK;

uint64_t tl_pairs_count(const struct tl_pairs *p); /* hits put */

/* The pairs of the next member: by centre, then strand; *ret_n 0 behind the last one.  They are
 * valid until the next call.  As a tl_pair_source: {tl_pairs_next, pairs}. */
enum tl_status tl_pairs_next(void *pairs, const struct tl_pair **ret, size_t *ret_n,
			     struct tl_err *err) TL_CHECK;

/* The next hits that are alike, by member, centre, strand and diagonal; times is 0 behind the last
 * ones. */
enum tl_status tl_pairs_hit(struct tl_pairs *p, struct tl_pairs_hit *ret, struct tl_err *err)
	TL_CHECK;

void tl_pairs_free(struct tl_pairs *p); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
