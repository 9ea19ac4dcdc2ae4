/* SPDX-License-Identifier: MIT */
/* attach: edges that stand in streams of their own, put to the records of a set.
 *
 * Such a stream has edges and no records; its ordinals are those of the records' stream.
 * Threads: worker 0 of the pool.
 */
#ifndef TL_ATTACH_H
#define TL_ATTACH_H

#include <stddef.h>
#include <tl/err.h>
#include <tl/pool.h>
#include <tl/set.h>
#include <tl/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the streams named into set; what they say of their origin, which must be the same in all,
 * goes to w once. */
enum tl_status tl_attach_edges(struct tl_pool *pool, const char *const *names, size_t n,
			       struct tl_set *set, struct tl_writer *w, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
