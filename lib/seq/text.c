/* SPDX-License-Identifier: MIT */
/* text: the entries of a batch as FASTA or FASTQ text.
 *
 * The text is made in the output buffer from behind: the residues are put at the far end of the
 * room for the whole, then moved forward while odd bytes and then line ends are put in between.
 * What is put in shrinks the gap in front of what is still to be moved, so nothing is overtaken. */
#include <tl/text.h>

#include <string.h>

#include <tl/bits.h>

#include "eol.h"
#include "runs.h"
#include "side.h"

/* ---- lines ---- */

/* Where lines come from and go to; src may lie behind dst in the same buffer.  Loops work on a
 * copy of which no other function knows, so that it stays in registers. */
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
	struct pen at = *pen;
	for (; width && chars > width; chars -= width)
		put_line(&at, (size_t)width, eol);
	if (chars)
		put_line(&at, (size_t)chars, eol);
	*pen = at;
}

static void put_lay(struct pen *pen, struct tl_str lay)
{
	struct tl_side_group g;
	struct pen at = *pen;
	for (size_t pos = 1; pos < lay.n && tl_side_next(lay, &pos, &g);)
		for (uint64_t i = 0; i < g.a; i++)
			put_line(&at, (size_t)g.b, (enum tl_eol)g.byte);
	*pen = at;
}

/* ---- an entry ---- */

/* The same of what begins with '+'. */
struct quality {
	enum tl_eol plus_eol;
	struct tl_str plus, qual; /* behind '+'; qualities */
	uint64_t at;              /* !own: the column where qualities begin */
	uint64_t eols;            /* bytes of line ends in them */
	bool close_body;          /* !own: the line before '+' has to be ended */
};

/* What is to be written and how large its parts are.  It is filled field by field, for speed. */
struct plan {
	const struct tl_entry *e;
	struct tl_text_style *style;
	enum tl_alphabet alphabet;
	uint64_t width;       /* of the batch, or the style's */
	enum tl_eol eol;
	/* Which parts of a record there are, by the flags: a header that ends here; '+', the end
	 * of its line, anything from '+' on. */
	bool head_here, head_ends, plus_begins, plus_here, plus_ends, quality;
	enum tl_eol head_eol; /* NONE also where no header ends in the entry */
	uint64_t odd, chars;  /* odd bytes; odd bytes and residues */
	uint64_t eols;        /* bytes of line ends in the body */
	bool close;           /* one more line end behind all, see tl_text_style.end_line */
	uint64_t column;      /* for the style, when all is written */
	struct quality q;     /* only where there is quality */
};

/* The flags make sense together. */
static bool flags_agree(unsigned f, enum tl_alphabet alphabet)
{
	bool in = f & TL_REC_IN, out = f & TL_REC_OUT, head_in = f & TL_REC_HEAD_IN;
	bool head_out = f & TL_REC_HEAD_OUT;
	bool qual_in = f & TL_REC_QUAL_IN, qual_out = f & TL_REC_QUAL_OUT;
	if ((head_in && !in) || (head_out && !out) || (qual_in && !in) || (qual_out && !out) ||
	    (qual_in && out && !qual_out))
		return false;
	if (head_out && in && !head_in && qual_in == qual_out)
		return false;
	return !(f & TL_REC_RNA) || alphabet == TL_NUCLEOTIDE;
}

/* They also fit what the entry holds. */
static enum tl_status check_flags(const struct plan *p, struct tl_err *err)
{
	const struct tl_entry *e = p->e;
	unsigned f = e->flags;
	if (!flags_agree(f, p->alphabet))
		return tl_err_set(err, TL_DATA, "the flags of a record contradict each other");
	if (f & TL_REC_HEAD_OUT && !(f & TL_REC_QUAL_OUT) && (e->length || e->odd.n || e->lay.n))
		return tl_err_set(err, TL_DATA, "a record has residues before its header ends");
	if (f & TL_REC_QUAL_IN && (e->length || e->odd.n || e->lay.n))
		return tl_err_set(err, TL_DATA, "a record has residues behind its '+'");
	if (!p->head_here && e->head.n)
		return tl_err_set(err, TL_DATA, "a record has a header where none can be");
	if (p->style->fastq && ((!p->plus_here && e->plus.n) || (!p->quality && e->qlay.n) ||
				((!p->quality || (p->plus_here && !p->plus_ends)) && e->qual.n)))
		return tl_err_set(err, TL_DATA, "a record has qualities where none can be");
	return TL_OK;
}

/* Which parts there are. */
static enum tl_status plan_parts(struct plan *p, struct tl_err *err)
{
	p->head_here = p->head_ends = true;
	p->plus_begins = p->plus_here = p->plus_ends = p->quality = false;
	if (!p->e->flags && !p->style->fastq)
		return TL_OK; /* the usual case */
	unsigned f = p->e->flags;
	bool head_in = f & TL_REC_HEAD_IN, head_out = f & TL_REC_HEAD_OUT;
	bool qual_in = f & TL_REC_QUAL_IN, qual_out = f & TL_REC_QUAL_OUT;
	p->head_here = !(f & TL_REC_IN) || (head_in && !qual_in);
	p->head_ends = p->head_here && !(head_out && !qual_out);
	p->plus_begins = !qual_in && (qual_out || !(f & TL_REC_OUT));
	p->plus_here = p->plus_begins || (head_in && qual_in);
	p->plus_ends = p->plus_here && !(head_out && qual_out);
	p->quality = p->plus_begins || qual_in;
	if (!p->style->fastq)
		p->plus_begins = p->plus_here = p->plus_ends = p->quality = false;
	return check_flags(p, err);
}

/* What stands behind '+'. */
static enum tl_status plan_plus(struct plan *p, struct tl_err *err)
{
	struct tl_str s = p->e->plus;
	if (!s.n)
		return TL_OK;
	if (s.p[0] > 1 || (s.p[0] == 0 && s.n > 1))
		return tl_side_broken("plus", err);
	p->q.plus = s.p[0] ? (struct tl_str){s.p + 1, s.n - 1} : p->e->head;
	return TL_OK;
}

/* Qualities in their own lines; *open: is the line before them, and then the last one? */
static enum tl_status plan_own_quality(struct plan *p, bool *open, struct tl_err *err)
{
	const struct tl_entry *e = p->e;
	p->q.qual = e->qual;
	if (e->qlay.n) {
		p->q.plus_eol = (enum tl_eol)e->qlay.p[0];
		if (!p->plus_ends && p->q.plus_eol != TL_EOL_NONE)
			return tl_side_broken("qlay", err);
		if (p->plus_here)
			*open = p->q.plus_eol == TL_EOL_NONE;
		if (e->qlay.n > 1)
			*open = e->qlay.p[e->qlay.n - 1] == TL_EOL_NONE;
		return tl_side_measure_lay(e->qlay, e->qual.n, &p->q.eols, err);
	}
	if (e->qual.n != p->chars)
		return tl_side_broken("qlay", err);
	p->q.eols = p->eols;
	p->q.plus_eol = !p->plus_ends ? TL_EOL_NONE : p->head_ends ? p->head_eol : p->eol;
	if (p->plus_here && !p->chars && e->lay.n <= 1)
		*open = p->q.plus_eol == TL_EOL_NONE;
	return TL_OK;
}

/* The entry's own lines. */
static enum tl_status plan_own(struct plan *p, struct tl_err *err)
{
	const struct tl_entry *e = p->e;
	bool open = p->style->column && !p->head_ends;
	enum tl_status st = TL_OK;
	if (e->lay.n) {
		if ((st = tl_side_measure_lay(e->lay, p->chars, &p->eols, err)) != TL_OK)
			return st;
		p->head_eol = (enum tl_eol)e->lay.p[0];
		if (!p->head_ends && p->head_eol != TL_EOL_NONE)
			return tl_side_broken("lay", err);
		if (p->head_ends)
			open = p->head_eol == TL_EOL_NONE;
		if (e->lay.n > 1)
			open = e->lay.p[e->lay.n - 1] == TL_EOL_NONE;
	} else {
		uint64_t lines = !p->chars ? 0 : p->width ? (p->chars - 1) / p->width + 1 : 1;
		p->head_eol = p->head_ends ? p->eol : TL_EOL_NONE;
		p->eols = lines * tl_eol_size(p->eol);
		open = open && !p->chars;
	}
	if (p->quality)
		st = plan_own_quality(p, &open, err);
	p->close = open && p->style->end_line && !(e->flags & TL_REC_OUT);
	p->column = open && !p->close;
	return st;
}

/* So many characters in lines of the style from column *at on: the line ends among them. */
static uint64_t flow(const struct plan *p, uint64_t *at, uint64_t chars)
{
	uint64_t w = p->width, lines = w ? (*at + chars) / w : 0;
	*at = w ? (*at + chars) % w : *at + chars;
	return lines;
}

/* Lines of the style's width, going on from its column. */
static void plan_style(struct plan *p)
{
	struct tl_text_style *style = p->style;
	if (style->width)
		style->column %= style->width;
	p->eol = TL_EOL_LF;
	p->width = style->width;
	p->head_eol = p->head_ends ? TL_EOL_LF : TL_EOL_NONE;
	p->column = style->column;
	p->eols = flow(p, &p->column, p->chars);
	style->due += p->chars;
	if (p->quality) {
		p->q.close_body = p->plus_begins && p->column;
		if (p->plus_begins)
			p->column = 0;
		p->q.plus_eol = p->plus_ends ? TL_EOL_LF : TL_EOL_NONE;
		p->q.qual = p->e->qual;
		if (p->q.qual.n > style->due)
			p->q.qual.n = (size_t)style->due;
		style->due -= p->q.qual.n;
		p->q.at = p->column;
		p->q.eols = flow(p, &p->column, p->q.qual.n);
	}
	p->close = p->column && !(p->e->flags & TL_REC_OUT);
	if (p->close)
		p->column = 0;
}

static enum tl_status make_plan(struct plan *p, struct tl_err *err)
{
	const struct tl_entry *e = p->e;
	enum tl_status st;
	if ((st = plan_parts(p, err)) != TL_OK ||
	    (st = tl_side_measure_odd(e->odd, e->length, &p->odd, err)) != TL_OK ||
	    (st = tl_side_measure_mask(e->mask, e->length, err)) != TL_OK)
		return st;
	if (!tl_bits_add(e->length, p->odd, &p->chars) || p->chars > SIZE_MAX / 4)
		return tl_err_nomem(err, e->length);
	if (!(e->flags & TL_REC_IN))
		p->style->column = p->style->due = 0;
	if (p->quality) {
		p->q = (struct quality){.plus_eol = TL_EOL_NONE};
		if ((st = plan_plus(p, err)) != TL_OK)
			return st;
	}
	if (p->style->own)
		return plan_own(p, err);
	plan_style(p);
	return TL_OK;
}

/* '>' or '@' and the header, with what stands before it; its size was reserved. */
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
			*pen->dst++ = p->style->fastq ? '@' : '>';
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
	enum tl_text_case letters = p->style->letters;
	if (!e->odd.n && (!e->mask.n || letters == TL_TEXT_UPPER) && letters != TL_TEXT_LOWER &&
	    !(e->flags & TL_REC_RNA)) {
		pen->src = e->length ? residues : end; /* which may be NULL for none */
		return TL_OK;
	}
	if (e->length)
		memcpy(resi, residues, (size_t)e->length);
	if (e->flags & TL_REC_RNA) {
		enum tl_status st = tl_side_apply_urac(e->urac, resi, (size_t)e->length, err);
		if (st != TL_OK)
			return st;
	}
	if (letters == TL_TEXT_LOWER)
		tl_runs_lower(resi, (size_t)e->length);
	else if (letters == TL_TEXT_AS_IT_WAS)
		tl_side_apply_mask(e->mask, resi);
	if (e->odd.n)
		tl_side_apply_odd(e->odd, end - p->chars, resi, end);
	pen->src = end - p->chars;
	return TL_OK;
}

/* The lines of the style: first what fills up the open one. */
static void put_style(const struct plan *p, struct pen *pen, uint64_t at, uint64_t chars)
{
	uint64_t w = p->width;
	while (w && at + chars >= w) {
		put_line(pen, (size_t)(w - at), TL_EOL_LF);
		chars -= w - at;
		at = 0;
	}
	put_line(pen, (size_t)chars, TL_EOL_NONE);
}

/* Characters at pen->src in the entry's own lines. */
static void put_own(const struct plan *p, struct pen *pen, struct tl_str lay, uint64_t chars)
{
	if (lay.n)
		put_lay(pen, lay);
	else
		put_lines(pen, chars, p->width, p->eol);
}

/* From '+' on. */
static void put_quality(const struct plan *p, struct pen *pen)
{
	const struct tl_entry *e = p->e;
	if (p->q.close_body)
		put_eol(pen, TL_EOL_LF);
	if (p->plus_begins)
		*pen->dst++ = '+';
	if (p->q.plus.n)
		memcpy(pen->dst, p->q.plus.p, p->q.plus.n);
	pen->dst += p->q.plus.n;
	put_eol(pen, p->q.plus_eol);
	pen->src = p->q.qual.p;
	if (p->style->own)
		put_own(p, pen, e->qlay.n ? e->qlay : e->lay, p->q.qual.n);
	else
		put_style(p, pen, p->q.at, p->q.qual.n);
}

/* Room for all that is planned. */
static enum tl_status reserve(const struct plan *p, struct tl_buf *out, struct tl_err *err)
{
	/* The bytes are '>', '+', and the line ends of the header, before '+', behind it and
	 * behind all. */
	size_t extra = p->e->lead.n + p->style->prefix_len + p->e->head.n + 9;
	if (p->quality)
		extra += p->q.plus.n + p->q.qual.n + (size_t)p->q.eols;
	return tl_buf_reserve(out, extra + (size_t)(p->eols + p->chars), err);
}

enum tl_status tl_text_render(const struct tl_entry *e, enum tl_alphabet alphabet, uint32_t width,
			      enum tl_eol eol, const uint8_t *residues, struct tl_text_style *style,
			      struct tl_buf *out, struct tl_err *err)
{
	struct plan p;
	struct pen pen = {NULL, NULL};
	p.e = e;
	p.style = style;
	p.alphabet = alphabet;
	p.width = width;
	p.eol = eol;
	enum tl_status st = make_plan(&p, err);
	if (st != TL_OK || (st = reserve(&p, out, err)) != TL_OK)
		return st;
	pen.dst = out->data + out->len;
	put_head(&p, &pen);
	if ((st = put_body(&p, residues, &pen, err)) != TL_OK)
		return st;
	if (style->own)
		put_own(&p, &pen, e->lay, p.chars);
	else
		put_style(&p, &pen, style->column, p.chars);
	if (p.quality)
		put_quality(&p, &pen);
	if (p.close)
		put_eol(&pen, p.eol);
	style->column = p.column;
	out->len = (size_t)(pen.dst - out->data);
	return TL_OK;
}

void tl_text_pass(const struct tl_entry *e, enum tl_alphabet alphabet, uint32_t width,
		  enum tl_eol eol, struct tl_text_style *style)
{
	struct plan p;
	p.e = e;
	p.style = style;
	p.alphabet = alphabet;
	p.width = width;
	p.eol = eol;
	if (make_plan(&p, NULL) == TL_OK)
		style->column = p.column;
}

enum tl_status tl_text_name(const struct tl_entry *e, struct tl_buf *out, struct tl_err *err)
{
	unsigned f = e->flags;
	bool here = !(f & TL_REC_IN) || (f & TL_REC_HEAD_IN && !(f & TL_REC_QUAL_IN));
	bool ends = here && !(f & TL_REC_HEAD_OUT && !(f & TL_REC_QUAL_OUT));
	enum tl_status st = here ? tl_buf_add(out, e->head.p, e->head.n, err) : TL_OK;
	return st == TL_OK && ends ? tl_buf_add(out, "\n", 1, err) : st;
}

struct tl_str tl_text_word(struct tl_str head)
{
	size_t n = 0;
	while (n < head.n && head.p[n] != ' ' && head.p[n] != '\t' && head.p[n] != 1)
		n++;
	return (struct tl_str){head.p, n};
}
