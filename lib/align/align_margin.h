/* SPDX-License-Identifier: MIT */
/* align_margin: how far from the diagonals of its corners the best alignment of a rectangle can go.
 *
 * Of nucleotides: a column of two equal plain letters scores `best', one with an odd letter nothing, any
 * other costs `mismatch'.  Pure, any thread.
 */
#ifndef ALIGN_MARGIN_H
#define ALIGN_MARGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/score.h>

/* What letters [byte & 31] are under a score. */
struct tl_align_margin_letters {
	uint32_t plain, odd; /* sets of them; what is in neither may score anything */
	int64_t best, mismatch, open, extend;
};

struct tl_align_margin_letters tl_align_margin_letters(const struct tl_score *score);

/* Of an alignment from corner to corner. */
struct tl_align_margin {
	bool simple;   /* none is better than `split' columns, a gap of what one side is longer, and the
			* rest */
	size_t split;
	size_t within; /* else the best one goes no more than so many diagonals beyond those of the
			* corners; SIZE_MAX: nothing is known */
};

/* Sides of n and m letters, both above 0. */
struct tl_align_margin tl_align_margin_of(const struct tl_align_margin_letters *letters,
					  const struct tl_score *score, const uint8_t *a, size_t n,
					  const uint8_t *b, size_t m);

#endif
