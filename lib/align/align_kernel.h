/* SPDX-License-Identifier: MIT */
/* align_kernel: what a kernel computes, and the table of a kernel's functions.
 *
 * A kernel advances a band of Smith-Waterman cells by some rows.  Row r of the call has the
 * columns col + r + k, k = 0 .. width-1, of a padded copy of b; h[k] and e[k] hold the row
 * before: the score H, and the score E that a gap consuming a brings to the next row at the same
 * column, that is at k - 1.  Scores at or below 0 are all the same to a local alignment, so E is
 * kept at 0 where it would be lower (16-bit lanes).  Lanes are int16_t in rows16 and int32_t in
 * rows32; 16-bit results count only while best stays below tl_align_kernel_limit.
 */
#ifndef ALIGN_KERNEL_H
#define ALIGN_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <tl/score.h>

#define TL_ALIGN_ROWS_MAX 16384 /* rows of one call: their numbers must fit a lane */
#define TL_ALIGN_STEP 32        /* band widths are multiples of it: the widest vector */
#define TL_ALIGN_PAD 64         /* bytes behind h, e, keep rows and codes that may be read */

struct tl_align_rows {
	const struct tl_score *score;
	const uint8_t *a;     /* [rows]: the residues of these rows */
	size_t rows;          /* at most TL_ALIGN_ROWS_MAX */
	const uint8_t *codes; /* column 0 of b, see tl_align_kernel_code; readable from col on */
	int64_t col;          /* the column of k = 0 in the first row; may be negative */
	int64_t b_len;        /* columns from here on are padding */
	size_t width;         /* of the band, a multiple of TL_ALIGN_STEP */
	void *h, *e;          /* [width + 1 vector] lanes; all zero before the first row */
	void *keep;           /* NULL, or [rows][width] lanes that receive H */
	int64_t best;         /* in: the best score so far; out: the best now */
	int64_t best_row;     /* out: the first row that reached best, -1 where best is as it was */
};

struct tl_align_kernel {
	const char *name;
	void (*rows16)(struct tl_align_rows *job);
	void (*rows32)(struct tl_align_rows *job);
};

extern const struct tl_align_kernel tl_align_kernel_scalar;
#if defined(__x86_64__) || defined(__i386__)
#define TL_ALIGN_X86 1
extern const struct tl_align_kernel tl_align_kernel_sse41;
extern const struct tl_align_kernel tl_align_kernel_avx2;
extern const struct tl_align_kernel tl_align_kernel_avx512;
#endif

/* A residue of b as kernels read it: the low four bits of its code, and bit 7 where the code is
 * 16 or more, so that one byte shuffle looks up half of a score row and gives 0 for the other
 * half. */
static inline uint8_t tl_align_kernel_code(uint8_t residue)
{
	return (uint8_t)((residue & 15) | (residue & 16) << 3);
}

/* Best scores from here on may have been cut off by 16-bit lanes. */
static inline int64_t tl_align_kernel_limit(const struct tl_score *score)
{
	return INT16_MAX - score->best - (int64_t)TL_ALIGN_STEP * score->extend - score->open;
}

#endif
