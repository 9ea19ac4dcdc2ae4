/* SPDX-License-Identifier: MIT */
/* rescore: hits that were carried over to other sequences, aligned and scored again.
 *
 * Proteins, by BLOSUM62 with gaps of BLAST's 11/1.  The query and the sequence at hand are aligned in a band round
 * the diagonals of the hit that was carried over.  What the alignment is worth follows from the hit
 * on the reference: the difference of both scores, as bits, is added to its bit score, and its e-value is
 * multiplied by two to the power of minus that; so the statistics are those of the program that searched.
 * Memory: the residues of queries and of targets, five bits each, as the budget allows.  Threads: one.
 */
#ifndef TL_RESCORE_H
#define TL_RESCORE_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/reader.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_rescore;

/* Takes the queries from a stream of proteins; first words of headers are their names, of equal ones the first counts. */
enum tl_status tl_rescore_new(struct tl_reader *queries, struct tl_budget *budget,
			      struct tl_rescore **ret, struct tl_err *err) TL_CHECK;

/* Appends residues to the targets, which are numbered from 0; more: of the same one.  TL_USAGE where they are no protein. */
enum tl_status tl_rescore_add(struct tl_rescore *r, uint64_t ordinal, bool nucleotide,
			      struct tl_str residues, bool more, struct tl_err *err) TL_CHECK;

/* Where a query and a target are alike: [from, to) of both. */
struct tl_rescore_place {
	uint64_t q_from, q_to, t_from, t_to;
};

/* A hit on the reference, target `own`: what the next calls of tl_rescore_put carry over.  TL_DATA where there is no such
 * query, or the place lies outside it.  expect and bits as the table has them. */
enum tl_status tl_rescore_begin(struct tl_rescore *r, struct tl_str query, size_t own,
				const struct tl_rescore_place *at, double expect, double bits,
				struct tl_err *err) TL_CHECK;

/* Appends columns 3 to 12 of the hit's alignment with another target, each with a tab in front; *ret_any
 * false where nothing aligns there. */
enum tl_status tl_rescore_put(struct tl_rescore *r, size_t target, const struct tl_rescore_place *at,
			      struct tl_buf *out, bool *ret_any, struct tl_err *err) TL_CHECK;

void tl_rescore_free(struct tl_rescore *r); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
