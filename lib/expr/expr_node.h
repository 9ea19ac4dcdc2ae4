/* SPDX-License-Identifier: MIT */
/* expr_node: the graph of an expression.
 *
 * A node is made once: asked for again, with the same operation and operands, the same one comes
 * back (common sub-expressions).  An operation on constants is a constant, and a condition whose
 * one side is known is the other side or a constant (folding); what nothing refers to any more is
 * left behind, and gets no op-code. */
#ifndef TL_EXPR_NODE_H
#define TL_EXPR_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/expr.h>
#include <tl/map.h>

#include "expr_regex.h"

enum tl_expr_type { TL_EXPR_T_NUMBER, TL_EXPR_T_STRING, TL_EXPR_T_BOOL };

enum tl_expr_op {
	TL_EXPR_OP_CONST,
	TL_EXPR_OP_FIELD, /* a: enum tl_expr_field */
	TL_EXPR_OP_HAS,   /* a: motif */
	TL_EXPR_OP_NEG,
	TL_EXPR_OP_NOT,
	TL_EXPR_OP_ADD,
	TL_EXPR_OP_SUB,
	TL_EXPR_OP_MUL,
	TL_EXPR_OP_DIV,
	TL_EXPR_OP_MOD,
	TL_EXPR_OP_LT, /* of two numbers, or of two strings, to OP_NE */
	TL_EXPR_OP_LE,
	TL_EXPR_OP_EQ,
	TL_EXPR_OP_NE,
	TL_EXPR_OP_MATCH, /* a: string, b: regular expression */
	TL_EXPR_OP_AND,
	TL_EXPR_OP_OR,
};

union tl_expr_value {
	struct tl_expr_num number;
	struct tl_str string;
	bool truth;
};

struct tl_expr_node {
	uint8_t op, type;
	uint32_t a, b;             /* operands, which are earlier nodes but where said otherwise */
	union tl_expr_value value; /* CONST; a string stands in the graph's: a is its number */
};

#define TL_EXPR_NODES 4096 /* at most */

struct tl_expr_graph {
	struct tl_expr_node *node;
	size_t n, cap;
	struct tl_map known; /* hash of a node: its number */
	struct tl_map texts; /* hash of a string: its number */
	struct tl_col strings, motifs;
	struct tl_expr_regex **regex;
	size_t regexes, regex_cap;
	struct tl_buf scratch;
};

/* TL_USAGE, with the bare reason: too many nodes, or a constant that does not fit. */
enum tl_status tl_expr_node_number(struct tl_expr_graph *g, struct tl_expr_num v, uint32_t *ret,
				   struct tl_err *err) TL_CHECK;
enum tl_status tl_expr_node_truth(struct tl_expr_graph *g, bool v, uint32_t *ret,
				  struct tl_err *err) TL_CHECK;
enum tl_status tl_expr_node_string(struct tl_expr_graph *g, struct tl_str s, uint32_t *ret,
				   struct tl_err *err) TL_CHECK;
enum tl_status tl_expr_node_field(struct tl_expr_graph *g, enum tl_expr_field f, uint32_t *ret,
				  struct tl_err *err) TL_CHECK;
enum tl_status tl_expr_node_has(struct tl_expr_graph *g, struct tl_str motif, uint32_t *ret,
				struct tl_err *err) TL_CHECK;
/* *ret_at: where a pattern is wrong. */
enum tl_status tl_expr_node_match(struct tl_expr_graph *g, uint32_t a, struct tl_str pattern,
				  uint32_t *ret, size_t *ret_at, struct tl_err *err) TL_CHECK;
enum tl_status tl_expr_node_unary(struct tl_expr_graph *g, enum tl_expr_op op, uint32_t a,
				  uint32_t *ret, struct tl_err *err) TL_CHECK;
/* Operands of the types that op asks for. */
enum tl_status tl_expr_node_binary(struct tl_expr_graph *g, enum tl_expr_op op, uint32_t a,
				   uint32_t b, uint32_t *ret, struct tl_err *err) TL_CHECK;

/* The same operations on values; false where a number does not fit. */
bool tl_expr_node_reckon(enum tl_expr_op op, struct tl_expr_num a, struct tl_expr_num b,
			 struct tl_expr_num *ret);
bool tl_expr_node_compare(enum tl_expr_op op, enum tl_expr_type type, const union tl_expr_value *a,
			  const union tl_expr_value *b);

void tl_expr_node_free(struct tl_expr_graph *g);

#endif
