/* SPDX-License-Identifier: MIT */
/* reassign: members that hang on others, after several rounds, aligned to their roots and made
 * deltas of these.
 *
 * Model: the blocks of a reduced stream go through tl_reassign_put to a writer.  Blocks of deltas
 * are made anew where a member of theirs, whose base is a delta itself, meets the criterion with
 * the record at the chain's end; all else is passed on.  A link that does not meet it stays.  Where
 * to look is known from the chain's scripts.  Members that came in several pieces, and those that
 * hang on such, stay as they are.
 * Memory: what may be copied from, and the members that hang deeper than one step; residues spill.
 * Threads: worker 0 of the pool.
 */
#ifndef TL_REASSIGN_H
#define TL_REASSIGN_H

#include <stdint.h>
#include <tl/bank.h>
#include <tl/compare.h>
#include <tl/err.h>
#include <tl/pool.h>
#include <tl/reader.h>
#include <tl/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_reassign;

struct tl_reassign_sum {
	uint64_t deep;   /* members that hung on a member */
	uint64_t direct; /* of them, those that are linked to their root now */
	uint64_t pieces; /* of them, those that were not looked at, for their pieces */
};

/* params by alphabet; they and the writer are the caller's. */
enum tl_status tl_reassign_new(struct tl_pool *pool, struct tl_budget *budget,
			       const struct tl_compare_params params[2], struct tl_writer *writer,
			       struct tl_reassign **ret, struct tl_err *err) TL_CHECK;

enum tl_status tl_reassign_put(struct tl_reassign *r, struct tl_item *item,
			       struct tl_err *err) TL_CHECK;

void tl_reassign_sum(const struct tl_reassign *r, struct tl_reassign_sum *ret);
void tl_reassign_free(struct tl_reassign *r); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
