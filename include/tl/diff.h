/* SPDX-License-Identifier: MIT */
/* diff: what two streams have in common: records by name and residues.
 *
 * Model: each stream is read through once (tl_diff_take); tl_diff_settle then decides, group by group of one
 * name: as many records as have the same residues on both sides are the same; of what is left in both
 * one each is a changed record; what is left over was added or removed, or, where the residues
 * are found on the other side under a name that was left over there too, renamed.  A name is the first word of a header; case, layout,
 * order and the rest of a header do not count.  Names and residues are compared by XXH3-128.
 * Memory: 48 bytes a record, twice for those that differ; what passes a share of the budget is sorted on disk.
 * Threads: called by worker 0 of the pool.
 */
#ifndef TL_DIFF_H
#define TL_DIFF_H

#include <stdint.h>
#include <tl/budget.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/pool.h>
#include <tl/reader.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_diff;

enum tl_diff_side { TL_DIFF_OLD, TL_DIFF_NEW };
enum tl_diff_state {
	TL_DIFF_SAME,
	TL_DIFF_CHANGED, /* both sides have it, with other residues */
	TL_DIFF_ADDED,   /* NEW only */
	TL_DIFF_REMOVED, /* OLD only */
	TL_DIFF_RENAMED, /* both sides have the residues, under another name */
	TL_DIFF_STATES,
};

enum tl_status tl_diff_new(struct tl_pool *pool, struct tl_budget *budget, struct tl_diff **ret,
			   struct tl_err *err) TL_CHECK;

/* Reads all of a stream; each side once. */
enum tl_status tl_diff_take(struct tl_diff *d, struct tl_reader *r, enum tl_diff_side side,
			    struct tl_err *err) TL_CHECK;

enum tl_status tl_diff_settle(struct tl_diff *d, struct tl_err *err) TL_CHECK;

struct tl_diff_sum {
	uint64_t records[TL_DIFF_STATES];  /* CHANGED, RENAMED, SAME: pairs */
	uint64_t residues[TL_DIFF_STATES]; /* of NEW; of REMOVED those of OLD */
	uint64_t of[2];                    /* records of each side */
};
void tl_diff_sum(const struct tl_diff *d, struct tl_diff_sum *ret);

/* Told of each record that is not the same, by ordinal; name is its first word. */
typedef enum tl_status (*tl_diff_tell)(void *ctx, enum tl_diff_side side, enum tl_diff_state state,
				       uint64_t ordinal, struct tl_str name, struct tl_err *err);

/* Reads the stream of a side again, for the names. */
enum tl_status tl_diff_list(struct tl_diff *d, struct tl_reader *r, enum tl_diff_side side,
			    tl_diff_tell tell, void *ctx, struct tl_err *err) TL_CHECK;

void tl_diff_free(struct tl_diff *d); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
