/* SPDX-License-Identifier: MIT */
/* col: a column of byte strings, one behind the other.
 *
 * Item i is bytes.data[end[i-1] .. end[i]), with end[-1] taken as 0.  Open struct, read freely.
 * A struct of zeros is an empty column.  A column holds less than 4 GiB.  Threads: one at a time.
 */
#ifndef TL_COL_H
#define TL_COL_H

#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_col {
	struct tl_buf bytes;
	uint32_t *end; /* [n]: offset behind item i */
	size_t n, cap; /* items, and items there is room for */
};

/* A string in a column or elsewhere; not owned. */
struct tl_str {
	const uint8_t *p;
	size_t n;
};

/* Appends an item of n bytes. */
enum tl_status tl_col_add(struct tl_col *col, const void *p, size_t n, struct tl_err *err) TL_CHECK;

/* Ends the item made of all bytes that were appended to col->bytes since the last end. */
enum tl_status tl_col_end(struct tl_col *col, struct tl_err *err) TL_CHECK;

void tl_col_reset(struct tl_col *col); /* no items, memory kept */
void tl_col_free(struct tl_col *col);  /* gives the memory back; empty and usable */

static inline struct tl_str tl_col_get(const struct tl_col *col, size_t i)
{
	uint32_t from = i ? col->end[i - 1] : 0;
	/* A column of empty items may have no bytes at all: no offset from NULL then. */
	struct tl_str s = {from ? col->bytes.data + from : col->bytes.data, col->end[i] - from};
	return s;
}

#ifdef __cplusplus
}
#endif
#endif
