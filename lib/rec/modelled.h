/* SPDX-License-Identifier: MIT */
/* modelled: columns of a payload through tl/predict.h: which model, and what it is told.  man
 * tl-stream(5) section 4.
 *
 * The lengths of headers are not coded beside their bytes: both make one text of lines, so that the
 * model sees where a header ends.  Threads: pure but for its arguments.
 */
#ifndef TL_MODELLED_H
#define TL_MODELLED_H

#include <stddef.h>
#include <stdint.h>

#include <tl/block.h>
#include <tl/err.h>

/* What the encoder knows of the next column; zeros at the start of a payload. */
struct tl_modelled {
	struct tl_buf next; /* its code, if it has bytes */
};

/* Encodes column i, which has bytes, into dst[0..room); *ret 0: it does not fit.  Columns are to be
 * encoded in order. */
enum tl_status tl_modelled_encode(struct tl_modelled *m, const struct tl_payload *payload, size_t i,
				  uint8_t *dst, size_t room, size_t *ret,
				  struct tl_err *err) TL_CHECK;

/* Decodes column i of a block (its codec is TL_CODEC_MODEL, all before it are decoded) into to, and
 * the next one behind it where both are coded as one; *ret_columns is 1 or 2.  TL_DATA. */
enum tl_status tl_modelled_decode(struct tl_block *block, size_t i, uint8_t *to,
				  size_t *ret_columns, struct tl_err *err) TL_CHECK;

#endif
