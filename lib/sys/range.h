/* SPDX-License-Identifier: MIT */
/* range: tl_pool_for.  Private to lib/sys. */
#ifndef TL_RANGE_H
#define TL_RANGE_H

#include <stddef.h>

#include "crew.h"

/* As tl_pool_for, in the worker w. */
enum tl_status tl_range_run(struct tl_crew_worker *w, size_t count, size_t min_chunk,
			    tl_pool_range fn, void *ctx, struct tl_err *err) TL_CHECK;

#endif
