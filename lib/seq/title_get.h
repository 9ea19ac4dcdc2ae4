/* SPDX-License-Identifier: MIT */
/* title_get: a header that was written with a glossary.
 *
 * Reads what title_put wrote, in this process, and no other bytes: nothing is checked.
 */
#ifndef TL_TITLE_GET_H
#define TL_TITLE_GET_H

#include <tl/buf.h>

#include "glossary.h"

/* Appends the header at *p to opt_out, where that is not NULL; *p is behind it then. */
enum tl_status tl_title_get_head(const struct tl_glossary *g, const uint8_t **p,
				 struct tl_buf *opt_out, struct tl_err *err) TL_CHECK;

#endif
