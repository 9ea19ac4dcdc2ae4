/* SPDX-License-Identifier: MIT */
/* set_script: the scripts of new members, made of their edges. */
#ifndef TL_SET_SCRIPT_H
#define TL_SET_SCRIPT_H

#include <tl/set.h>

enum tl_status tl_set_script_make(struct tl_set *set, struct tl_err *err) TL_CHECK;

#endif
