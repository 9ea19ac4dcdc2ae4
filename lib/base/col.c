/* SPDX-License-Identifier: MIT */
/* col: a column of byte strings. */
#include <tl/col.h>

#include <stdlib.h>

#include <tl/mem.h>

enum tl_status tl_col_end(struct tl_col *col, struct tl_err *err)
{
	if (col->bytes.len > UINT32_MAX)
		return tl_err_set(err, TL_INTERNAL, "a column of more than 4 GiB");
	enum tl_status st = tl_mem_grow(&col->end, &col->cap, col->n + 1, sizeof *col->end, err);
	if (st != TL_OK)
		return st;
	col->end[col->n++] = (uint32_t)col->bytes.len;
	return TL_OK;
}

enum tl_status tl_col_add(struct tl_col *col, const void *p, size_t n, struct tl_err *err)
{
	enum tl_status st = tl_buf_add(&col->bytes, p, n, err);
	return st == TL_OK ? tl_col_end(col, err) : st;
}

void tl_col_reset(struct tl_col *col)
{
	tl_buf_reset(&col->bytes);
	col->n = 0;
}

void tl_col_free(struct tl_col *col)
{
	tl_buf_free(&col->bytes);
	free(col->end);
	*col = (struct tl_col){0};
}
