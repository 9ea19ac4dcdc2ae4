/* SPDX-License-Identifier: MIT */
/* inflate: a byte source that undoes gzip where the content says so.
 *
 * Decided by the first bytes, never by the name; nothing is seeked or reopened.  Multi-member gzip
 * is one text; zeros behind the last member are accepted, other bytes there, a wrong CRC or length
 * and a truncated member are TL_DATA with the byte offset in the compressed file.  bzip2, xz, zstd,
 * lz4, lzip, compress and zip are recognised and refused with the pipe to use (zstd, lz4 and BGZF in
 * parallel come later).
 * Uses ISA-L.  Threads: one at a time.
 */
#ifndef TL_INFLATE_H
#define TL_INFLATE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_inflate;

/* name is used in messages ("-" shown as "standard input") and copied; opens it with tl_io_open. */
enum tl_status tl_inflate_open(const char *name, struct tl_inflate **ret, struct tl_err *err)
	TL_CHECK;

/* Reads until n bytes of text are there or it ends; *ret_got < n only at the end of the text. */
enum tl_status tl_inflate_read(struct tl_inflate *in, void *p, size_t n, size_t *ret_got,
			       struct tl_err *err) TL_CHECK;

void tl_inflate_close(struct tl_inflate *in); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
