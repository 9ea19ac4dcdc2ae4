/* SPDX-License-Identifier: MIT */
/* set_chain: the records of a set by ordinal, and what hangs on what. */
#ifndef TL_SET_CHAIN_H
#define TL_SET_CHAIN_H

#include <stdint.h>

#include <tl/set.h>

/* Puts the records, and the offsets of their names, into the order of ordinals. */
enum tl_status tl_set_chain_sort(struct tl_set *set, struct tl_err *err) TL_CHECK;

/* Sets the depths of all records, and, for each node, the longest chain of deltas that hangs on it,
 * so that no new link makes one too long. */
enum tl_status tl_set_chain_measure(struct tl_set *set, uint8_t *opt_height,
				    struct tl_err *err) TL_CHECK;

/* Then: sets which records stand in front. */
void tl_set_chain_place(struct tl_set *set);

/* TL_DATA: there is no such record. */
enum tl_status tl_set_chain_missing(struct tl_err *err, uint64_t ordinal);

#endif
