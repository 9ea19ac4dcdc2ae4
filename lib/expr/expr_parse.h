/* SPDX-License-Identifier: MIT */
/* expr_parse: the grammar of filter expressions, man tl-filter(7), by recursive descent. */
#ifndef TL_EXPR_PARSE_H
#define TL_EXPR_PARSE_H

#include "expr_node.h"

/* Parses text into the graph (of zeros at first); *ret_root is a condition. */
enum tl_status tl_expr_parse(const char *text, struct tl_expr_graph *g, uint32_t *ret_root,
			     struct tl_err *err) TL_CHECK;

/* The name of a field. */
const char *tl_expr_parse_field(enum tl_expr_field f);

#endif
