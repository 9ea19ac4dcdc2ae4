/* SPDX-License-Identifier: MIT */
/* layout: the lines of an entry, gathered while they are read, and written as its lay string. */
#ifndef TL_SEQ_LAYOUT_H
#define TL_SEQ_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include <tl/batch.h>
#include <tl/buf.h>
#include <tl/err.h>

struct tl_layout_group {
	uint64_t lines, chars; /* equal lines in a row, characters in each */
	enum tl_eol eol;
};

/* The last two groups are kept here, as a regular entry has no more; earlier ones are coded. */
struct tl_layout {
	struct tl_layout_group last[2];
	unsigned n;           /* groups in last */
	uint64_t width;       /* of the first group that went to early, see tl_layout_width */
	struct tl_buf early;  /* groups before last, coded */
};

void tl_layout_reset(struct tl_layout *lay);

/* Lines which differ from the one before; see tl_layout_lines. */
enum tl_status tl_layout_turn(struct tl_layout *lay, uint64_t lines, uint64_t chars,
			      enum tl_eol eol, struct tl_err *err) TL_CHECK;

/* Adds equal lines. */
static inline enum tl_status tl_layout_lines(struct tl_layout *lay, uint64_t lines, uint64_t chars,
					     enum tl_eol eol, struct tl_err *err)
{
	struct tl_layout_group *g = &lay->last[lay->n ? lay->n - 1 : 0];
	if (lay->n && g->chars == chars && g->eol == eol) {
		g->lines += lines;
		return TL_OK;
	}
	return tl_layout_turn(lay, lines, chars, eol, err);
}

/* Adds a line. */
static inline enum tl_status tl_layout_line(struct tl_layout *lay, uint64_t chars, enum tl_eol eol,
					    struct tl_err *err)
{
	return tl_layout_lines(lay, 1, chars, eol, err);
}

/* The characters of the first line where another line with characters follows it; else 0. */
uint64_t tl_layout_width(const struct tl_layout *lay);

/* Are these the lines of a regular entry of a batch with that width and eol? */
bool tl_layout_regular(const struct tl_layout *lay, uint64_t width, enum tl_eol eol);

/* Are these the same lines? */
bool tl_layout_same(const struct tl_layout *a, const struct tl_layout *b);

/* Appends the lay string of an entry that is not regular. */
enum tl_status tl_layout_put(const struct tl_layout *lay, enum tl_eol head_eol, struct tl_buf *out,
			     struct tl_err *err) TL_CHECK;

#endif
