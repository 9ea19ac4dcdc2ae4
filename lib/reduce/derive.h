/* SPDX-License-Identifier: MIT */
/* derive: deltas that others are copied from, made by all workers.
 *
 * Model: of a batch of them, as many as have about a megabyte of residues are made side by side, and become sources in
 * order.  What hangs on one of these, or has its base on disk, is made by itself behind them.
 * Threads: worker 0 of the pool, whose workers help.
 */
#ifndef TL_REDUCE_DERIVE_H
#define TL_REDUCE_DERIVE_H

#include <stddef.h>

#include <tl/err.h>
#include <tl/pool.h>

#include "sources.h"

struct tl_derived;
struct tl_derive_bench;

/* A struct of zeros, and a pool or none, is empty. */
struct tl_derive {
	struct tl_pool *opt_pool;
	struct tl_derived *item; /* [n] */
	size_t n, cap;
	struct tl_derive_bench *bench; /* [threads of the pool] */
};

/* tl_sources_add. */
enum tl_status tl_derive_batch(struct tl_derive *d, struct tl_sources *s, struct tl_held *h,
			       struct tl_err *err) TL_CHECK;

void tl_derive_free(struct tl_derive *d);

#endif
