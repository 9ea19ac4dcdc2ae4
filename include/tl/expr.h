/* SPDX-License-Identifier: MIT */
/* expr: filter expressions, compiled once and evaluated for each record.  man tl-filter(7).
 *
 * The text is parsed into a graph in which equal sub-expressions are one node and what is known at
 * compile time is a constant; from what is left of it come op-codes.  A number is an exact
 * fraction of two 64-bit integers, so an answer is the same on every machine; a result that does
 * not fit is an error, a division by zero gives no value, and no comparison with that is true but
 * "!=".  What a field means is said by who gives it: this room knows no sequences.
 * Threads: a compiled expression is read only; each thread evaluates with a run of its own.
 */
#ifndef TL_EXPR_H
#define TL_EXPR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers first, then strings. */
enum tl_expr_field {
	TL_EXPR_LENGTH,
	TL_EXPR_GC,
	TL_EXPR_ORDINAL,
	TL_EXPR_TAXID,
	TL_EXPR_AMBIGUOUS,
	TL_EXPR_MASKED,
	TL_EXPR_COMPLEXITY,
	TL_EXPR_QUALITY,
	TL_EXPR_ID,
	TL_EXPR_HEADER,
	TL_EXPR_DESC,
	TL_EXPR_FIELDS,
};

/* num / den, den > 0; or no value: den = 0. */
struct tl_expr_num {
	int64_t num, den;
};

/* Where the fields of the record at hand come from.  Each is asked for at most once a record.
 * Strings stay valid until the record was evaluated. */
struct tl_expr_source {
	void *ctx;
	struct tl_expr_num (*number)(void *ctx, enum tl_expr_field field);
	struct tl_str (*string)(void *ctx, enum tl_expr_field field);
	bool (*has)(void *ctx, unsigned motif); /* do the residues hold that motif? */
};

struct tl_expr;

/* TL_USAGE: the message says the column and has two lines more, the expression and a caret. */
enum tl_status tl_expr_compile(const char *text, struct tl_expr **ret, struct tl_err *err) TL_CHECK;
void tl_expr_free(struct tl_expr *e); /* NULL is fine */

/* A bit for each enum tl_expr_field that the op-codes ask for. */
unsigned tl_expr_fields(const struct tl_expr *e);

/* The motifs of has(): upper-case letters and '*', at least one, at most TL_EXPR_MOTIF. */
#define TL_EXPR_MOTIF 255
unsigned tl_expr_motifs(const struct tl_expr *e);
struct tl_str tl_expr_motif(const struct tl_expr *e, unsigned i);

/* Appends the op-codes as text, one a line: for -v and tests. */
enum tl_status tl_expr_list(const struct tl_expr *e, struct tl_buf *out,
			    struct tl_err *err) TL_CHECK;

/* What one thread needs to evaluate e. */
struct tl_expr_run;
enum tl_status tl_expr_run_new(const struct tl_expr *e, struct tl_expr_run **ret,
			       struct tl_err *err) TL_CHECK;

/* Is the expression true of the record?  TL_DATA where a number does not fit 64 bits, or a regular
 * expression takes too long. */
enum tl_status tl_expr_eval(struct tl_expr_run *run, const struct tl_expr_source *source, bool *ret,
			    struct tl_err *err) TL_CHECK;
void tl_expr_run_free(struct tl_expr_run *run); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
