/* SPDX-License-Identifier: MIT */
/* reuse: which literals of members stand in references other than their own, as loans (tl/borrow.h).
 *
 * First all literals are told (ask), then all references (begin, add), then the loans of each member
 * are asked for (cut).  K-mers are met by sorting: of both sides those whose hash is one of eighth, on
 * the strand whose k-mer is the smaller, and of the references' only those that some literal seems to
 * have.  Each that both have is a place to begin with: there the stretch that is equal is measured out,
 * and if it is long enough the reference lends it.  Memory: two MiB, and what the budget says; the rest is on
 * disk.  The same comes out for any budget.  Threads: one.
 */
#ifndef TL_REUSE_H
#define TL_REUSE_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_REUSE_LEAST 32 /* residues of a loan that does not go on with the one before */

struct tl_reuse;

enum tl_status tl_reuse_new(struct tl_pool *pool, struct tl_budget *budget, struct tl_reuse **ret,
			    struct tl_err *err) TL_CHECK;

/* The literals of member number i, all nucleotides. */
enum tl_status tl_reuse_ask(struct tl_reuse *r, uint32_t i, struct tl_str literals,
			    struct tl_err *err) TL_CHECK;

/* A reference begins, of that many residues. */
enum tl_status tl_reuse_begin(struct tl_reuse *r, uint64_t ordinal, uint64_t length,
			      struct tl_err *err) TL_CHECK;

/* Its next residues. */
enum tl_status tl_reuse_add(struct tl_reuse *r, struct tl_str residues, bool last,
			    struct tl_err *err) TL_CHECK;

/* All references were there. */
enum tl_status tl_reuse_settle(struct tl_reuse *r, struct tl_err *err) TL_CHECK;

/* The loans of member number i, whose ordinal that is, and in *literals, those it was asked about, what is
 * left of them.  Members come by rising numbers.  Both are valid until the next call. */
enum tl_status tl_reuse_cut(struct tl_reuse *r, uint32_t i, uint64_t ordinal, struct tl_str *literals,
			    struct tl_str *ret_loans, struct tl_err *err) TL_CHECK;

void tl_reuse_free(struct tl_reuse *r); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
