/* SPDX-License-Identifier: MIT */
/* apart: scripts of deltas with their runs and letters in columns of their own, which become smaller
 * than what they make together; and nucleotides that stand packed, perhaps in part as copies.  man
 * tl-stream(5) sections 5.3 and 5.6.  Threads: pure but for their arguments.
 */
#ifndef TL_REC_APART_H
#define TL_REC_APART_H

#include <stdbool.h>

#include <tl/batch.h>
#include <tl/block.h>
#include <tl/err.h>

/* The columns of scripts; apart only where batch->apart says that it is worth the time. */
enum tl_status tl_apart_put(const struct tl_batch *batch, struct tl_payload *payload,
			    struct tl_err *err) TL_CHECK;

/* The scripts of a block of n entries, of which the flags are known, however they stand.  TL_DATA. */
enum tl_status tl_apart_get(const struct tl_block *block, struct tl_batch *batch,
			    struct tl_err *err) TL_CHECK;

/* The columns that they may stand in, but for OPSV, SUBS and LITS. */
#define APART_TAGS                                                                                 \
	TL_TAG('R', 'U', 'N', 'C'), TL_TAG('R', 'U', 'N', 'E'), TL_TAG('R', 'U', 'N', 'N'),        \
		TL_TAG('R', 'U', 'N', 'O'), TL_TAG('S', 'U', 'B', 'P'),                            \
		TL_TAG('S', 'U', 'B', 'X'), TL_TAG('L', 'I', 'T', 'P'),                            \
		TL_TAG('L', 'I', 'T', 'X'), TL_TAG('L', 'I', 'T', 'C')
#define APART_N 9

/* n nucleotides that stand packed, but for exceptions, and for copies where there are some. */
struct tl_apart_letters {
	struct tl_str packed, odd, copy;
};

/* Makes n of them in to.  TL_DATA. */
enum tl_status tl_apart_unpack(const struct tl_apart_letters *from, uint64_t n, struct tl_buf *to,
			       struct tl_err *err) TL_CHECK;

/* Packs n letters; repeats: copies are looked for. */
enum tl_status tl_apart_pack(struct tl_str letters, bool repeats, struct tl_buf *packed,
			     struct tl_buf *odd, struct tl_buf *copy, struct tl_err *err) TL_CHECK;

#endif
