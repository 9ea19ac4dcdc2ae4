/* SPDX-License-Identifier: MIT */
/* align_kernel: what a kernel computes, and the table of a kernel's functions.
 *
 * A kernel advances a band of Smith-Waterman cells by some rows.  Row r of the call has the
 * columns col + r + k, k = 0 .. width-1, of a padded copy of b; h[k] and e[k] hold the row
 * before: the score H, and the score E that a gap consuming a brings to the next row at the same
 * column, that is at k - 1.  Scores at or below 0 are all the same to a local alignment, so E is
 * kept at 0 where it would be lower (16-bit lanes).  Lanes are int16_t in rows16 and int32_t in
 * rows32; 16-bit results count only while best stays below tl_align_kernel_limit.
 *
 * rows8 does a whole band at once, in lanes of int8_t that stand for scores from shift on (row r's
 * shift is shift[r / TL_ALIGN_BLOCK]): lane + 128 + shift.  A score below shift is taken for shift.  So no
 * score is too low, and those that came from one raised so are too high.  An alignment that is
 * traced back to a score of 0 has no such cell on its way, so its score is true; and as no true
 * score is higher than best, it is the best one, and the same as in wider lanes: of the cells of
 * that score the first, as each true one is among them, and each step back the same, as a raised
 * cell that explains one too leads to where nothing does (so do the bits of `straight', which may be
 * wrong where a sum saturates).  Then it is to be done in wider lanes.
 */
#ifndef ALIGN_KERNEL_H
#define ALIGN_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/score.h>

#define TL_ALIGN_ROWS_MAX 16384 /* rows of one call: their numbers must fit a lane */
#define TL_ALIGN_STEP 32        /* band widths are multiples of it: the widest vector */
#define TL_ALIGN_BLOCK 8        /* rows of rows8 with one shift */
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
	int32_t *shift;       /* rows8 only: [rows / TL_ALIGN_BLOCK, rounded up], is set */
	uint8_t *straight;    /* rows8 only: [rows][width / 8], a bit for each lane is set, the lowest
			       * first: the diagonal explains the cell */
	int64_t best;         /* in: the best score so far; out: the best now */
	int64_t best_row;     /* out: the first row that reached best, -1 where best is as it was */
};

struct tl_align_kernel {
	const char *name;
	void (*rows8)(struct tl_align_rows *job); /* h, e and best are not read, keep not NULL; or NULL */
	/* The same for two bands of the same scores: as one waits for its own rows only, narrow ones of
	 * the same width are done in little more time than one.  NULL with rows8. */
	void (*pair8)(struct tl_align_rows *one, struct tl_align_rows *two);
	void (*rows16)(struct tl_align_rows *job);
	void (*rows32)(struct tl_align_rows *job);
};

extern const struct tl_align_kernel tl_align_kernel_scalar;
#if defined(__x86_64__) || defined(__i386__)
#define TL_ALIGN_X86 1
extern const struct tl_align_kernel tl_align_kernel_sse41;
extern const struct tl_align_kernel tl_align_kernel_avx2;
extern const struct tl_align_kernel tl_align_kernel_avx512;
#elif defined(__aarch64__)
#define TL_ALIGN_NEON 1
extern const struct tl_align_kernel tl_align_kernel_neon;
#endif

/* A residue of b as kernels read it: the low four bits of its code, and bit 7 where the code is
 * 16 or more, so that one byte shuffle looks up half of a score row and gives 0 for the other
 * half. */
static inline uint8_t tl_align_kernel_code(uint8_t residue)
{
	return (uint8_t)((residue & 15) | (residue & 16) << 3);
}

/* Lanes of 8 bits are at most this where a block begins, so that they stay below 128 with what the
 * block can add and a prefix maximum over a vector does. */
static inline int tl_align_kernel_aim(const struct tl_score *score)
{
	return (int)(INT8_MAX - TL_ALIGN_BLOCK * (int64_t)score->best -
		     (TL_ALIGN_STEP - 1) * (int64_t)score->extend);
}

/* Whether 8 bits are of use: at least half the lanes' range is below what they aim at. */
static inline bool tl_align_kernel_small(const struct tl_score *score)
{
	return TL_ALIGN_BLOCK * (int64_t)score->best + TL_ALIGN_STEP * (int64_t)score->extend < 128 &&
	       score->open + TL_ALIGN_STEP * (int64_t)score->extend < 128;
}

/* Best scores from here on may have been cut off by 16-bit lanes. */
static inline int64_t tl_align_kernel_limit(const struct tl_score *score)
{
	return INT16_MAX - score->best - (int64_t)TL_ALIGN_STEP * score->extend - score->open;
}

#endif
