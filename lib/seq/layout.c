/* SPDX-License-Identifier: MIT */
/* layout: the lines of an entry, as groups of equal ones. */
#include "layout.h"

#include <string.h>

void tl_layout_reset(struct tl_layout *lay)
{
	lay->n = 0;
	lay->width = 0;
	tl_buf_reset(&lay->early);
}

static enum tl_status put_group(const struct tl_layout_group *g, struct tl_buf *out,
				struct tl_err *err)
{
	uint8_t eol = (uint8_t)g->eol;
	enum tl_status st;
	if ((st = tl_buf_add_varint(out, g->lines, err)) != TL_OK ||
	    (st = tl_buf_add_varint(out, g->chars, err)) != TL_OK)
		return st;
	return tl_buf_add(out, &eol, 1, err);
}

enum tl_status tl_layout_turn(struct tl_layout *lay, uint64_t lines, uint64_t chars,
			      enum tl_eol eol, struct tl_err *err)
{
	if (lay->n == 2) {
		if (!lay->early.len)
			lay->width = tl_layout_width(lay);
		enum tl_status st = put_group(&lay->last[0], &lay->early, err);
		if (st != TL_OK)
			return st;
		lay->last[0] = lay->last[1];
		lay->n = 1;
	}
	lay->last[lay->n++] = (struct tl_layout_group){lines, chars, eol};
	return TL_OK;
}

uint64_t tl_layout_width(const struct tl_layout *lay)
{
	const struct tl_layout_group *g = lay->last;
	if (lay->early.len)
		return lay->width;
	if (lay->n && (g->lines > 1 || (lay->n == 2 && g[1].chars)))
		return g->chars;
	return 0;
}

bool tl_layout_regular(const struct tl_layout *lay, uint64_t width, enum tl_eol eol)
{
	const struct tl_layout_group *g = lay->last, *last = &lay->last[lay->n ? lay->n - 1 : 0];
	if (lay->early.len)
		return false;
	if (!lay->n)
		return true;
	if (g->eol != eol || last->eol != eol || !last->chars)
		return false;
	if (last->lines > 1 || lay->n == 2)
		if (!width || g->chars != width)
			return false;
	if (lay->n == 2 && last->lines > 1)
		return false;
	return !width || last->chars <= width;
}

bool tl_layout_same(const struct tl_layout *a, const struct tl_layout *b)
{
	if (a->n != b->n || a->early.len != b->early.len)
		return false;
	for (unsigned i = 0; i < a->n; i++) {
		const struct tl_layout_group *x = &a->last[i], *y = &b->last[i];
		if (x->lines != y->lines || x->chars != y->chars || x->eol != y->eol)
			return false;
	}
	return !a->early.len || !memcmp(a->early.data, b->early.data, a->early.len);
}

enum tl_status tl_layout_put(const struct tl_layout *lay, enum tl_eol head_eol, struct tl_buf *out,
			     struct tl_err *err)
{
	uint8_t eol = (uint8_t)head_eol;
	enum tl_status st;
	if ((st = tl_buf_add(out, &eol, 1, err)) != TL_OK ||
	    (st = tl_buf_add(out, lay->early.data, lay->early.len, err)) != TL_OK)
		return st;
	for (unsigned i = 0; i < lay->n; i++)
		if ((st = put_group(&lay->last[i], out, err)) != TL_OK)
			return st;
	return TL_OK;
}
