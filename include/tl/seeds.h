/* SPDX-License-Identifier: MIT */
/* seeds: candidate pairs of sequences that share k-mers.
 *
 * Linear in the number of sequences (Steinegger and Soeding, Nature Communications 2018): the
 * sketches of all sequences are grouped by k-mer, and in each group every member is paired with
 * the longest (ties: smaller hash, then ordinal).  What
 * that says of pairs is gathered by tl/pairs.h.
 * Memory: four bytes a sequence, and a share of the budget: a filter of k-mers that were seen
 * twice, and the seeds and hits that pass it, 16 bytes each, which spill.
 * Threads: called by worker 0 of the pool.
 */
#ifndef TL_SEEDS_H
#define TL_SEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/bank.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/pairs.h>
#include <tl/pool.h>
#include <tl/sketch.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_seeds_sum {
	uint64_t seeds, groups; /* sketched k-mers; those found more than once */
	uint64_t hits;          /* members of groups paired with their centres */
};

/* Finds the pairs among the sequences of a bank (fewer than 2^32), as tl_pairs_end leaves them.
 * budget may be NULL. */
enum tl_status tl_seeds_find(struct tl_pool *pool, struct tl_budget *budget,
			     const struct tl_bank *bank, const struct tl_sketch_params *params,
			     struct tl_pairs **ret, struct tl_seeds_sum *ret_sum,
			     struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
