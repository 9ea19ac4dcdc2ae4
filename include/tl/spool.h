/* SPDX-License-Identifier: MIT */
/* spool: blocks put aside to be read again, in any order and as often as needed.
 *
 * A block's stored payload is compressed with lz4 where that makes it smaller, and put into a store:
 * in memory or in an unlinked temporary file, which never shows in an answer.
 * Threads: one at a time.
 */
#ifndef TL_SPOOL_H
#define TL_SPOOL_H

#include <stddef.h>
#include <stdint.h>
#include <tl/block.h>
#include <tl/budget.h>
#include <tl/err.h>

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

size_t tl_spool_count(const struct tl_spool *s);
const struct tl_block_head *tl_spool_head(const struct tl_spool *s, size_t i);

/* Block i again, opened and its columns decoded; ret's memory is reused. */
enum tl_status tl_spool_get(struct tl_spool *s, size_t i, struct tl_block *ret, struct tl_err *err)
	TL_CHECK;

uint64_t tl_spool_bytes(const struct tl_spool *s);   /* held, in memory and on disk */
uint64_t tl_spool_spilled(const struct tl_spool *s); /* of them on disk */
void tl_spool_free(struct tl_spool *s);              /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
