/* SPDX-License-Identifier: MIT */
/* mem: checked allocation of arrays.
 *
 * All sizes are in items; products are checked for overflow.  Memory comes from malloc(3) and goes
 * back with free(3) or tl_mem_free.  Threads: as malloc.
 */
#ifndef TL_MEM_H
#define TL_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for count items of size bytes, unset; the caller frees.  A count of 0 gives one byte.
 * NULL, with TL_NOMEM in err, where there is none. */
void *tl_mem_alloc(size_t count, size_t size, struct tl_err *err) TL_CHECK;

/* The same, all bytes zero. */
void *tl_mem_zalloc(size_t count, size_t size, struct tl_err *err) TL_CHECK;

/* Makes *array (may point to NULL) hold at least need items; *cap is its capacity in items, which
 * at least grows by half so that appending is linear.  On TL_NOMEM both are unchanged. */
enum tl_status tl_mem_grow(void *array, size_t *cap, size_t need, size_t size, struct tl_err *err)
	TL_CHECK;

/* Makes *array hold exactly want items, more or fewer than before.  On TL_NOMEM both are unchanged. */
enum tl_status tl_mem_resize(void *array, size_t *cap, size_t want, size_t size, struct tl_err *err)
	TL_CHECK;

void tl_mem_free(void *p); /* free(3); NULL is fine */

/* --- large arrays:
 *
 * Address space for bytes (more than 0) that read as zeros, from mmap(2), aligned to a huge page
 * where there is room for one.  NULL, with TL_NOMEM in err, where there is none.  tl_mem_unmap
 * gives it back (NULL is fine), with the same size. */
void *tl_mem_map(size_t bytes, struct tl_err *err) TL_CHECK;
void tl_mem_unmap(void *p, size_t bytes);

/* tl_mem_resize for an array that is mapped, or NULL: more items, which read as zeros, in huge pages
 * once it is large.  It moves by its page tables, so no byte is copied, and it never needs room
 * twice. */
enum tl_status tl_mem_remap(void *array, size_t *cap, size_t want, size_t size, struct tl_err *err)
	TL_CHECK;

/* The items that fill the huge pages which want items begin, where those are worth one. */
size_t tl_mem_whole(size_t want, size_t size);

/* The bytes [from, to) of what was mapped at p are to be touched now.  The system is asked for huge
 * pages that lie in them, where tl_mem_huge was told so: from and to at best are multiples of
 * TL_MEM_HUGE.  So a huge page has no bytes beyond to. */
void tl_mem_use(void *p, size_t from, size_t to);

/* The bytes at p, which may be new, are to be written now, all of them: the system is asked for their
 * pages at once, which takes less than to trap for each of them. */
void tl_mem_touch(void *p, size_t bytes);

#define TL_MEM_HUGE ((size_t)2 << 20) /* bytes of a huge page, as most machines have it */

/* Whether tl_mem_use asks; at first it does not.  Before there are other threads. */
void tl_mem_huge(bool ask);

/* From now on malloc(3) takes addresses from the system in large steps; the memory behind them is
 * only what is touched.  Before there are other threads. */
void tl_mem_stride(void);

#ifdef __cplusplus
}
#endif
#endif
