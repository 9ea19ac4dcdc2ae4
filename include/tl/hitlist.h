/* SPDX-License-Identifier: MIT */
/* hitlist: the edges between the sequences of banks written as text, with names.
 *
 * Memory: the names (tl/titles.h), and 24 to 48 bytes a record.  Threads: one at a time.
 */
#ifndef TL_HITLIST_H
#define TL_HITLIST_H

#include <tl/alphabet.h>
#include <tl/bank.h>
#include <tl/budget.h>
#include <tl/edge.h>
#include <tl/err.h>
#include <tl/hits.h>
#include <tl/out.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_hitlist;

/* out stays the caller's; score, by alphabet, and budget, which is asked for what is kept, must
 * outlive the list. */
enum tl_status tl_hitlist_new(enum tl_hits_format format, const struct tl_score score[2],
			      struct tl_budget *budget, struct tl_out *out,
			      struct tl_hitlist **ret, struct tl_err *err) TL_CHECK;
void tl_hitlist_free(struct tl_hitlist *list); /* NULL is fine */

/* The header of the next sequence of that alphabet's bank. */
enum tl_status tl_hitlist_name(struct tl_hitlist *list, enum tl_alphabet alphabet, uint64_t ordinal,
			       struct tl_str head, struct tl_err *err) TL_CHECK;

/* All names are there: writes what comes first.  SAM: TL_DATA where two are the same, or one is
 * not a name for it. */
enum tl_status tl_hitlist_begin(struct tl_hitlist *list, const struct tl_bank bank[2],
				struct tl_err *err) TL_CHECK;

/* Writes the lines of edges between sequences of that alphabet, a query's together. */
enum tl_status tl_hitlist_put(struct tl_hitlist *list, enum tl_alphabet alphabet,
			      const struct tl_edges *edges, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
