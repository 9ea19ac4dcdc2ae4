/* SPDX-License-Identifier: MIT */
/* set_script: the scripts of new members, made of their edges. */
#ifndef TL_SET_SCRIPT_H
#define TL_SET_SCRIPT_H

#include <tl/set.h>

/* Keeps a script of the member of a node; one that is there stays the script of its membership. */
enum tl_status tl_set_script_put(struct tl_set *set, uint32_t node, const struct tl_delta *d,
				 struct tl_err *err) TL_CHECK;

/* The script put last, or that of the membership; in scratch or the set. */
enum tl_status tl_set_script_get(const struct tl_set *set, uint32_t node, bool membership,
				 struct tl_buf *scratch, struct tl_delta *ret,
				 struct tl_err *err) TL_CHECK;

/* Those of all new members. */
enum tl_status tl_set_script_make(struct tl_set *set, struct tl_err *err) TL_CHECK;

#endif
