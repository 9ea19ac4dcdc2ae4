/* SPDX-License-Identifier: MIT */
/* cache_writer: what a run has found and made, into the file.
 *
 * Keys are hashes, so that writes go all over the tree: they are sorted, many to a transaction, and
 * what was used is written once a run.  What gives an int gives 0, or an error of LMDB or of errno(3).
 */
#ifndef CACHE_WRITER_H
#define CACHE_WRITER_H

#include "cache_file.h"

#include <stdbool.h>
#include <tl/radix.h>
#include <tl/store.h>

struct tl_cache_writer {
	struct tl_cache_file *file;
	uint32_t run;               /* the number of this one */
	struct tl_radix_item *item; /* of a batch: {first half of the key, offset in the store} */
	size_t n;
};

/* Counts the run.  To be ended, whatever is returned. */
int tl_cache_writer_begin(struct tl_cache_writer *w, struct tl_cache_file *f);

/* fresh: entries {key, u32 length, value}, which are new; else keys, which were found.  NULL: none. */
int tl_cache_writer_put(struct tl_cache_writer *w, const struct tl_store *opt_s, bool fresh);

void tl_cache_writer_end(struct tl_cache_writer *w);

#endif
