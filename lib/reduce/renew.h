/* SPDX-License-Identifier: MIT */
/* renew: what an older archive decides for the records of a set. */
#ifndef TL_REDUCE_RENEW_H
#define TL_REDUCE_RENEW_H

#include <tl/hash.h>
#include <tl/set.h>

/* The last piece of a record that stands whole was read: is it one of the older archive? */
void tl_renew_claim(struct tl_set *set, uint64_t *row, struct tl_hash128 hash);

/* All records were read: the older archive decides, and rows of hidden records join the others; they
 * come behind them by ordinal. */
enum tl_status tl_renew_settle(struct tl_set *set, struct tl_err *err) TL_CHECK;

/* A row, on its way into the order of ordinals: members that stay what they were are no nodes of the
 * selection, references are preferred. */
enum tl_status tl_renew_row(struct tl_set *set, uint64_t *row, struct tl_buf *scratch,
			    struct tl_err *err) TL_CHECK;

#endif
