/* SPDX-License-Identifier: MIT */
/* expr_regex: regular expressions on bytes, by PCRE2. */
#ifndef TL_EXPR_REGEX_H
#define TL_EXPR_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include <tl/col.h>
#include <tl/err.h>

/* Compiled; read only, so that threads may share it. */
struct tl_expr_regex;

/* TL_USAGE: *ret_at is the offset in the pattern, the message the bare reason. */
enum tl_status tl_expr_regex_new(struct tl_str pattern, struct tl_expr_regex **ret, size_t *ret_at,
				 struct tl_err *err) TL_CHECK;
void tl_expr_regex_free(struct tl_expr_regex *regex); /* NULL is fine */

/* Is there a match anywhere in s?  *scratch, NULL at first, belongs to one thread; it is freed with
 * tl_expr_regex_scratch_free.  TL_DATA where it takes too many steps. */
enum tl_status tl_expr_regex_match(const struct tl_expr_regex *regex, void **scratch,
				   struct tl_str s, bool *ret, struct tl_err *err) TL_CHECK;
void tl_expr_regex_scratch_free(void *scratch);

#endif
