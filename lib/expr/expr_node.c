/* SPDX-License-Identifier: MIT */
/* expr_node: the graph of an expression. */
#include "expr_node.h"

#include <stdlib.h>
#include <string.h>

#include <tl/hash.h>
#include <tl/mem.h>

#include "expr_num.h"

/* ---- operations on values ---- */

bool tl_expr_node_reckon(enum tl_expr_op op, struct tl_expr_num a, struct tl_expr_num b,
			 struct tl_expr_num *ret)
{
	switch (op) {
	case TL_EXPR_OP_ADD:
		return tl_expr_num_add(a, b, ret);
	case TL_EXPR_OP_SUB:
		return tl_expr_num_sub(a, b, ret);
	case TL_EXPR_OP_MUL:
		return tl_expr_num_mul(a, b, ret);
	case TL_EXPR_OP_DIV:
		return tl_expr_num_div(a, b, ret);
	default:
		return tl_expr_num_mod(a, b, ret);
	}
}

static int compare_strings(struct tl_str a, struct tl_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool tl_expr_node_compare(enum tl_expr_op op, enum tl_expr_type type, const union tl_expr_value *a,
			  const union tl_expr_value *b)
{
	int c;
	if (type == TL_EXPR_T_STRING)
		c = compare_strings(a->string, b->string);
	else if (!a->number.den || !b->number.den)
		return op == TL_EXPR_OP_NE;
	else
		c = tl_expr_num_compare(a->number, b->number);
	switch (op) {
	case TL_EXPR_OP_LT:
		return c < 0;
	case TL_EXPR_OP_LE:
		return c <= 0;
	case TL_EXPR_OP_EQ:
		return c == 0;
	default:
		return c != 0;
	}
}

/* ---- nodes ---- */

static bool same(const struct tl_expr_node *x, const struct tl_expr_node *y)
{
	if (x->op != y->op || x->type != y->type || x->a != y->a || x->b != y->b)
		return false;
	if (x->op != TL_EXPR_OP_CONST || x->type == TL_EXPR_T_STRING)
		return true;
	if (x->type == TL_EXPR_T_BOOL)
		return x->value.truth == y->value.truth;
	return x->value.number.num == y->value.number.num &&
	       x->value.number.den == y->value.number.den;
}

static uint64_t hash(const struct tl_expr_node *v)
{
	uint64_t key[5] = {v->op, v->type, v->a, v->b, 0};
	if (v->op == TL_EXPR_OP_CONST && v->type == TL_EXPR_T_NUMBER)
		key[4] = (uint64_t)v->value.number.num * 31 + (uint64_t)v->value.number.den;
	else if (v->op == TL_EXPR_OP_CONST && v->type == TL_EXPR_T_BOOL)
		key[4] = v->value.truth;
	return tl_hash_64(key, sizeof key) >> 1; /* no key of a map is all ones */
}

/* The node like v: that there is, or a new one. */
static enum tl_status intern(struct tl_expr_graph *g, const struct tl_expr_node *v, uint32_t *ret,
			     struct tl_err *err)
{
	uint64_t at;
	if (tl_map_get(&g->known, hash(v), &at) && same(&g->node[at], v)) {
		*ret = (uint32_t)at;
		return TL_OK;
	}
	if (g->n == TL_EXPR_NODES)
		return tl_err_set(err, TL_USAGE, "the expression is too long");
	enum tl_status st = tl_mem_grow(&g->node, &g->cap, g->n + 1, sizeof *g->node, err);
	if (st == TL_OK)
		st = tl_map_put(&g->known, hash(v), g->n, err);
	if (st != TL_OK)
		return st;
	g->node[g->n] = *v;
	*ret = (uint32_t)g->n++;
	return TL_OK;
}

enum tl_status tl_expr_node_number(struct tl_expr_graph *g, struct tl_expr_num v, uint32_t *ret,
				   struct tl_err *err)
{
	struct tl_expr_node node = {.op = TL_EXPR_OP_CONST, .type = TL_EXPR_T_NUMBER};
	node.value.number = tl_expr_num_reduce(v);
	return intern(g, &node, ret, err);
}

enum tl_status tl_expr_node_truth(struct tl_expr_graph *g, bool v, uint32_t *ret,
				  struct tl_err *err)
{
	struct tl_expr_node node = {.op = TL_EXPR_OP_CONST, .type = TL_EXPR_T_BOOL};
	node.value.truth = v;
	return intern(g, &node, ret, err);
}

/* The number of a string in col, where it may stand already. */
static enum tl_status put_text(struct tl_map *map, struct tl_col *col, struct tl_str s,
			       uint32_t *ret, struct tl_err *err)
{
	uint64_t key = tl_hash_64(s.n ? (const void *)s.p : "", s.n) >> 1, at;
	if (tl_map_get(map, key, &at)) {
		struct tl_str old = tl_col_get(col, (size_t)at);
		*ret = (uint32_t)at;
		if (old.n == s.n && (!s.n || !memcmp(old.p, s.p, s.n)))
			return TL_OK;
	}
	*ret = (uint32_t)col->n;
	enum tl_status st = tl_map_put(map, key, col->n, err);
	return st == TL_OK ? tl_col_add(col, s.p, s.n, err) : st;
}

enum tl_status tl_expr_node_string(struct tl_expr_graph *g, struct tl_str s, uint32_t *ret,
				   struct tl_err *err)
{
	struct tl_expr_node node = {.op = TL_EXPR_OP_CONST, .type = TL_EXPR_T_STRING};
	enum tl_status st = put_text(&g->texts, &g->strings, s, &node.a, err);
	return st == TL_OK ? intern(g, &node, ret, err) : st;
}

enum tl_status tl_expr_node_field(struct tl_expr_graph *g, enum tl_expr_field f, uint32_t *ret,
				  struct tl_err *err)
{
	struct tl_expr_node node = {.op = TL_EXPR_OP_FIELD,
				    .a = (uint32_t)f,
				    .type = f < TL_EXPR_ID ? TL_EXPR_T_NUMBER : TL_EXPR_T_STRING};
	return intern(g, &node, ret, err);
}

enum tl_status tl_expr_node_has(struct tl_expr_graph *g, struct tl_str motif, uint32_t *ret,
				struct tl_err *err)
{
	struct tl_expr_node node = {.op = TL_EXPR_OP_HAS, .type = TL_EXPR_T_BOOL};
	enum tl_status st = TL_OK;
	for (; node.a < g->motifs.n; node.a++) {
		struct tl_str old = tl_col_get(&g->motifs, node.a);
		if (old.n == motif.n && !memcmp(old.p, motif.p, motif.n))
			break;
	}
	if (node.a == g->motifs.n)
		st = tl_col_add(&g->motifs, motif.p, motif.n, err);
	return st == TL_OK ? intern(g, &node, ret, err) : st;
}

/* The bytes of a constant string. */
static struct tl_str text_of(const struct tl_expr_graph *g, uint32_t i)
{
	return tl_col_get(&g->strings, g->node[i].a);
}

static enum tl_status add_regex(struct tl_expr_graph *g, struct tl_str pattern, size_t *ret_at,
				struct tl_err *err)
{
	enum tl_status st =
		tl_mem_grow(&g->regex, &g->regex_cap, g->regexes + 1, sizeof *g->regex, err);
	if (st == TL_OK)
		st = tl_expr_regex_new(pattern, &g->regex[g->regexes], ret_at, err);
	g->regexes += st == TL_OK;
	return st;
}

/* The same pattern again is the same regular expression: its text is a string of the graph, and
 * the number of that string leads to it. */
static enum tl_status find_regex(struct tl_expr_graph *g, struct tl_str pattern, uint32_t *ret,
				 size_t *ret_at, struct tl_err *err)
{
	uint32_t text;
	uint64_t at, key;
	enum tl_status st = put_text(&g->texts, &g->strings, pattern, &text, err);
	if (st != TL_OK)
		return st;
	key = UINT64_MAX - 1 - text; /* no hash of a node, which is below 2^63 */
	if (!tl_map_get(&g->known, key, &at)) {
		at = g->regexes;
		if ((st = add_regex(g, pattern, ret_at, err)) != TL_OK)
			return st;
		st = tl_map_put(&g->known, key, at, err);
	}
	*ret = (uint32_t)at;
	return st;
}

enum tl_status tl_expr_node_match(struct tl_expr_graph *g, uint32_t a, struct tl_str pattern,
				  uint32_t *ret, size_t *ret_at, struct tl_err *err)
{
	struct tl_expr_node node = {.op = TL_EXPR_OP_MATCH, .type = TL_EXPR_T_BOOL, .a = a};
	bool found = false;
	*ret_at = 0;
	enum tl_status st = find_regex(g, pattern, &node.b, ret_at, err);
	if (st != TL_OK || g->node[a].op != TL_EXPR_OP_CONST)
		return st == TL_OK ? intern(g, &node, ret, err) : st;
	void *scratch = NULL;
	st = tl_expr_regex_match(g->regex[node.b], &scratch, text_of(g, a), &found, err);
	tl_expr_regex_scratch_free(scratch);
	return st == TL_OK ? tl_expr_node_truth(g, found, ret, err) : st;
}

enum tl_status tl_expr_node_unary(struct tl_expr_graph *g, enum tl_expr_op op, uint32_t a,
				  uint32_t *ret, struct tl_err *err)
{
	const struct tl_expr_node *x = &g->node[a];
	struct tl_expr_node node = {.op = (uint8_t)op, .type = x->type, .a = a};
	if (x->op == op) { /* twice */
		*ret = x->a;
		return TL_OK;
	}
	if (x->op != TL_EXPR_OP_CONST)
		return intern(g, &node, ret, err);
	if (op == TL_EXPR_OP_NOT)
		return tl_expr_node_truth(g, !x->value.truth, ret, err);
	struct tl_expr_num v = {0, 1};
	if (!tl_expr_num_sub(v, x->value.number, &v))
		return tl_err_set(err, TL_USAGE, "the number does not fit 64 bits");
	return tl_expr_node_number(g, v, ret, err);
}

static enum tl_status fold(struct tl_expr_graph *g, enum tl_expr_op op, uint32_t a, uint32_t b,
			   uint32_t *ret, struct tl_err *err)
{
	union tl_expr_value x = g->node[a].value, y = g->node[b].value;
	struct tl_expr_num v;
	enum tl_expr_type type = (enum tl_expr_type)g->node[a].type;
	if (op >= TL_EXPR_OP_LT) {
		if (type == TL_EXPR_T_STRING) {
			x.string = text_of(g, a);
			y.string = text_of(g, b);
		}
		return tl_expr_node_truth(g, tl_expr_node_compare(op, type, &x, &y), ret, err);
	}
	if (!tl_expr_node_reckon(op, x.number, y.number, &v))
		return tl_err_set(err, TL_USAGE, "the result does not fit 64 bits");
	return tl_expr_node_number(g, v, ret, err);
}

/* A condition of which one side is known. */
static bool short_cut(const struct tl_expr_graph *g, enum tl_expr_op op, uint32_t a, uint32_t b,
		      uint32_t *ret)
{
	const uint32_t side[2] = {a, b};
	bool stop = op == TL_EXPR_OP_OR; /* the value that decides */
	for (int i = 0; i < 2; i++) {
		const struct tl_expr_node *x = &g->node[side[i]];
		if (x->op != TL_EXPR_OP_CONST)
			continue;
		*ret = x->value.truth == stop ? side[i] : side[!i];
		return true;
	}
	*ret = a;
	return a == b;
}

enum tl_status tl_expr_node_binary(struct tl_expr_graph *g, enum tl_expr_op op, uint32_t a,
				   uint32_t b, uint32_t *ret, struct tl_err *err)
{
	const struct tl_expr_node *x = &g->node[a], *y = &g->node[b];
	struct tl_expr_node node = {.op = (uint8_t)op,
				    .a = a,
				    .b = b,
				    .type = op < TL_EXPR_OP_LT ? TL_EXPR_T_NUMBER : TL_EXPR_T_BOOL};
	if (op == TL_EXPR_OP_AND || op == TL_EXPR_OP_OR) {
		if (short_cut(g, op, a, b, ret))
			return TL_OK;
		return intern(g, &node, ret, err);
	}
	if (x->op == TL_EXPR_OP_CONST && y->op == TL_EXPR_OP_CONST)
		return fold(g, op, a, b, ret, err);
	bool turns = op == TL_EXPR_OP_ADD || op == TL_EXPR_OP_MUL || op == TL_EXPR_OP_EQ ||
		     op == TL_EXPR_OP_NE;
	if (turns && a > b) { /* one order, so that a + b and b + a are one node */
		node.a = b;
		node.b = a;
	}
	return intern(g, &node, ret, err);
}

void tl_expr_node_free(struct tl_expr_graph *g)
{
	for (size_t i = 0; i < g->regexes; i++)
		tl_expr_regex_free(g->regex[i]);
	free(g->regex);
	free(g->node);
	tl_map_free(&g->known);
	tl_map_free(&g->texts);
	tl_col_free(&g->strings);
	tl_col_free(&g->motifs);
	tl_buf_free(&g->scratch);
	*g = (struct tl_expr_graph){0};
}
