/* SPDX-License-Identifier: MIT */
/* merge: batches that wait until all that must stand before them is written.
 *
 * The law of tl-stream(5), order of blocks: the first ordinals of blocks never fall, the ordinals
 * of one kind rise, and a copy stands behind what it is copied from.  Batches of copies that were
 * made at different places may overlap: they are merged by ordinal.  A struct with writer and
 * moved set and all else zero is empty.  Threads: as the writer's. */
#ifndef TL_MERGE_H
#define TL_MERGE_H

#include <stddef.h>
#include <stdint.h>

#include <tl/batch.h>
#include <tl/err.h>
#include <tl/hash.h>
#include <tl/map.h>
#include <tl/writer.h>

struct tl_merge_item;

struct tl_merge {
	struct tl_writer *writer;
	const struct tl_map *moved; /* bases of copies are looked up here when they are written */
	struct tl_merge_item *item; /* [n] in the order in which they came */
	size_t n, cap;
};

/* Puts a batch aside, taking it over.  Pieces of a record come one behind the other. */
enum tl_status tl_merge_put(struct tl_merge *m, struct tl_batch *batch, uint8_t flags,
			    const struct tl_hash128 *opt_sum, struct tl_err *err) TL_CHECK;

/* Writes what waits and begins below ordinal: of copies, only the entries that lie below it.  The
 * caller has put all records below it. */
enum tl_status tl_merge_below(struct tl_merge *m, uint64_t ordinal, struct tl_err *err) TL_CHECK;

void tl_merge_free(struct tl_merge *m);

#endif
