/* SPDX-License-Identifier: MIT */
/* facts: the fields of filter expressions, as man tl-filter(7) defines them, of one record.
 *
 * A record in one entry is only looked at where the expression asks; one in several pieces is
 * counted piece by piece, in memory that does not grow with it but for its header.
 * Threads: an object belongs to one thread at a time.
 */
#ifndef TL_FACTS_H
#define TL_FACTS_H

#include <tl/batch.h>
#include <tl/err.h>
#include <tl/expr.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_facts;

/* e stays the caller's, and outlives it. */
enum tl_status tl_facts_new(const struct tl_expr *e, struct tl_facts **ret,
			    struct tl_err *err) TL_CHECK;
void tl_facts_free(struct tl_facts *facts); /* NULL is fine */

/* Is the expression true of a record that stands in one entry of a batch like that one?  resi are
 * its residues where the entry has none of its own. */
enum tl_status tl_facts_judge(struct tl_facts *facts, const struct tl_batch *like,
			      const struct tl_entry *entry, bool *ret, struct tl_err *err) TL_CHECK;

/* The same for a record in pieces: each is added, the first one begins it; then it is judged. */
enum tl_status tl_facts_add(struct tl_facts *facts, const struct tl_batch *like,
			    const struct tl_entry *piece, struct tl_err *err) TL_CHECK;
enum tl_status tl_facts_end(struct tl_facts *facts, bool *ret, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
