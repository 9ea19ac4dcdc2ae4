/* SPDX-License-Identifier: MIT */
/* buf: a growable run of bytes.
 *
 * Open struct: read data and len freely; change them only through these functions, or, after
 * tl_buf_reserve, by writing at data + len and adding to len.  TL_BUF_PAD bytes behind len may be
 * read and overwritten (whole SIMD vectors), their value is unspecified.
 * A struct of zeros is an empty buffer.  Threads: one at a time.
 */
#ifndef TL_BUF_H
#define TL_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_BUF_PAD 64
#define TL_BUF_ALIGN 64

struct tl_buf {
	uint8_t *data; /* NULL until something was reserved */
	size_t len;    /* bytes in use */
	size_t cap;    /* bytes there is room for, the pad not counted */
};

/* Room for more bytes behind len.  TL_NOMEM leaves the buffer as it was. */
enum tl_status tl_buf_reserve(struct tl_buf *buf, size_t more, struct tl_err *err) TL_CHECK;

/* The same, and where memory is taken for it data lies at a multiple of TL_BUF_ALIGN: for what
 * read(2) fills. */
enum tl_status tl_buf_reserve_aligned(struct tl_buf *buf, size_t more,
				      struct tl_err *err) TL_CHECK;

/* The same for bytes that are all written at once: where memory is taken for them it is made there
 * (tl_mem_touch). */
enum tl_status tl_buf_claim(struct tl_buf *buf, size_t more, struct tl_err *err) TL_CHECK;

/* Appends n bytes from p (which does not lie in buf), n equal bytes, or one varint. */
enum tl_status tl_buf_add(struct tl_buf *buf, const void *p, size_t n, struct tl_err *err) TL_CHECK;
enum tl_status tl_buf_fill(struct tl_buf *buf, uint8_t byte, size_t n, struct tl_err *err) TL_CHECK;
enum tl_status tl_buf_add_varint(struct tl_buf *buf, uint64_t v, struct tl_err *err) TL_CHECK;

void tl_buf_reset(struct tl_buf *buf); /* len = 0, memory kept */
void tl_buf_free(struct tl_buf *buf);  /* gives the memory back; the buffer is empty and usable */

#ifdef __cplusplus
}
#endif
#endif
