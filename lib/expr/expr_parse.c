/* SPDX-License-Identifier: MIT */
/* expr_parse: the grammar of filter expressions, by recursive descent: one function a level. */
#include "expr_parse.h"

#include <string.h>

#include "expr_lex.h"
#include "expr_num.h"

#define DEEPEST 200 /* brackets and signs inside each other */

struct parser {
	struct tl_expr_lex lex;
	struct tl_expr_graph *g;
	unsigned depth;
};

static const char *const fields[TL_EXPR_FIELDS] = {
	[TL_EXPR_LENGTH] = "length",
	[TL_EXPR_GC] = "gc",
	[TL_EXPR_ORDINAL] = "ordinal",
	[TL_EXPR_TAXID] = "taxid",
	[TL_EXPR_AMBIGUOUS] = "ambiguous",
	[TL_EXPR_MASKED] = "masked",
	[TL_EXPR_COMPLEXITY] = "complexity",
	[TL_EXPR_QUALITY] = "quality",
	[TL_EXPR_ID] = "id",
	[TL_EXPR_HEADER] = "header",
	[TL_EXPR_DESC] = "desc",
};

const char *tl_expr_parse_field(enum tl_expr_field f)
{
	return fields[f];
}

static const char *type_name(const struct parser *ps, uint32_t node)
{
	static const char *const names[] = {"a number", "a string", "a condition"};
	return names[ps->g->node[node].type];
}

/* A failure of the graph is one of the place where the operation stands. */
static enum tl_status placed(const struct parser *ps, const char *at, enum tl_status st,
			     struct tl_err *err)
{
	char why[200];
	if (st != TL_USAGE || !err)
		return st;
	strncpy(why, err->msg, sizeof why - 1);
	why[sizeof why - 1] = 0;
	return tl_expr_lex_fail(&ps->lex, at, err, "%s", why);
}

static enum tl_status want(const struct parser *ps, uint32_t node, enum tl_expr_type type,
			   const char *at, struct tl_err *err)
{
	static const char *const names[] = {"a number", "a string",
					    "a condition such as length > 100"};
	if (ps->g->node[node].type == type)
		return TL_OK;
	return tl_expr_lex_fail(&ps->lex, at, err, "%s is needed here, not %s", names[type],
				type_name(ps, node));
}

static enum tl_status take(struct parser *ps, int token, const char *what, struct tl_err *err)
{
	if (ps->lex.token != token)
		return tl_expr_lex_fail(&ps->lex, ps->lex.at, err, "%s is missing here", what);
	return tl_expr_lex_next(&ps->lex, err);
}

static enum tl_status parse_or(struct parser *ps, uint32_t *ret, struct tl_err *err);
static enum tl_status parse_sum(struct parser *ps, uint32_t *ret, struct tl_err *err);

/* The bytes of the string token at hand, in the graph's scratch. */
static enum tl_status read_string(struct parser *ps, bool pattern, struct tl_str *ret,
				  struct tl_err *err)
{
	struct tl_buf *to = &ps->g->scratch;
	tl_buf_reset(to);
	if (ps->lex.token != TL_EXPR_STRING)
		return tl_expr_lex_fail(&ps->lex, ps->lex.at, err,
					"a string in quotes is missing here");
	enum tl_status st = tl_expr_lex_string(&ps->lex, pattern, to, err);
	*ret = (struct tl_str){to->data, to->len};
	return st;
}

/* has("MOTIF"); the name was passed. */
static enum tl_status parse_has(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	struct tl_str s;
	enum tl_status st = take(ps, '(', "'('", err);
	const char *at = ps->lex.at;
	if (st == TL_OK)
		st = read_string(ps, false, &s, err);
	if (st != TL_OK)
		return st;
	if (!s.n || s.n > TL_EXPR_MOTIF)
		return tl_expr_lex_fail(&ps->lex, at, err, "a motif has 1 to %d letters",
					TL_EXPR_MOTIF);
	for (size_t i = 0; i < s.n; i++) {
		uint8_t *c = &ps->g->scratch.data[i];
		if (*c >= 'a' && *c <= 'z')
			*c -= 32;
		if ((*c < 'A' || *c > 'Z') && *c != '*')
			return tl_expr_lex_fail(&ps->lex, at, err,
						"a motif is made of letters and '*'");
	}
	if ((st = placed(ps, at, tl_expr_node_has(ps->g, s, ret, err), err)) == TL_OK)
		st = tl_expr_lex_next(&ps->lex, err);
	return st == TL_OK ? take(ps, ')', "')'", err) : st;
}

/* The field of that name, or one that looks like it: with its first three letters. */
static bool find_field(const char *name, size_t n, enum tl_expr_field *ret, const char **like)
{
	*like = NULL;
	for (int f = 0; f < TL_EXPR_FIELDS; f++) {
		if (strlen(fields[f]) == n && !memcmp(fields[f], name, n)) {
			*ret = (enum tl_expr_field)f;
			return true;
		}
		if (!*like && n >= 2 && !strncmp(fields[f], name, n < 3 ? n : 3))
			*like = fields[f];
	}
	return false;
}

static enum tl_status parse_name(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	const char *name = ps->lex.at, *like;
	size_t n = ps->lex.n;
	enum tl_expr_field f;
	bool yes = n == 4 && !memcmp(name, "true", 4);
	enum tl_status st;
	if (yes || (n == 5 && !memcmp(name, "false", 5)))
		st = tl_expr_node_truth(ps->g, yes, ret, err);
	else if (n == 3 && !memcmp(name, "has", 3))
		return (st = tl_expr_lex_next(&ps->lex, err)) == TL_OK ? parse_has(ps, ret, err)
								       : st;
	else if (find_field(name, n, &f, &like))
		st = tl_expr_node_field(ps->g, f, ret, err);
	else if (like)
		return tl_expr_lex_fail(&ps->lex, name, err, "there is no field '%.*s', but '%s'",
					n < 40 ? (int)n : 40, name, like);
	else
		return tl_expr_lex_fail(
			&ps->lex, name, err,
			"there is no field '%.*s' (length gc id "
			"header desc ordinal taxid ambiguous masked complexity quality)",
			n < 40 ? (int)n : 40, name);
	st = placed(ps, name, st, err);
	return st == TL_OK ? tl_expr_lex_next(&ps->lex, err) : st;
}

static enum tl_status parse_constant(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	const char *at = ps->lex.at;
	struct tl_expr_num v;
	struct tl_str s;
	enum tl_status st;
	if (ps->lex.token == TL_EXPR_NUMBER) {
		if (!tl_expr_num_read(at, ps->lex.n, &v))
			return tl_expr_lex_fail(&ps->lex, at, err,
						"'%.*s' is no number (such as 12, "
						"0.5, 1e6, 10k), or does not fit 64 bits",
						ps->lex.n < 40 ? (int)ps->lex.n : 40, at);
		st = tl_expr_node_number(ps->g, v, ret, err);
	} else if ((st = read_string(ps, false, &s, err)) == TL_OK) {
		st = tl_expr_node_string(ps->g, s, ret, err);
	} else {
		return st;
	}
	st = placed(ps, at, st, err);
	return st == TL_OK ? tl_expr_lex_next(&ps->lex, err) : st;
}

static enum tl_status parse_primary(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	enum tl_status st;
	switch (ps->lex.token) {
	case TL_EXPR_NUMBER:
	case TL_EXPR_STRING:
		return parse_constant(ps, ret, err);
	case TL_EXPR_NAME:
		return parse_name(ps, ret, err);
	case '(':
		if ((st = tl_expr_lex_next(&ps->lex, err)) == TL_OK)
			st = parse_or(ps, ret, err);
		return st == TL_OK ? take(ps, ')', "')'", err) : st;
	case TL_EXPR_END:
		return tl_expr_lex_fail(&ps->lex, ps->lex.at, err, "the expression ends too early");
	default:
		return tl_expr_lex_fail(&ps->lex, ps->lex.at, err,
					"a field, a number, a string or '(' is missing here");
	}
}

static enum tl_status parse_sign(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	const char *at = ps->lex.at;
	bool minus = ps->lex.token == '-';
	enum tl_status st;
	if (++ps->depth > DEEPEST)
		return tl_expr_lex_fail(&ps->lex, at, err, "more than %d brackets and signs",
					DEEPEST);
	if (!minus) {
		st = parse_primary(ps, ret, err);
	} else if ((st = tl_expr_lex_next(&ps->lex, err)) == TL_OK &&
		   (st = parse_sign(ps, ret, err)) == TL_OK &&
		   (st = want(ps, *ret, TL_EXPR_T_NUMBER, at, err)) == TL_OK) {
		st = placed(ps, at, tl_expr_node_unary(ps->g, TL_EXPR_OP_NEG, *ret, ret, err), err);
	}
	ps->depth--;
	return st;
}

/* Makes the node of an operation whose operands must both be of that type. */
static enum tl_status join(struct parser *ps, enum tl_expr_op op, enum tl_expr_type type,
			   const char *at, uint32_t *left, uint32_t right, struct tl_err *err)
{
	enum tl_status st = want(ps, *left, type, at, err);
	if (st == TL_OK)
		st = want(ps, right, type, at, err);
	return st == TL_OK ? placed(ps, at, tl_expr_node_binary(ps->g, op, *left, right, left, err),
				    err)
			   : st;
}

static enum tl_status parse_product(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	enum tl_status st = parse_sign(ps, ret, err);
	while (st == TL_OK && ps->lex.token && ps->lex.token < 128 &&
	       strchr("*/%", ps->lex.token)) {
		const char *at = ps->lex.at;
		enum tl_expr_op op = *at == '*'   ? TL_EXPR_OP_MUL
				     : *at == '/' ? TL_EXPR_OP_DIV
						  : TL_EXPR_OP_MOD;
		uint32_t right;
		if ((st = tl_expr_lex_next(&ps->lex, err)) == TL_OK &&
		    (st = parse_sign(ps, &right, err)) == TL_OK)
			st = join(ps, op, TL_EXPR_T_NUMBER, at, ret, right, err);
	}
	return st;
}

static enum tl_status parse_sum(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	enum tl_status st = parse_product(ps, ret, err);
	while (st == TL_OK && (ps->lex.token == '+' || ps->lex.token == '-')) {
		const char *at = ps->lex.at;
		enum tl_expr_op op = *at == '+' ? TL_EXPR_OP_ADD : TL_EXPR_OP_SUB;
		uint32_t right;
		if ((st = tl_expr_lex_next(&ps->lex, err)) == TL_OK &&
		    (st = parse_product(ps, &right, err)) == TL_OK)
			st = join(ps, op, TL_EXPR_T_NUMBER, at, ret, right, err);
	}
	return st;
}

/* =~ or !~ and the pattern behind it. */
static enum tl_status parse_match(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	bool turned = ps->lex.token == TL_EXPR_NOMATCH;
	struct tl_str pattern;
	size_t at = 0;
	enum tl_status st = want(ps, *ret, TL_EXPR_T_STRING, ps->lex.at, err);
	if (st == TL_OK)
		st = tl_expr_lex_next(&ps->lex, err);
	const char *text = ps->lex.text;
	if (st == TL_OK)
		st = read_string(ps, true, &pattern, err);
	if (st != TL_OK)
		return st;
	st = tl_expr_node_match(ps->g, *ret, pattern, ret, &at, err);
	if ((st = placed(ps, text + at, st, err)) == TL_OK && turned)
		st = placed(ps, text, tl_expr_node_unary(ps->g, TL_EXPR_OP_NOT, *ret, ret, err),
			    err);
	return st == TL_OK ? tl_expr_lex_next(&ps->lex, err) : st;
}

/* left in (a, b, c): is it one of them? */
static enum tl_status parse_in(struct parser *ps, uint32_t left, uint32_t *ret, struct tl_err *err)
{
	enum tl_expr_type type = (enum tl_expr_type)ps->g->node[left].type;
	enum tl_status st = tl_expr_lex_next(&ps->lex, err);
	const char *at = ps->lex.at;
	if (st == TL_OK)
		st = take(ps, '(', "'('", err);
	if (st == TL_OK && type == TL_EXPR_T_BOOL)
		st = want(ps, left, TL_EXPR_T_NUMBER, at, err);
	if (st == TL_OK)
		st = placed(ps, at, tl_expr_node_truth(ps->g, false, ret, err), err);
	while (st == TL_OK) {
		uint32_t equal = left, one;
		at = ps->lex.at;
		if ((st = parse_sum(ps, &one, err)) == TL_OK)
			st = join(ps, TL_EXPR_OP_EQ, type, at, &equal, one, err);
		if (st == TL_OK)
			st = join(ps, TL_EXPR_OP_OR, TL_EXPR_T_BOOL, at, ret, equal, err);
		if (st != TL_OK || ps->lex.token != ',')
			break;
		st = tl_expr_lex_next(&ps->lex, err);
	}
	return st == TL_OK ? take(ps, ')', "')' or ','", err) : st;
}

/* left OP right; > and >= are < and <= turned round. */
static enum tl_status parse_relation(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	const char *at = ps->lex.at;
	int token = ps->lex.token;
	uint32_t left = *ret, right;
	enum tl_expr_type type = (enum tl_expr_type)ps->g->node[left].type;
	bool turned = token == '>' || token == TL_EXPR_GE;
	enum tl_expr_op op = token == TL_EXPR_EQ            ? TL_EXPR_OP_EQ
			     : token == TL_EXPR_NE          ? TL_EXPR_OP_NE
			     : token == '<' || token == '>' ? TL_EXPR_OP_LT
							    : TL_EXPR_OP_LE;
	enum tl_status st = tl_expr_lex_next(&ps->lex, err);
	if (st == TL_OK && type == TL_EXPR_T_BOOL)
		return tl_expr_lex_fail(&ps->lex, at, err,
					"conditions are joined by && and ||, not compared");
	if (st == TL_OK)
		st = parse_sum(ps, &right, err);
	if (st == TL_OK)
		st = want(ps, right, type, at, err);
	if (st == TL_OK)
		st = join(ps, op, type, at, turned ? &right : &left, turned ? left : right, err);
	if (st == TL_OK)
		*ret = turned ? right : left;
	return st;
}

static bool is_relation(int token)
{
	return token == '<' || token == '>' || token == TL_EXPR_LE || token == TL_EXPR_GE ||
	       token == TL_EXPR_EQ || token == TL_EXPR_NE;
}

static enum tl_status parse_comparison(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	enum tl_status st = parse_sum(ps, ret, err);
	bool negated = st == TL_OK && ps->lex.token == TL_EXPR_NOT;
	const char *at = ps->lex.at;
	if (st != TL_OK)
		return st;
	if (negated && (st = tl_expr_lex_next(&ps->lex, err)) != TL_OK)
		return st;
	if (negated && ps->lex.token != TL_EXPR_IN)
		return tl_expr_lex_fail(&ps->lex, at, err,
					"an operator is missing in front of this");
	if (ps->lex.token == TL_EXPR_IN) {
		if ((st = parse_in(ps, *ret, ret, err)) == TL_OK && negated)
			st = placed(ps, at,
				    tl_expr_node_unary(ps->g, TL_EXPR_OP_NOT, *ret, ret, err), err);
	} else if (ps->lex.token == TL_EXPR_MATCH || ps->lex.token == TL_EXPR_NOMATCH) {
		st = parse_match(ps, ret, err);
	} else if (is_relation(ps->lex.token)) {
		st = parse_relation(ps, ret, err);
	}
	if (st == TL_OK && is_relation(ps->lex.token))
		return tl_expr_lex_fail(&ps->lex, ps->lex.at, err,
					"comparisons do not chain: a < b && b < c");
	return st;
}

static enum tl_status parse_not(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	const char *at = ps->lex.at;
	enum tl_status st;
	if (ps->lex.token != TL_EXPR_NOT)
		return parse_comparison(ps, ret, err);
	if (++ps->depth > DEEPEST)
		return tl_expr_lex_fail(&ps->lex, at, err, "more than %d brackets and signs",
					DEEPEST);
	if ((st = tl_expr_lex_next(&ps->lex, err)) == TL_OK &&
	    (st = parse_not(ps, ret, err)) == TL_OK &&
	    (st = want(ps, *ret, TL_EXPR_T_BOOL, at, err)) == TL_OK)
		st = placed(ps, at, tl_expr_node_unary(ps->g, TL_EXPR_OP_NOT, *ret, ret, err), err);
	ps->depth--;
	return st;
}

static enum tl_status parse_and(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	enum tl_status st = parse_not(ps, ret, err);
	while (st == TL_OK && ps->lex.token == TL_EXPR_AND) {
		const char *at = ps->lex.at;
		uint32_t right;
		if ((st = tl_expr_lex_next(&ps->lex, err)) == TL_OK &&
		    (st = parse_not(ps, &right, err)) == TL_OK)
			st = join(ps, TL_EXPR_OP_AND, TL_EXPR_T_BOOL, at, ret, right, err);
	}
	return st;
}

static enum tl_status parse_or(struct parser *ps, uint32_t *ret, struct tl_err *err)
{
	enum tl_status st = parse_and(ps, ret, err);
	while (st == TL_OK && ps->lex.token == TL_EXPR_OR) {
		const char *at = ps->lex.at;
		uint32_t right;
		if ((st = tl_expr_lex_next(&ps->lex, err)) == TL_OK &&
		    (st = parse_and(ps, &right, err)) == TL_OK)
			st = join(ps, TL_EXPR_OP_OR, TL_EXPR_T_BOOL, at, ret, right, err);
	}
	return st;
}

enum tl_status tl_expr_parse(const char *text, struct tl_expr_graph *g, uint32_t *ret_root,
			     struct tl_err *err)
{
	struct parser ps = {.lex = {.all = text, .next = text}, .g = g};
	enum tl_status st = tl_expr_lex_next(&ps.lex, err);
	if (st == TL_OK)
		st = parse_or(&ps, ret_root, err);
	if (st == TL_OK && ps.lex.token != TL_EXPR_END)
		return tl_expr_lex_fail(&ps.lex, ps.lex.at, err,
					"an operator is missing in front of this");
	return st == TL_OK ? want(&ps, *ret_root, TL_EXPR_T_BOOL, text, err) : st;
}
