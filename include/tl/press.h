/* SPDX-License-Identifier: MIT */
/* press: text that is compressed on its way to an output, in parallel.
 *
 * The text is cut into chunks of a fixed size, which workers of a pool compress side by side; so the
 * bytes depend on format and level alone, never on the number of threads.
 *   gz    one member of gzip (RFC 1952), by zlib; a chunk is primed with the end of the one before
 *         it and ends at a byte, as pigz does.
 *   bgzf  BGZF (SAM specification, section 4.1) by libdeflate, with the empty block at its end.
 *   zstd  a Zstandard frame (RFC 8878) a chunk, with content size and checksum.
 * Threads: it belongs to the thread that is worker 0 of the pool.
 */
#ifndef TL_PRESS_H
#define TL_PRESS_H

#include <stddef.h>
#include <tl/err.h>
#include <tl/out.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_press_format { TL_PRESS_NONE, TL_PRESS_GZ, TL_PRESS_BGZF, TL_PRESS_ZSTD };

struct tl_press_how {
	enum tl_press_format format;
	int level; /* gz 1 to 9, bgzf 1 to 12, zstd 1 to 19 */
};

/* "gz", "bgzf:9", "zstd:3"; TL_USAGE with what is allowed.  Without a level it is 6, 6 and 3. */
enum tl_status tl_press_parse(const char *text, struct tl_press_how *ret, struct tl_err *err)
	TL_CHECK;

struct tl_press;

/* pool and out stay the caller's. */
enum tl_status tl_press_open(struct tl_pool *pool, struct tl_out *out,
			     const struct tl_press_how *how, struct tl_press **ret,
			     struct tl_err *err) TL_CHECK;

enum tl_status tl_press_put(struct tl_press *press, const void *p, size_t n, struct tl_err *err)
	TL_CHECK;

/* Compresses and writes all that was put, and the end of the format; once. */
enum tl_status tl_press_end(struct tl_press *press, struct tl_err *err) TL_CHECK;

void tl_press_free(struct tl_press *press); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
