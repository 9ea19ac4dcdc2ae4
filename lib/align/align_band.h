/* SPDX-License-Identifier: MIT */
/* align_band: a workspace, and the forward pass of a kernel over one band.
 *
 * The rows first .. end-1 of the band meet the matrix; they are done in stretches of `stretch`
 * rows.  Before each stretch the state (H and E of the row before) is copied to marks, so that
 * trace can have any stretch done again with all its H kept.  Where the rows are few there is one
 * stretch, kept at once.
 */
#ifndef ALIGN_BAND_H
#define ALIGN_BAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/align.h>
#include <tl/cpu.h>

#include "align_chain.h"
#include "align_kernel.h"

/* Memory that grows and keeps nothing; p is aligned to 64 bytes. */
struct tl_align_room {
	uint8_t *base;
	size_t cap;
	uint8_t *p;
};

struct tl_align {
	const struct tl_score *score;
	const struct tl_align_kernel *kernel;
	int32_t top[32]; /* the best score of a residue with any other, see align_bound */

	/* The pair and the band in hand. */
	const uint8_t *a, *b;
	size_t a_len, b_len;
	int64_t lo;        /* diagonal of k = 0 */
	size_t width;
	size_t first, end; /* rows; none where first == end */
	size_t lane;       /* bytes of one: 1, 2 or 4 */
	bool bytes;        /* one is enough, if the path is found */
	size_t stretch;
	struct tl_align_kept {
		size_t first, end; /* rows; none where equal */
		uint8_t *p;        /* their H */
	} kept[2];                 /* of an even and an odd stretch */
	int64_t best, best_row;

	struct tl_align_room codes, state, marks, keep, shift, straight;
	struct tl_align_chain chain;
	uint64_t *runs; /* of the trace, last one first */
	size_t runs_cap;
};

/* The same as tl_align_new with a given kernel; TL_INTERNAL where it is not compiled in. */
enum tl_status tl_align_new_isa(const struct tl_score *score, enum tl_cpu_isa isa,
				struct tl_align **ret, struct tl_err *err) TL_CHECK;

/* Sets lo, width, first and end from diagonals [lo, hi], clipped to the matrix and rounded up
 * about their middle.  Returns the cells, UINT64_MAX where the number overflows. */
uint64_t tl_align_band_plan(struct tl_align *ws, int64_t lo, int64_t hi);

/* Computes the planned band: best and best_row (-1: no score above 0), with marks.  ws->bytes: in
 * lanes of one byte where it fits; best may then be too high, see align_kernel.h. */
enum tl_status tl_align_band_run(struct tl_align *ws, struct tl_err *err) TL_CHECK;

/* Two of them, of the same scores, on the same kernel: faster than one after the other. */
enum tl_status tl_align_band_run_two(struct tl_align *x, struct tl_align *y, struct tl_err *err)
	TL_CHECK;

/* The stretch with this row, its H kept up to best_row at least; the one fetched before stays if
 * it is a neighbour.  row is in [first, best_row]. */
const struct tl_align_kept *tl_align_band_fetch(struct tl_align *ws, size_t row);

/* The smallest column of best_row with the best score; fetches. */
size_t tl_align_band_column(struct tl_align *ws);

void tl_align_band_free(struct tl_align *ws); /* the rooms */

/* H in lane k of a row that is kept. */
static inline int64_t tl_align_band_get(const struct tl_align *ws, const struct tl_align_kept *kept,
					size_t row, size_t k)
{
	const size_t at = (row - kept->first) * ws->width + k;
	if (ws->lane == 1) {
		const int32_t *shift = (const int32_t *)(const void *)ws->shift.p;
		return ((const int8_t *)kept->p)[at] + 128 +
		       shift[(row - ws->first) / TL_ALIGN_BLOCK];
	}
	const void *p = kept->p;
	return ws->lane == 4 ? ((const int32_t *)p)[at] : ((const int16_t *)p)[at];
}

#endif
