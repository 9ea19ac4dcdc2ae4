/* SPDX-License-Identifier: MIT */
/* seeds: candidate pairs of sequences that share k-mers.
 *
 * Linear in the number of sequences (Steinegger and Soeding, Nature Communications 2018): the
 * sketches of all sequences are grouped by k-mer, and in each group every member is paired with
 * the longest
 * (ties: smaller hash, then ordinal).  Seeds of one pair are gathered by diagonal.
 * A pair's band holds the densest cluster of its diagonals; its hits are those in the cluster.
 * Memory: 16 bytes for each seed and each pair of a seed.
 */
#ifndef TL_SEEDS_H
#define TL_SEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/bank.h>
#include <tl/err.h>
#include <tl/pair.h>
#include <tl/pool.h>
#include <tl/sketch.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_seeds {
	struct tl_pair *pair; /* [n] by member, then centre, then strand */
	size_t n;
	uint64_t seeds, groups;     /* sketched k-mers; those found more than once */
};

/* The candidate pairs among the sequences of a bank (fewer than 2^32). */
enum tl_status tl_seeds_find(struct tl_pool *pool, const struct tl_bank *bank,
			     const struct tl_sketch_params *params, struct tl_seeds *ret,
			     struct tl_err *err) TL_CHECK;

void tl_seeds_free(struct tl_seeds *seeds);

#ifdef __cplusplus
}
#endif
#endif
