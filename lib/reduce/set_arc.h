/* SPDX-License-Identifier: MIT */
/* set_arc: the edges of a set as arcs, the selection among them, and the roles it gives. */
#ifndef TL_SET_ARC_H
#define TL_SET_ARC_H

#include <tl/set.h>

/* Makes the selection: sets the roles of records and the bases of new members, which are in member
 * afterwards, by their arcs. */
enum tl_status tl_set_arc_select(struct tl_set *set, const struct tl_select_params *params,
				 struct tl_err *err) TL_CHECK;

#endif
