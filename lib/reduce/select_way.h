/* SPDX-License-Identifier: MIT */
/* select_way: the three ways to choose references. */
#ifndef TL_SELECT_WAY_H
#define TL_SELECT_WAY_H

#include "select_graph.h"

/* Each marks the references of a component. */
void tl_select_way_count(struct graph *g);
void tl_select_way_length(struct graph *g);
void tl_select_way_bytes(struct graph *g);

#endif
