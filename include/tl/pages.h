/* SPDX-License-Identifier: MIT */
/* pages: the batches of records that a spool holds, decoded when they are asked for.
 *
 * A few stay decoded: as each kind of block has its ordinals rising, that serves who goes through
 * records by ordinal.  With a pool, blocks of the kind asked for that stand behind it are decoded at the
 * same time, by other workers.  Memory: up to 24 MiB, or four blocks.  Threads: one, worker 0 of the pool.
 */
#ifndef TL_PAGES_H
#define TL_PAGES_H

#include <stdint.h>
#include <tl/batch.h>
#include <tl/err.h>
#include <tl/pool.h>
#include <tl/spool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_pages;

/* shift: [blocks of the spool] what is added to their ordinals.  All stay the caller's. */
enum tl_status tl_pages_new(struct tl_pool *opt_pool, const struct tl_spool *spool,
			    const uint64_t *shift, struct tl_pages **ret, struct tl_err *err) TL_CHECK;

/* The batch of a block; valid until another is asked for. */
enum tl_status tl_pages_get(struct tl_pages *p, uint32_t block, const struct tl_batch **ret,
			    struct tl_err *err) TL_CHECK;

/* From an entry of a batch to the next one of its kind, which may be in a later block: where the
 * next piece of a record is. */
enum tl_status tl_pages_next(struct tl_pages *p, uint32_t *block, uint32_t *entry,
			     const struct tl_batch **batch, struct tl_err *err) TL_CHECK;

void tl_pages_free(struct tl_pages *p); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
