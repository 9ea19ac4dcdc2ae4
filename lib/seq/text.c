/* SPDX-License-Identifier: MIT */
/* text: the entries of a batch as FASTA text.
 *
 * The text is made in the output buffer from behind: the residues are put at the far end of the
 * room for the whole, then moved forward while odd bytes and then line ends are put in between.
 * What is put in shrinks the gap in front of what is still to be moved, so nothing is overtaken. */
#include <tl/text.h>

#include <string.h>

#include <tl/bits.h>

#include "eol.h"
#include "side.h"

/* ---- lines ---- */

/* Where lines come from and go to; src may lie behind dst in the same buffer. */
struct pen {
	uint8_t *dst;
	const uint8_t *src;
};

static inline void put_eol(struct pen *pen, enum tl_eol eol)
{
	if (eol == TL_EOL_CR || eol == TL_EOL_CRLF)
		*pen->dst++ = '\r';
	if (eol == TL_EOL_LF || eol == TL_EOL_CRLF)
		*pen->dst++ = '\n';
}

static inline void put_line(struct pen *pen, size_t chars, enum tl_eol eol)
{
	if (chars)
		memmove(pen->dst, pen->src, chars);
	pen->dst += chars;
	pen->src += chars;
	put_eol(pen, eol);
}

/* lines of width characters (0: all in one), the last of what is left, if anything. */
static void put_lines(struct pen *pen, uint64_t chars, uint64_t width, enum tl_eol eol)
{
	for (; width && chars > width; chars -= width)
		put_line(pen, (size_t)width, eol);
	if (chars)
		put_line(pen, (size_t)chars, eol);
}

static void put_lay(struct pen *pen, struct tl_str lay)
{
	struct tl_side_group g;
	for (size_t pos = 1; pos < lay.n && tl_side_next(lay, &pos, &g);)
		for (uint64_t i = 0; i < g.a; i++)
			put_line(pen, (size_t)g.b, (enum tl_eol)g.byte);
}

/* ---- an entry ---- */

/* What is to be written and how large its parts are. */
struct plan {
	const struct tl_entry *e;
	struct tl_text_style *style;
	enum tl_alphabet alphabet;
	uint64_t width;       /* of the batch, or the style's */
	enum tl_eol eol;
	enum tl_eol head_eol; /* NONE also where no header ends in the entry */
	uint64_t odd, chars;  /* odd bytes; odd bytes and residues */
	uint64_t eols;        /* bytes of line ends in the body */
	bool close;           /* one more line end behind all, see tl_text_style.end_line */
	uint64_t column;      /* for the style, when all is written */
};

/* The flags make sense together and with what the entry holds. */
static enum tl_status check_flags(const struct tl_entry *e, enum tl_alphabet alphabet,
				  struct tl_err *err)
{
	unsigned f = e->flags;
	bool head_out = f & TL_REC_HEAD_OUT;
	if (f & ~(unsigned)(TL_REC_IN | TL_REC_OUT | TL_REC_HEAD_IN | TL_REC_HEAD_OUT | TL_REC_RNA))
		return tl_err_set(err, TL_DATA, "a record has unknown flags");
	if ((f & TL_REC_HEAD_IN && !(f & TL_REC_IN)) || (head_out && !(f & TL_REC_OUT)) ||
	    (head_out && f & TL_REC_IN && !(f & TL_REC_HEAD_IN)) ||
	    (f & TL_REC_RNA && alphabet != TL_NUCLEOTIDE))
		return tl_err_set(err, TL_DATA, "the flags of a record contradict each other");
	if (head_out && (e->length || e->odd.n || e->lay.n))
		return tl_err_set(err, TL_DATA, "a record has residues before its header ends");
	if (f & TL_REC_IN && !(f & TL_REC_HEAD_IN) && e->head.n)
		return tl_err_set(err, TL_DATA, "a record has a header where none can be");
	return TL_OK;
}

/* The entry's own lines. */
static enum tl_status plan_own(struct plan *p, bool head_ends, struct tl_err *err)
{
	const struct tl_entry *e = p->e;
	bool open = p->style->column && !head_ends;
	enum tl_status st;
	if (e->lay.n) {
		if ((st = tl_side_measure_lay(e->lay, p->chars, &p->eols, err)) != TL_OK)
			return st;
		p->head_eol = (enum tl_eol)e->lay.p[0];
		if (!head_ends && p->head_eol != TL_EOL_NONE)
			return tl_side_broken("lay", err);
		if (head_ends)
			open = p->head_eol == TL_EOL_NONE;
		if (e->lay.n > 1)
			open = e->lay.p[e->lay.n - 1] == TL_EOL_NONE;
	} else {
		uint64_t lines = !p->chars ? 0 : p->width ? (p->chars - 1) / p->width + 1 : 1;
		p->head_eol = head_ends ? p->eol : TL_EOL_NONE;
		p->eols = lines * tl_eol_size(p->eol);
		open = open && !p->chars;
	}
	p->close = open && p->style->end_line && !(e->flags & TL_REC_OUT);
	p->column = open && !p->close;
	return TL_OK;
}

/* Lines of the style's width, going on from its column. */
static void plan_style(struct plan *p, bool head_ends)
{
	uint64_t w = p->style->width;
	if (w)
		p->style->column %= w;
	uint64_t at = p->style->column;
	p->eol = TL_EOL_LF;
	p->width = w;
	p->head_eol = head_ends ? TL_EOL_LF : TL_EOL_NONE;
	p->eols = w ? (at + p->chars) / w : 0;
	p->column = w ? (at + p->chars) % w : at + p->chars;
	p->close = p->column && !(p->e->flags & TL_REC_OUT);
	if (p->close)
		p->column = 0;
}

static enum tl_status make_plan(struct plan *p, struct tl_err *err)
{
	const struct tl_entry *e = p->e;
	enum tl_status st;
	bool head_ends = !(e->flags & TL_REC_HEAD_OUT) &&
			 (!(e->flags & TL_REC_IN) || e->flags & TL_REC_HEAD_IN);
	if ((st = check_flags(e, p->alphabet, err)) != TL_OK ||
	    (st = tl_side_measure_odd(e->odd, e->length, &p->odd, err)) != TL_OK ||
	    (st = tl_side_measure_mask(e->mask, e->length, err)) != TL_OK)
		return st;
	if (!tl_bits_add(e->length, p->odd, &p->chars) || p->chars > SIZE_MAX / 4)
		return tl_err_nomem(err, e->length);
	if (!(e->flags & TL_REC_IN))
		p->style->column = 0;
	if (p->style->own)
		return plan_own(p, head_ends, err);
	plan_style(p, head_ends);
	return TL_OK;
}

/* '>' and the header, with what stands before it; its size was reserved. */
static void put_head(const struct plan *p, struct pen *pen)
{
	const struct tl_entry *e = p->e;
	struct tl_str parts[3] = {{NULL, 0}, {NULL, 0}, e->head};
	bool begins = !(e->flags & TL_REC_IN);
	if (p->style->keep_lead)
		parts[0] = e->lead;
	if (begins && p->style->prefix)
		parts[1] = (struct tl_str){(const uint8_t *)p->style->prefix, p->style->prefix_len};
	for (int i = 0; i < 3; i++) {
		if (i == 1 && begins)
			*pen->dst++ = '>';
		if (parts[i].n)
			memcpy(pen->dst, parts[i].p, parts[i].n);
		pen->dst += parts[i].n;
	}
	put_eol(pen, p->head_eol);
}

/* Puts the body's characters at the end of the room, which begins at dst. */
static enum tl_status put_body(const struct plan *p, const uint8_t *residues, struct pen *pen,
			       struct tl_err *err)
{
	const struct tl_entry *e = p->e;
	uint8_t *end = pen->dst + p->eols + p->chars, *resi = end - e->length;
	if (!e->odd.n && !e->mask.n && !(e->flags & TL_REC_RNA)) {
		pen->src = residues;
		return TL_OK;
	}
	if (e->length)
		memcpy(resi, residues, (size_t)e->length);
	if (e->flags & TL_REC_RNA) {
		enum tl_status st = tl_side_apply_urac(e->urac, resi, (size_t)e->length, err);
		if (st != TL_OK)
			return st;
	}
	tl_side_apply_mask(e->mask, resi);
	if (e->odd.n)
		tl_side_apply_odd(e->odd, end - p->chars, resi, end);
	pen->src = end - p->chars;
	return TL_OK;
}

/* The lines of the style: first what fills up the open one. */
static void put_style(const struct plan *p, struct pen *pen)
{
	uint64_t w = p->width, at = p->style->column, chars = p->chars;
	while (w && at + chars >= w) {
		put_line(pen, (size_t)(w - at), TL_EOL_LF);
		chars -= w - at;
		at = 0;
	}
	put_line(pen, (size_t)chars, TL_EOL_NONE);
}

enum tl_status tl_text_render(const struct tl_entry *e, enum tl_alphabet alphabet, uint32_t width,
			      enum tl_eol eol, const uint8_t *residues, struct tl_text_style *style,
			      struct tl_buf *out, struct tl_err *err)
{
	struct plan p = {.e = e, .style = style, .alphabet = alphabet, .width = width, .eol = eol};
	struct pen pen = {NULL, NULL};
	enum tl_status st = make_plan(&p, err);
	if (st != TL_OK)
		return st;
	/* The four bytes are '>', and the line ends of the header and behind all. */
	size_t extra = e->lead.n + style->prefix_len + e->head.n + 5;
	if ((st = tl_buf_reserve(out, extra + (size_t)(p.eols + p.chars), err)) != TL_OK)
		return st;
	pen.dst = out->data + out->len;
	put_head(&p, &pen);
	if ((st = put_body(&p, residues, &pen, err)) != TL_OK)
		return st;
	if (!style->own)
		put_style(&p, &pen);
	else if (e->lay.n)
		put_lay(&pen, e->lay);
	else
		put_lines(&pen, p.chars, p.width, p.eol);
	if (p.close)
		put_eol(&pen, p.eol);
	style->column = p.column;
	out->len = (size_t)(pen.dst - out->data);
	return TL_OK;
}

struct tl_str tl_text_word(struct tl_str head)
{
	size_t n = 0;
	while (n < head.n && head.p[n] != ' ' && head.p[n] != '\t' && head.p[n] != 1)
		n++;
	return (struct tl_str){head.p, n};
}
