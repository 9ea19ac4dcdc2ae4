/* SPDX-License-Identifier: MIT */
/* record: batches of records as SEQS, DUPS and DLTA blocks.  man tl-stream(5) section 5.
 *
 * The decoder checks every length before it uses it; what it accepts satisfies the invariants of
 * tl/batch.h but for side strings, which tl_fasta_render checks, and scripts, which tl/delta.h
 * checks.
 * Threads: pure but for their arguments.
 */
#ifndef TL_RECORD_H
#define TL_RECORD_H

#include <tl/batch.h>
#include <tl/block.h>
#include <tl/err.h>
#include <tl/hash.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The block type of a kind. */
uint32_t tl_record_type(enum tl_kind kind);

/* Appends the batch's columns to payload (cleared first), which points into the batch from then on:
 * keep that until the payload is packed, or written.  batch->ordinal is stored relative to
 * first, base relative to the entry's own ordinal.  opt_sum: the XXH3-128 of the residues of all
 * entries, one after the other, stored where given (DLTA and DUPS of archives), to be compared by
 * who resolves them. */
enum tl_status tl_record_encode(const struct tl_batch *batch, uint64_t first,
				const struct tl_hash128 *opt_sum, struct tl_payload *payload,
				struct tl_err *err) TL_CHECK;

/* Fills batch (reset first) from a decoded block; ordinals and bases become absolute: head.first +
 * shift is added where needed.  *ret_sum is set and true returned in *ret_has_sum where the block
 * has one. */
enum tl_status tl_record_decode(const struct tl_block *block, uint64_t shift,
				struct tl_batch *batch, struct tl_hash128 *ret_sum,
				bool *ret_has_sum, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
