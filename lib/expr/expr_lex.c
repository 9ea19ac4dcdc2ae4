/* SPDX-License-Identifier: MIT */
/* expr_lex: the words of a filter expression. */
#include "expr_lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 60 /* bytes of a long expression that a message shows */

enum tl_status tl_expr_lex_fail(const struct tl_expr_lex *lex, const char *at, struct tl_err *err,
				const char *fmt, ...)
{
	char what[200], line[SHOWN + 1];
	size_t place = (size_t)(at - lex->all), from = place > SHOWN / 2 ? place - SHOWN / 2 : 0;
	size_t n = strnlen(lex->all + from, SHOWN);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < n; i++)
		line[i] =
			(char)((unsigned char)lex->all[from + i] < ' ' ? ' ' : lex->all[from + i]);
	line[n] = 0;
	return tl_err_set(err, TL_USAGE, "filter, column %zu: %s\n  %s\n  %*s^", place + 1, what,
			  line, (int)(place - from), "");
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* The token of an operator, and how long it is. */
static int operator_at(const char *p, size_t *n)
{
	static const struct {
		char text[3];
		int token;
	} two[] = {
		{"&&", TL_EXPR_AND},   {"||", TL_EXPR_OR},      {"<=", TL_EXPR_LE},
		{">=", TL_EXPR_GE},    {"==", TL_EXPR_EQ},      {"!=", TL_EXPR_NE},
		{"=~", TL_EXPR_MATCH}, {"!~", TL_EXPR_NOMATCH},
	};
	for (size_t i = 0; i < sizeof two / sizeof *two; i++)
		if (!strncmp(p, two[i].text, 2)) {
			*n = 2;
			return two[i].token;
		}
	*n = 1;
	if (*p == '!')
		return TL_EXPR_NOT;
	if (*p == '=')
		return TL_EXPR_EQ;
	return *p && strchr("<>+-*/%(),", *p) ? *p : TL_EXPR_END;
}

static int word_token(const char *p, size_t n)
{
	static const struct {
		const char *text;
		int token;
	} words[] = {
		{"and", TL_EXPR_AND}, {"or", TL_EXPR_OR}, {"not", TL_EXPR_NOT}, {"in", TL_EXPR_IN}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i].text) == n && !memcmp(words[i].text, p, n))
			return words[i].token;
	return TL_EXPR_NAME;
}

/* Digits, letters and points, and the sign of an exponent. */
static size_t number_length(const char *p)
{
	size_t n = 0;
	while (is_name(p[n]) || p[n] == '.' ||
	       ((p[n] == '-' || p[n] == '+') && n && (p[n - 1] == 'e' || p[n - 1] == 'E')))
		n++;
	return n;
}

/* The token behind its first quote, up to the last. */
static enum tl_status read_quoted(struct tl_expr_lex *lex, const char *p, struct tl_err *err)
{
	const char *end = p + 1;
	while (*end && *end != *p)
		end += *end == '\\' && end[1] ? 2 : 1;
	if (!*end)
		return tl_expr_lex_fail(lex, p, err, "the string does not end");
	lex->token = TL_EXPR_STRING;
	lex->text = p + 1;
	lex->n = (size_t)(end - lex->text);
	lex->next = end + 1;
	return TL_OK;
}

enum tl_status tl_expr_lex_next(struct tl_expr_lex *lex, struct tl_err *err)
{
	const char *p = lex->next;
	while (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		p++;
	lex->at = lex->text = p;
	lex->n = 0;
	lex->token = TL_EXPR_END;
	lex->next = p;
	if (!*p)
		return TL_OK;
	if (*p == '"' || *p == '\'')
		return read_quoted(lex, p, err);
	if ((*p >= '0' && *p <= '9') || *p == '.') {
		lex->n = number_length(p);
		lex->token = TL_EXPR_NUMBER;
	} else if (is_name(*p)) {
		while (is_name(p[lex->n]))
			lex->n++;
		lex->token = word_token(p, lex->n);
	} else if (!(lex->token = operator_at(p, &lex->n))) {
		return tl_expr_lex_fail(lex, p, err, "'%c' means nothing here",
					*p < ' ' ? '?' : *p);
	}
	lex->next = p + lex->n;
	return TL_OK;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte of the escape whose backslash stands at p; *n: its length. */
static int escaped(const char *p, size_t left, size_t *n)
{
	*n = 2;
	switch (p[1]) {
	case '\\':
	case '"':
	case '\'':
		return (uint8_t)p[1];
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 'x':
		if (left < 4 || hex(p[2]) < 0 || hex(p[3]) < 0)
			return -1;
		*n = 4;
		return hex(p[2]) << 4 | hex(p[3]);
	default:
		return -1;
	}
}

enum tl_status tl_expr_lex_string(const struct tl_expr_lex *lex, bool pattern, struct tl_buf *out,
				  struct tl_err *err)
{
	const char *p = lex->text, *end = p + lex->n;
	enum tl_status st = TL_OK;
	while (p < end && st == TL_OK) {
		size_t n = 1;
		int byte = (uint8_t)*p;
		if (*p == '\\' && !pattern) {
			byte = escaped(p, (size_t)(end - p), &n);
		} else if (*p == '\\' && p[1] != '"' && p[1] != '\'') {
			st = tl_buf_add(out, p, 2, err);
			p += 2;
			continue;
		} else if (*p == '\\') {
			byte = (uint8_t)p[1];
			n = 2;
		}
		if (byte < 0)
			return tl_expr_lex_fail(lex, p, err,
						"no such escape: \\\\ \\\" \\t \\n \\r \\xHH");
		st = tl_buf_fill(out, (uint8_t)byte, 1, err);
		p += n;
	}
	return st;
}
