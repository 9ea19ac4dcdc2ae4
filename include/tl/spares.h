/* SPDX-License-Identifier: MIT */
/* spares: memory that is used again, by the worker that used it last.
 *
 * What goes through an ordered lane (tl/lane.h) is filled by a worker and emptied by the owner.  If
 * its memory then went to whoever asks next, each worker would write over lines that are in the
 * caches, or on the node, of another one.  So a thing comes back to the worker that took it; only
 * who has none left takes one of another's.
 *
 * A thing begins with a struct tl_spare.  Threads: any, each with the worker's number it has in the
 * pool; two threads never share one.
 */
#ifndef TL_SPARES_H
#define TL_SPARES_H

#include <stddef.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The first member of a thing; it belongs to the module. */
struct tl_spare {
	struct tl_spare *next; /* among idle ones */
	unsigned worker;       /* that took it last */
};

struct tl_spares;

enum tl_status tl_spares_new(unsigned workers, struct tl_spares **ret, struct tl_err *err) TL_CHECK;

/* An idle thing, as it was given; or a new one of size bytes, all zero.  NULL: TL_NOMEM. */
void *tl_spares_take(struct tl_spares *spares, unsigned worker, size_t size,
		     struct tl_err *err) TL_CHECK;

/* The thing is idle from now on.  NULL is fine. */
void tl_spares_give(struct tl_spares *spares, void *thing);

/* Frees all idle things: first what each owns, by empty.  None may be in use.  NULL is fine. */
void tl_spares_free(struct tl_spares *spares, void (*empty)(void *thing));

#ifdef __cplusplus
}
#endif
#endif
