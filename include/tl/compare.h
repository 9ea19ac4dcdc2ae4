/* SPDX-License-Identifier: MIT */
/* compare: candidate pairs aligned in parallel, those that meet the criterion given as edges in
 * order.
 *
 * Threads: called by worker 0 of the pool.
 */
#ifndef TL_COMPARE_H
#define TL_COMPARE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>
#include <tl/bank.h>
#include <tl/cache.h>
#include <tl/edge.h>
#include <tl/err.h>
#include <tl/link.h>
#include <tl/pair.h>
#include <tl/pool.h>
#include <tl/score.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_compare_strand { TL_COMPARE_BOTH, TL_COMPARE_PLUS, TL_COMPARE_MINUS };

struct tl_compare_params {
	enum tl_alphabet alphabet;
	struct tl_link_criterion criterion;
	uint64_t max_cells; /* of one alignment; a pair that needs more is not aligned */
	const struct tl_score *opt_score; /* else those of the alphabet */
	struct tl_cache *opt_cache;       /* for as many workers as the pool has */
	enum tl_compare_strand strand;    /* of the centre; nucleotides */
	bool approx;                      /* the first alignment that meets the criterion counts:
					   * along a diagonal, or in the first band */
	bool thorough;                    /* what is measured to lose few links is done all the same */
	uint64_t least_width, most_width; /* diagonals of a band: the first one, any one; 0: as
					   * is usual, no limit */
};

struct tl_compare_sum {
	uint64_t pairs;     /* looked at */
	uint64_t recalled;  /* of them, known from the cache */
	uint64_t screened;  /* of them, not aligned: nothing is alike about the k-mer they share */
	uint64_t widened;   /* of them, again in a wider band, to prove it */
	uint64_t edges;     /* of them, meeting the criterion */
	uint64_t cells;     /* computed by the aligner */
	uint64_t too_large; /* pairs that were not aligned */
	uint64_t unproven;  /* aligned in a band that is not proven to hold the best alignment */
};

/* Takes edges over; the struct at the pointer is left empty. */
typedef enum tl_status (*tl_compare_emit)(void *ctx, struct tl_edges *edges, struct tl_err *err);

/* source gives the pairs, by member.  Of both strands of a pair the better alignment
 * counts. emit is called with some edges at a time, in the order of pairs.  opt_large [bank->n],
 * where given, is set to 1 for sequences in a pair that was too large. */
enum tl_status tl_compare_pairs(struct tl_pool *pool, const struct tl_bank *bank,
				const struct tl_pair_source *source,
				const struct tl_compare_params *params, uint8_t *opt_large,
				tl_compare_emit emit, void *ctx, struct tl_compare_sum *ret,
				struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
