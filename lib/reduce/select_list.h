/* SPDX-License-Identifier: MIT */
/* select_list: the arcs of a selection as lists, by member and by reference; places stand for
 * nodes. */
#ifndef TL_SELECT_LIST_H
#define TL_SELECT_LIST_H

#include <stdint.h>

#include <tl/select.h>
#include <tl/table.h>

#include "select_order.h"

/* One way of a member to be coded. */
struct out {
	uint32_t ref, cost;
	uint64_t source;
};

/* One possible member of a reference. */
struct in {
	uint32_t member, cost;
};

struct lists {
	struct tl_table *out;    /* struct out by member, of each the best first; one for each pair */
	struct tl_table *in;     /* struct in by ref, then member */
	struct tl_table *outs, *ins; /* [nodes] uint32_t: how many */
};

/* Makes them of all arcs, a table of struct tl_select_arc, which is freed and NULL then.  Dropped after a
 * failure too. */
enum tl_status tl_select_list_make(struct lists *l, const struct order *o, struct tl_table **arcs,
				   struct tl_err *err) TL_CHECK;
void tl_select_list_drop(struct lists *l);

#endif
