/* SPDX-License-Identifier: MIT */
/* set_script: the scripts of new members, made of their edges. */
#ifndef TL_SET_SCRIPT_H
#define TL_SET_SCRIPT_H

#include <tl/set.h>

/* Makes them of the edges of those in member, which is freed. */
enum tl_status tl_set_script_make(struct tl_set *set, struct tl_err *err) TL_CHECK;

/* The script of a new member: that of its membership, or the one by which it is coded. */
enum tl_status tl_set_script_get(struct tl_set *set, uint32_t i, bool membership,
				 struct tl_buf *scratch, struct tl_delta *ret,
				 struct tl_err *err) TL_CHECK;

/* Keeps another script by which a member is coded. */
enum tl_status tl_set_script_again(struct tl_set *set, uint32_t i, const struct tl_delta *d,
				   struct tl_err *err) TL_CHECK;

/* No more of those come: they are found from here on. */
enum tl_status tl_set_script_settle(struct tl_set *set, struct tl_err *err) TL_CHECK;

#endif
