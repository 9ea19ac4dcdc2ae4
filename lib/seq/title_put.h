/* SPDX-License-Identifier: MIT */
/* title_put: one header written with a glossary. */
#ifndef TL_TITLE_PUT_H
#define TL_TITLE_PUT_H

#include <tl/buf.h>

#include "glossary.h"

/* All zero is right; freed by the caller. */
struct tl_title_put {
	struct tl_buf plan, args;
};

/* Appends the header to out, as tl_title_get_head reads it. */
enum tl_status tl_title_put_head(struct tl_glossary *g, struct tl_title_put *put,
				 struct tl_str head, struct tl_buf *out,
				 struct tl_err *err) TL_CHECK;
void tl_title_put_free(struct tl_title_put *put); /* it is empty then */

#endif
