/* SPDX-License-Identifier: MIT */
/* optman: the options of a tool in mdoc(7), for its man page.  Private to this room.
 * Threads: one at a time for an object. */
#ifndef TL_OPTMAN_H
#define TL_OPTMAN_H

#include <tl/opt.h>

#include "opttext.h"

void tl_optman_put(struct tl_opttext *t, const struct tl_opt_tool *tool);

#endif
