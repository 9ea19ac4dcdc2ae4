/* SPDX-License-Identifier: MIT */
/* expr_emit: the op-codes of an expression.
 *
 * Each node has a register of its own; those of constants are filled before.  A node is computed
 * where it is first needed on the way that was taken: one that stands behind && or || and is
 * needed again elsewhere is guarded, and passed over where it was computed for this record.
 */
#ifndef TL_EXPR_EMIT_H
#define TL_EXPR_EMIT_H

#include <tl/buf.h>

#include "expr_node.h"

/* Operations of the graph, and these: */
enum {
	TL_EXPR_OP_COPY = TL_EXPR_OP_OR + 1, /* dst = a */
	TL_EXPR_OP_JUMP_IF,                  /* to b where a is true */
	TL_EXPR_OP_JUMP_UNLESS,
	TL_EXPR_OP_GUARD, /* to b where dst was computed for this record */
	TL_EXPR_OP_MARK,  /* dst was computed */
};

struct tl_expr_code {
	uint8_t op, type; /* type: of the operands of a comparison */
	uint32_t dst, a, b;
};

struct tl_expr_program {
	struct tl_expr_code *code;
	size_t n, cap;
};

enum tl_status tl_expr_emit(const struct tl_expr_graph *g, uint32_t root,
			    struct tl_expr_program *program, struct tl_err *err) TL_CHECK;

/* Appends one line for each op-code. */
enum tl_status tl_expr_emit_list(const struct tl_expr_graph *g, uint32_t root,
				 const struct tl_expr_program *program, struct tl_buf *out,
				 struct tl_err *err) TL_CHECK;

#endif
