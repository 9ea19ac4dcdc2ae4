/* SPDX-License-Identifier: MIT */
/* mem: checked allocation of arrays.
 *
 * All sizes are in items; products are checked for overflow.  Memory comes from malloc(3) and goes
 * back with free(3) or tl_mem_free.  Threads: as malloc.
 */
#ifndef TL_MEM_H
#define TL_MEM_H

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

#ifdef __cplusplus
}
#endif
#endif
