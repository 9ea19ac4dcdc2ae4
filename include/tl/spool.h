/* SPDX-License-Identifier: MIT */
/* spool: blocks put aside to be read again, in any order and as often as needed.
 *
 * A block's stored payload is compressed with lz4 where that makes it smaller, and put into a store:
 * in memory or in an unlinked temporary file, which never shows in an answer.
 * Threads: one that puts; any number that get what was put before, each with a scratch of its own.
 */
#ifndef TL_SPOOL_H
#define TL_SPOOL_H

#include <stddef.h>
#include <stdint.h>
#include <tl/block.h>
#include <tl/buf.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_spool;

/* share: bytes in memory, at most (tl/store.h); budget may be NULL. */
enum tl_status tl_spool_new(struct tl_budget *budget, uint64_t share, struct tl_spool **ret,
			    struct tl_err *err) TL_CHECK;

/* Puts a block aside; the first gets number 0, the next 1 ... */
enum tl_status tl_spool_put(struct tl_spool *s, const struct tl_block *block, struct tl_err *err)
	TL_CHECK;

/* The same; the payload is taken, block has other memory in its place, and a worker of pool compresses it.
 * The caller is worker 0 of pool, which is the same one each time.  tl_spool_settle comes before anything
 * is got. */
enum tl_status tl_spool_give(struct tl_spool *s, struct tl_pool *pool, struct tl_block *block,
			     struct tl_err *err) TL_CHECK;
enum tl_status tl_spool_settle(struct tl_spool *s, struct tl_err *err) TL_CHECK;

size_t tl_spool_count(const struct tl_spool *s);
const struct tl_block_head *tl_spool_head(const struct tl_spool *s, size_t i);

/* Block i again, opened and its columns decoded; the memory of ret and scratch is reused. */
enum tl_status tl_spool_get(const struct tl_spool *s, size_t i, struct tl_buf *scratch,
			    struct tl_block *ret, struct tl_err *err) TL_CHECK;

uint64_t tl_spool_bytes(const struct tl_spool *s);   /* held, in memory and on disk */
uint64_t tl_spool_spilled(const struct tl_spool *s); /* of them on disk */
void tl_spool_free(struct tl_spool *s);              /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
