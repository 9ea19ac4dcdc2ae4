/* SPDX-License-Identifier: MIT */
/* optshell: completions of a tool's options for bash, zsh and fish.  Private to this room.
 * Threads: one at a time for an object. */
#ifndef TL_OPTSHELL_H
#define TL_OPTSHELL_H

#include <tl/opt.h>

#include "opttext.h"

void tl_optshell_bash(struct tl_opttext *t, const struct tl_opt_tool *tool);
void tl_optshell_zsh(struct tl_opttext *t, const struct tl_opt_tool *tool);
void tl_optshell_fish(struct tl_opttext *t, const struct tl_opt_tool *tool);

#endif
