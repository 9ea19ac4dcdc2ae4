/* SPDX-License-Identifier: MIT */
/* align_fill: the exact alignment of what lies between two anchors, or behind the last. */
#ifndef ALIGN_FILL_H
#define ALIGN_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/cigar.h>
#include <tl/err.h>
#include <tl/score.h>

/* Memory that is kept over calls. */
struct tl_align_fill {
	int32_t *h, *e;        /* [columns + 1] of one row */
	int32_t *plain, *left; /* [columns + 1] of one row, for align_fill_row */
	int8_t *pair;          /* [letters][columns + 1] what a letter of a scores with those of b */
	uint8_t *from;         /* how each cell was reached, row behind row */
	size_t *row, *col;     /* [rows + 1] where a row begins in from, and with which column */
	size_t h_cap, e_cap, plain_cap, left_cap, pair_cap, from_cap, row_cap, col_cap;
	uint64_t *runs; /* length << 2 | op, in the order of the sequences */
	uint64_t *back; /* of one alignment, last one first */
	size_t n_runs, runs_cap, back_cap;
	uint64_t cells; /* done in all */
};

/* Two stretches read from p[0] on, upwards or (down) downwards. */
struct tl_align_span {
	const uint8_t *a, *b;
	size_t n, m;
	bool down;
};

/* Appends a run, merged with the last one where that has the same op. */
enum tl_status tl_align_fill_put(struct tl_align_fill *f, enum tl_cigar_op op, uint64_t len,
				 struct tl_err *err) TL_CHECK;

/* Appends the runs of a and b without gaps, n residues of each. */
enum tl_status tl_align_fill_straight(struct tl_align_fill *f, const uint8_t *a, const uint8_t *b,
				      size_t n, struct tl_err *err) TL_CHECK;

/* Appends the best alignment of both spans from corner to corner (Gotoh, JMB 1982) that keeps
 * within `margin` diagonals of those of the corners; upwards only. */
enum tl_status tl_align_fill_between(struct tl_align_fill *f, const struct tl_score *score,
				     const struct tl_align_span *s, size_t margin,
				     struct tl_err *err) TL_CHECK;

/* Appends the best alignment that begins where the spans do and ends anywhere, given up where all
 * of a row score `drop` less than the best; of spans read downwards in the order of the
 * sequences.  Returns in *ret_n and *ret_m how far it goes. */
enum tl_status tl_align_fill_beyond(struct tl_align_fill *f, const struct tl_score *score,
				    const struct tl_align_span *s, int32_t drop, size_t *ret_n,
				    size_t *ret_m, struct tl_err *err) TL_CHECK;

void tl_align_fill_free(struct tl_align_fill *f);

#endif
