/* SPDX-License-Identifier: MIT */
/* dedup: identical sequences of a record stream merged.
 *
 * A SEQS record whose residues (upper case, U as T) were seen before, in a record of the same
 * alphabet, becomes a DUPS record of that one; header, case and layout stay its own.  Matching is
 * by XXH3-64 and a comparison of the residues.  All else passes through; DUPS and DLTA records
 * that were copied from a record which is itself a duplicate now are copied from what that one is
 * a duplicate of.
 * Memory: about 40 bytes for each unique record, and 24 for each duplicate in a stream that was
 * interned before; the unique residues, at five bits, up to a share of the budget, beyond it on disk.  Threads: as the writer's.
 */
#ifndef TL_DEDUP_H
#define TL_DEDUP_H

#include <stdint.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/reader.h>
#include <tl/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_dedup;

/* budget may be NULL. */
enum tl_status tl_dedup_new(struct tl_writer *w, struct tl_budget *budget, struct tl_dedup **ret,
			    struct tl_err *err) TL_CHECK;

/* Deals with one block of any type.  The item stays the caller's.  Records may wait in d until a
 * later block or the end, so that blocks stand in order (man tl-stream(5) section 11). */
enum tl_status tl_dedup_put(struct tl_dedup *d, struct tl_item *item, struct tl_err *err) TL_CHECK;

/* Writes what waits; to be called behind the last block. */
enum tl_status tl_dedup_end(struct tl_dedup *d, struct tl_err *err) TL_CHECK;

struct tl_dedup_sum {
	uint64_t records, residues; /* of SEQS blocks read */
	uint64_t merged;            /* of them, duplicates now */
	uint64_t merged_residues;
};
void tl_dedup_sum(const struct tl_dedup *d, struct tl_dedup_sum *ret);

void tl_dedup_free(struct tl_dedup *d); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
