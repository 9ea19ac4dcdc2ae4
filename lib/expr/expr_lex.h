/* SPDX-License-Identifier: MIT */
/* expr_lex: the words of a filter expression. */
#ifndef TL_EXPR_LEX_H
#define TL_EXPR_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include <tl/buf.h>
#include <tl/err.h>

/* Operators and brackets of one character are their own token. */
enum tl_expr_token {
	TL_EXPR_END = 0,
	TL_EXPR_NUMBER = 256,
	TL_EXPR_STRING, /* text: what stands between the quotes */
	TL_EXPR_NAME,
	TL_EXPR_AND,
	TL_EXPR_OR,
	TL_EXPR_NOT,
	TL_EXPR_IN,
	TL_EXPR_LE,
	TL_EXPR_GE,
	TL_EXPR_EQ,
	TL_EXPR_NE,
	TL_EXPR_MATCH,   /* =~ */
	TL_EXPR_NOMATCH, /* !~ */
};

struct tl_expr_lex {
	const char *all;  /* the whole expression */
	const char *next; /* behind the token */
	int token;
	const char *at;   /* where the token begins */
	const char *text; /* of the token, n bytes: of a string, what stands between the quotes */
	size_t n;
};

/* Goes on to the next token.  TL_USAGE, as tl_expr_lex_fail says it. */
enum tl_status tl_expr_lex_next(struct tl_expr_lex *lex, struct tl_err *err) TL_CHECK;

/* TL_USAGE: what is wrong at a place of the expression, with a caret below it. */
enum tl_status tl_expr_lex_fail(const struct tl_expr_lex *lex, const char *at, struct tl_err *err,
				const char *fmt, ...) TL_PRINTF(4, 5);

/* Appends the bytes that a string stands for; a pattern keeps its backslashes but for the one in
 * front of a quote. */
enum tl_status tl_expr_lex_string(const struct tl_expr_lex *lex, bool pattern, struct tl_buf *out,
				  struct tl_err *err) TL_CHECK;

#endif
