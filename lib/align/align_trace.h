/* SPDX-License-Identifier: MIT */
/* align_trace: the way back from the best cell, by values of H alone. */
#ifndef ALIGN_TRACE_H
#define ALIGN_TRACE_H

#include "align_band.h"

/* Fills path's ends, counts and ops from the last run, whose best is above 0; *ret_lost: they are
 * not, as nothing leads to a cell on the way, which can be in lanes of one byte only. */
enum tl_status tl_align_trace_path(struct tl_align *ws, struct tl_align_path *path, bool *ret_lost,
				   struct tl_err *err) TL_CHECK;

#endif
