/* SPDX-License-Identifier: MIT */
/* stats_diff: tl-stats --diff. */
#ifndef TL_BIN_STATS_DIFF_H
#define TL_BIN_STATS_DIFF_H

#include <tl/out.h>
#include <tl/tool.h>

/* Compares the two streams named, and writes how they differ. */
enum tl_status stats_diff(const struct tl_tool_run *run, bool json, struct tl_out *out,
			  struct tl_err *err) TL_CHECK;

#endif
