/* SPDX-License-Identifier: MIT */
/* cache_evict: entries go until a cache has its size. */
#ifndef CACHE_EVICT_H
#define CACHE_EVICT_H

#include "cache_file.h"

/* Those that opts->evict names first go until the tables have at most opts->size bytes; sets entries
 * and bytes in sum, and adds to evicted.  0, or an error of LMDB or of errno(3). */
int tl_cache_evict(struct tl_cache_file *f, struct tl_cache_sum *sum);

#endif
