/* SPDX-License-Identifier: MIT */
/* inflate: a byte source that undoes gzip, BGZF, zstd and lz4 where the content says so.
 *
 * Decided by the first bytes, never by the name; nothing is seeked or reopened.  All members or
 * frames of a file are one text; skippable frames of zstd and lz4 are passed over.  A BGZF file may
 * lack its empty last member and may go on in plain gzip.  Zeros behind the last gzip member are
 * accepted; other bytes behind the last member or frame, a check that does not fit and an early
 * end are TL_DATA with the byte offset in the compressed file.  bzip2, xz, lzip, compress, zip and
 * the old format of lz4 are recognised and refused with the pipe to use.
 * Memory: some hundred KiB; for BGZF up to 2 MiB for each of 2 x threads + 2 batches; for zstd and
 * lz4 the window or block that the frame asks for, of zstd at most 128 MiB.
 * Threads: one at a time; with a pool that one is a worker of it, as tl/lane.h says.
 */
#ifndef TL_INFLATE_H
#define TL_INFLATE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_inflate;

/* name is used in messages ("-" shown as "standard input") and copied; opens it with tl_io_open.
 * opt_pool: its workers inflate BGZF members in parallel; NULL: the caller does all. */
enum tl_status tl_inflate_open(const char *name, struct tl_pool *opt_pool, struct tl_inflate **ret,
			       struct tl_err *err) TL_CHECK;

/* Reads until n bytes of text are there or it ends; *ret_got < n only at the end of the text. */
enum tl_status tl_inflate_read(struct tl_inflate *src, void *p, size_t n, size_t *ret_got,
			       struct tl_err *err) TL_CHECK;

void tl_inflate_close(struct tl_inflate *src); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
