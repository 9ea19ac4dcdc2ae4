/* SPDX-License-Identifier: MIT */
/* column: the three shapes of columns that blocks share: numbers, bytes, strings.  man
 * tl-stream(5) section 4.
 *
 * A decoder asks tl_column_need for a column of numbers that is always there before it sets aside
 * room for n entries: so the room is justified by bytes that came.  Threads: pure but for their
 * arguments.
 */
#ifndef TL_COLUMN_H
#define TL_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include <tl/block.h>
#include <tl/col.h>
#include <tl/err.h>

/* Appends n numbers as varints. */
enum tl_status tl_column_add(struct tl_buf *buf, const uint64_t *v, size_t n,
			     struct tl_err *err) TL_CHECK;

/* Empties a column all of whose bytes are zero: it is left out then. */
void tl_column_trim(struct tl_buf *buf);

/* A column of n flags, left out where all are zero. */
enum tl_status tl_column_put_bytes(struct tl_payload *payload, uint32_t tag, const uint8_t *v,
				   size_t n, struct tl_err *err) TL_CHECK;

/* The two columns of n strings, left out where all are empty; col may have no items at all then. The
 * second lends the payload the bytes, which stay where they are. */
enum tl_status tl_column_put_strings(struct tl_payload *payload, uint32_t tag,
				     const struct tl_col *col, size_t n,
				     struct tl_err *err) TL_CHECK;
enum tl_status tl_column_lend_strings(struct tl_payload *payload, uint32_t tag,
				      const struct tl_col *col, size_t n,
				      struct tl_err *err) TL_CHECK;

/* Every column of the block has one of those tags, or one that may be passed over; TL_DATA. */
enum tl_status tl_column_known(const struct tl_block *block, const uint32_t *tags, size_t n,
			       struct tl_err *err) TL_CHECK;

/* The column has at least n bytes, so that n numbers may stand in it; TL_DATA. */
enum tl_status tl_column_need(const struct tl_block *block, uint32_t tag, size_t n,
			      struct tl_err *err) TL_CHECK;

/* Reads n numbers, or n bytes; zeros where the column is not there.  TL_DATA. */
enum tl_status tl_column_get_numbers(const struct tl_block *block, uint32_t tag, uint64_t *out,
				     size_t n, struct tl_err *err) TL_CHECK;
enum tl_status tl_column_get_bytes(const struct tl_block *block, uint32_t tag, uint8_t *out,
				   size_t n, struct tl_err *err) TL_CHECK;

/* Reads n strings into col (reset first).  TL_DATA. */
enum tl_status tl_column_get_strings(const struct tl_block *block, uint32_t tag, struct tl_col *col,
				     size_t n, struct tl_err *err) TL_CHECK;

#endif
