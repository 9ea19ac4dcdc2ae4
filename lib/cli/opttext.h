/* SPDX-License-Identifier: MIT */
/* opttext: pieces of text that the documents of an option table share.  Private to this room.
 * Threads: one at a time for an object. */
#ifndef TL_OPTTEXT_H
#define TL_OPTTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <tl/buf.h>
#include <tl/err.h>
#include <tl/opt.h>

/* A text that is being made; of zeros: an empty one.  The first failure stays in status. */
struct tl_opttext {
	struct tl_buf buf;
	enum tl_status status;
	struct tl_err *err;
};

void tl_opttext_put(struct tl_opttext *t, const char *fmt, ...) TL_PRINTF(2, 3);

/* The help of o, then what its range and default are, in sentences; backquotes as in the table. */
void tl_opttext_about(struct tl_opttext *t, const struct tl_opt *o);

/* The first sentence of the help, no backquotes, no full stop; each character of special is
 * preceded by escape. */
void tl_opttext_brief(struct tl_opttext *t, const struct tl_opt *o, const char *special,
		      char escape);

/* The words of a range, with between between them. */
void tl_opttext_words(struct tl_opttext *t, const char *words, const char *between);

/* The tool's name as part of the name of a shell function. */
void tl_opttext_symbol(struct tl_opttext *t, const char *name);

/* True where the option at i begins a group that is shown. */
bool tl_opttext_begins(const struct tl_opt_tool *tool, size_t i);

/* Makes *ret the text, which the caller frees; or frees what there is. */
enum tl_status tl_opttext_done(struct tl_opttext *t, char **ret) TL_CHECK;

#endif
