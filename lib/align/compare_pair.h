/* SPDX-License-Identifier: MIT */
/* compare_pair: one candidate pair aligned: what is tried first, and what is proven. */
#ifndef COMPARE_PAIR_H
#define COMPARE_PAIR_H

#include <tl/align.h>
#include <tl/compare.h>

/* What a worker aligns with; zeros but for ws. */
struct tl_compare_bench {
	struct tl_align *ws;
	struct tl_align_path path, other; /* other: the second strand */
	struct tl_buf turned;             /* the reverse complement of a centre */
	struct tl_compare_sum sum;        /* counted up: all but edges */
};

struct tl_compare_set {
	const struct tl_bank *bank;
	const struct tl_compare_params *params;
	const struct tl_score *score;
	uint32_t *odd; /* [bank->n] residues that do not score score->best with themselves */
};

/* Aligns the pair on its strand into path; *ret_b is what the centre was taken as, bench's or the
 * bank's.  path->too_large: it was not aligned. */
enum tl_status tl_compare_pair_align(const struct tl_compare_set *set,
				     struct tl_compare_bench *bench, const struct tl_pair *p,
				     struct tl_align_path *path, struct tl_str *ret_b,
				     struct tl_err *err) TL_CHECK;

#endif
