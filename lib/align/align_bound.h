/* SPDX-License-Identifier: MIT */
/* align_bound: how well an alignment outside a band could score at most. */
#ifndef ALIGN_BOUND_H
#define ALIGN_BOUND_H

#include <stddef.h>
#include <stdint.h>
#include <tl/score.h>

/* A pair of sequences with what bounds need. */
struct tl_align_bound {
	const int32_t *top; /* [32], from tl_align_bound_tops */
	int64_t open;
	const uint8_t *a, *b;
	size_t a_len, b_len;
	int64_t total_a, total_b; /* sums of top over a and b */
};

/* top[code] = the best score of a residue with any other, 0 where that is negative. */
void tl_align_bound_tops(const struct tl_score *score, int32_t top[32]);

/* The pair, its totals summed up; top and the sequences are not copied. */
struct tl_align_bound tl_align_bound_pair(const int32_t *top, int64_t open, const uint8_t *a,
					  size_t a_len, const uint8_t *b, size_t b_len);

/* An upper bound for alignments with a cell on a diagonal j - i above hi; 0 where there is none. */
int64_t tl_align_bound_above(const struct tl_align_bound *pair, int64_t hi);

/* The smallest hi whose tl_align_bound_above is at most best; where any is, far below the
 * matrix. */
int64_t tl_align_bound_need(const struct tl_align_bound *pair, int64_t best);

/* The pair with a and b exchanged: its diagonals above -lo are the pair's below lo. */
struct tl_align_bound tl_align_bound_turn(const struct tl_align_bound *pair);

#endif
