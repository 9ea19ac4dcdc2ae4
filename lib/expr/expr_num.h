/* SPDX-License-Identifier: MIT */
/* expr_num: exact fractions.  They are reduced only where they would not fit else, so that the
 * usual sums and comparisons are a few multiplications.  An operand without a value (den = 0)
 * gives none. */
#ifndef TL_EXPR_NUM_H
#define TL_EXPR_NUM_H

#include <stdbool.h>
#include <stddef.h>

#include <tl/expr.h>

/* False where the result does not fit. */
bool tl_expr_num_add(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret);
bool tl_expr_num_sub(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret);
bool tl_expr_num_mul(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret);
bool tl_expr_num_div(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret);
/* a - b * floor(a / b) */
bool tl_expr_num_mod(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret);

/* Less than 0, 0, more than 0; both have a value. */
int tl_expr_num_compare(struct tl_expr_num a, struct tl_expr_num b);

/* In lowest terms, as constants are kept. */
struct tl_expr_num tl_expr_num_reduce(struct tl_expr_num a);

/* Reads digits, a point, an exponent and one of k M G from text[0..n), all of it; false where it
 * is no number or does not fit. */
bool tl_expr_num_read(const char *text, size_t n, struct tl_expr_num *ret);

#endif
