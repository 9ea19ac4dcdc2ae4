/* SPDX-License-Identifier: MIT */
/* align_anchor: exact matches between two stretches, and the best chain of them. */
#ifndef ALIGN_ANCHOR_H
#define ALIGN_ANCHOR_H

#include "align_chain.h"

/* Fills t with one in `every` of a's k-mers, k up to 31. */
enum tl_status tl_align_anchor_index(struct tl_align_kmers *t, struct tl_str a, unsigned k,
				     uint32_t every, struct tl_err *err) TL_CHECK;

/* Fills c->anchor with matches of k letters or more, found by those k-mers in t that occur once
 * in a; sorted by place in a, then in b. */
enum tl_status tl_align_anchor_find(struct tl_align_chain *c, const struct tl_align_kmers *t,
				    struct tl_str a, struct tl_str b, unsigned k, uint32_t every,
				    struct tl_err *err) TL_CHECK;

/* Pushes the chain of highest score on c->link, shortened so that none overlap. */
enum tl_status tl_align_anchor_chain(struct tl_align_chain *c, const struct tl_score *score,
				     struct tl_err *err) TL_CHECK;

#endif
