/* SPDX-License-Identifier: MIT */
/* select_way: the three ways to choose references. */
#ifndef TL_SELECT_WAY_H
#define TL_SELECT_WAY_H

#include "select_graph.h"

/* Each marks the references of an opened graph. */
enum tl_status tl_select_way_count(struct graph *g, struct tl_err *err) TL_CHECK;
enum tl_status tl_select_way_length(struct graph *g, struct tl_err *err) TL_CHECK;
enum tl_status tl_select_way_bytes(struct graph *g, struct tl_err *err) TL_CHECK;

#endif
