/* SPDX-License-Identifier: MIT */
/* set_chain: the records of a set by ordinal, and what hangs on what. */
#ifndef TL_SET_CHAIN_H
#define TL_SET_CHAIN_H

#include <stdint.h>

#include <tl/set.h>

/* Puts the rows into the order of ordinals, and fills in the columns. */
enum tl_status tl_set_chain_sort(struct tl_set *set, struct tl_err *err) TL_CHECK;

/* Sets the depths of all records, and, of each record that stands whole, the height and whether it is
 * preferred for the sake of a duplicate. */
enum tl_status tl_set_chain_measure(struct tl_set *set, struct tl_err *err) TL_CHECK;

/* Then, after the selection: sets which records stand in front. */
void tl_set_chain_place(struct tl_set *set);

/* TL_DATA: there is no such record. */
enum tl_status tl_set_chain_missing(struct tl_err *err, uint64_t ordinal);

/* The ordinal of a record. */
enum tl_status tl_set_chain_ordinal(struct tl_set *set, uint32_t i, uint64_t *ret,
				    struct tl_err *err) TL_CHECK;

#endif
