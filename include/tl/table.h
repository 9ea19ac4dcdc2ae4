/* SPDX-License-Identifier: MIT */
/* table: rows of one size, put one behind the other and read again by their number; in a store
 * (tl/store.h), so in memory up to a share of the budget and beyond it on disk.
 *
 * Who reads does it through a view of its own, which holds a piece of the table: more of it the longer
 * rows are asked for one behind the other, little where they are asked for here and there.
 * Threads: one that puts; any number of views that read what was put before.
 */
#ifndef TL_TABLE_H
#define TL_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/budget.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_table;

/* All zero is a view of nothing yet; it belongs to one table. */
struct tl_table_view {
	const uint8_t *row; /* rows [first, first + n) */
	uint64_t first;
	size_t n;
	struct tl_buf scratch;
};

/* Rows of size bytes; share as tl_store_new. */
enum tl_status tl_table_new(struct tl_budget *budget, uint64_t share, size_t size,
			    struct tl_table **ret, struct tl_err *err) TL_CHECK;

/* Appends a row.  Views are to be left before. */
enum tl_status tl_table_put(struct tl_table *t, const void *row, struct tl_err *err) TL_CHECK;

/* Row i, which is there; valid until the view is used again. */
enum tl_status tl_table_get(const struct tl_table *t, struct tl_table_view *view, uint64_t i,
			    const void **ret, struct tl_err *err) TL_CHECK;

void tl_table_leave(struct tl_table_view *view); /* frees what it holds; it is empty and usable */

uint64_t tl_table_count(const struct tl_table *t);
void tl_table_free(struct tl_table *t); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
