/* SPDX-License-Identifier: MIT */
/* watch: --progress, and the counts that -v tells at the end.  Private to this room. */
#ifndef TL_WATCH_H
#define TL_WATCH_H

#include <tl/tool.h>

/* Tells from now on, until the pool of the run is freed. */
enum tl_status tl_watch_begin(const struct tl_tool_run *run, struct tl_err *err) TL_CHECK;

/* The last line, and the counts; the pool is freed. */
void tl_watch_end(const struct tl_tool_run *run);

#endif
