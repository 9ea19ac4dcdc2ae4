/* SPDX-License-Identifier: MIT */
/* borrow: literals of a delta that stand in references other than its base.  man tl-stream(5), 5.5.
 *
 * Where a genome is put together of several others, one alignment leaves long literals.  What of them
 * stands in a reference is a loan: residues of that, on either strand.  The loans of a record are a
 * string; its own literals, which no loan makes, stay in lits.  Each loan is four varints: literals of
 * its own before it, since the loan before; the ordinal of its source less that of the loan before
 * (less its own, for the first one), zigzag; the place in the source, as the difference from where the
 * loan before would go on behind those literals (0 for another source or strand), zigzag, times 2,
 * plus 1 where the source is taken as its reverse complement, on which the place counts then; and
 * residues, not 0.  A source is a record that stands whole.
 * Threads: pure but for their arguments.
 */
#ifndef TL_BORROW_H
#define TL_BORROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_loan {
	uint64_t own;    /* literals of the record's own before it, since the loan before */
	uint64_t source; /* ordinal */
	uint64_t place, length; /* residues of the source, as it is taken */
	bool minus;      /* as its reverse complement */
};

/* Where the loans of a record are read, or written. */
struct tl_borrow {
	uint64_t source, next; /* of the last loan: its source, and where it would go on */
	bool minus;
	size_t pos; /* bytes that were read */
};

/* The loans of the record of that ordinal. */
static inline struct tl_borrow tl_borrow_begin(uint64_t ordinal)
{
	struct tl_borrow b = {ordinal, 0, false, 0};
	return b;
}

/* The next loan; false at the end of the string (b->pos is its length then) or where it is broken. */
bool tl_borrow_next(struct tl_borrow *b, struct tl_str loans, struct tl_loan *ret);

/* Appends a loan. */
enum tl_status tl_borrow_put(struct tl_borrow *b, const struct tl_loan *loan, struct tl_buf *loans,
			     struct tl_err *err) TL_CHECK;

/* Residues of all loans, and literals before them; false where the string is broken. */
bool tl_borrow_measure(struct tl_str loans, uint64_t *ret_residues, uint64_t *ret_own);

/* Where a loan begins in a source of that length, as it stands; false where it leaves it. */
bool tl_borrow_place(const struct tl_loan *loan, uint64_t length, uint64_t *ret);

/* Gives the residues of a loan as they stand in its source, not turned; they stay until the next call.  TL_DATA
 * where they do not. */
typedef enum tl_status (*tl_borrow_source)(void *ctx, const struct tl_loan *loan, struct tl_str *ret,
					   struct tl_err *err);

/* Appends all literals of a record, at most limit, to out: its own and its loans.  TL_DATA where these do not
 * fit each other or leave their sources; out is as it was then. */
enum tl_status tl_borrow_fill(struct tl_str loans, uint64_t ordinal, struct tl_str own, uint64_t limit,
			      tl_borrow_source get, void *ctx, struct tl_buf *out,
			      struct tl_err *err) TL_CHECK;

/* The strings of n entries as one column: those that are not empty, each behind two varints, entries since
 * the last one and bytes. */
enum tl_status tl_borrow_pack(const struct tl_col *col, size_t n, struct tl_buf *out,
			      struct tl_err *err) TL_CHECK;

/* The next string of such a column at *pos, and its entry, at least *entry; false at the end or where it is
 * broken. */
bool tl_borrow_entry(struct tl_str column, size_t *pos, uint64_t *entry, struct tl_str *ret);

/* The column as the strings of n entries, in col.  TL_DATA. */
enum tl_status tl_borrow_unpack(struct tl_str column, size_t n, struct tl_col *col,
				struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
