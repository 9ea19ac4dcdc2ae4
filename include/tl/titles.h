/* SPDX-License-Identifier: MIT */
/* titles: headers of records in memory, in about a fifth of what they take as strings.
 *
 * Model: headers count from 0 in the order in which they are added, and come back byte for byte.
 * A header is cut into fields; a field that came before is a symbol (tl/intern.h), one that
 * looks like others, such as an accession or a locus tag, a number, one that says again what
 * stands before it, as the entry names of TrEMBL do, nothing; what is left is cut into words,
 * and these are the same or their bytes.  What kinds the fields of a header have is a symbol
 * too.  Any bytes will do; those that look like nothing cost two bytes more than they have.
 *
 * Getting one header reads on average half of sixteen others.  Memory: accounted in the budget.
 * Threads: one at a time; after tl_titles_end, any may get.
 */
#ifndef TL_TITLES_H
#define TL_TITLES_H

#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/budget.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_titles;

/* opt_budget: what is kept asks it (tl_budget_need); it outlives the titles. */
enum tl_status tl_titles_new(struct tl_budget *opt_budget, struct tl_titles **ret,
			     struct tl_err *err) TL_CHECK;
void tl_titles_free(struct tl_titles *titles); /* NULL is fine */

/* A header of up to 4 GiB, longer ones are TL_DATA. */
enum tl_status tl_titles_add(struct tl_titles *titles, struct tl_str head,
			     struct tl_err *err) TL_CHECK;

/* No more are added: gives back what only adding needs. */
enum tl_status tl_titles_end(struct tl_titles *titles, struct tl_err *err) TL_CHECK;

uint64_t tl_titles_count(const struct tl_titles *titles);

/* Appends header i, below count, to out; only after tl_titles_end. */
enum tl_status tl_titles_get(const struct tl_titles *titles, uint64_t i, struct tl_buf *out,
			     struct tl_err *err) TL_CHECK;

struct tl_titles_sum {
	uint64_t bytes;  /* of the headers */
	uint64_t memory; /* that they take */
	uint64_t symbols, shapes, plans;
};
void tl_titles_sum(const struct tl_titles *titles, struct tl_titles_sum *ret);

#ifdef __cplusplus
}
#endif
#endif
