/* SPDX-License-Identifier: MIT */
/* align_fill_row: one row of Gotoh's recurrence, many columns at a time.  Private to align. */
#ifndef ALIGN_FILL_ROW_H
#define ALIGN_FILL_ROW_H

#include <stddef.h>
#include <stdint.h>
#include <tl/cpu.h>

#define TL_FILL_NONE (INT32_MIN / 2)

/* How a cell was reached: two bits, and whether the gap that ends there began before. */
enum {
	TL_FILL_DIAGONAL = 0,
	TL_FILL_UP = 1,
	TL_FILL_LEFT = 2,
	TL_FILL_WAY = 3,
	TL_FILL_UP_GOES_ON = 4,
	TL_FILL_LEFT_GOES_ON = 8
};

/* Columns are counted from the row's first one. */
struct tl_fill_row {
	int32_t *score;      /* [columns] best scores: of the row above, then of this one */
	int32_t *up;         /* [columns] the same, where a gap of the row above goes on */
	int32_t *plain;      /* [columns] for the call: the best without a gap along the row */
	int32_t *left;       /* [columns] set: the best with one */
	const int8_t *pair;  /* [columns] what the row's letter scores with each column's */
	uint8_t *from;       /* [columns] TL_FILL_...: how each was reached */
	size_t columns;
	int32_t diagonal;    /* score of the row above before its first column */
	int32_t open, extend;
};

/* The gap's opening costs no less than its extension. */
void tl_align_fill_row(const struct tl_fill_row *row);
/* For tests: with an instruction set that the machine has. */
void tl_align_fill_row_isa(const struct tl_fill_row *row, enum tl_cpu_isa isa);

/* The best of these scores; none is below TL_FILL_NONE. */
int32_t tl_align_fill_row_best(const int32_t *score, size_t columns);

#endif
