/* SPDX-License-Identifier: MIT */
/* fasta: FASTA text to batches of records. */
#include <tl/fasta.h>

#include <string.h>

#include "body.h"
#include "eol.h"
#include "layout.h"
#include "lines.h"

/* ---- the beginning of a file, and where to cut ---- */

struct tl_fasta_state tl_fasta_start(const uint8_t *text, size_t n)
{
	return (struct tl_fasta_state){
		.alphabet = tl_alphabet_guess(text, n),
		.cr = tl_lines_cr(text, n),
		.first = true,
	};
}

static bool is_blank(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
		p++;
	return p == end;
}

/* Goes over what may stand before the first record; returns the beginning of the first line
 * that may not, which should begin with '>', or end. *lines counts what was passed. */
static const uint8_t *skip_lead(const uint8_t *p, const uint8_t *end, bool cr, uint64_t *lines)
{
	*lines = 0;
	if (end - p >= 3 && !memcmp(p, "\xEF\xBB\xBF", 3))
		p += 3;
	while (p < end) {
		const uint8_t *stop = tl_lines_find(p, end, cr);
		if (*p != ';' && !is_blank(p, stop))
			return p;
		enum tl_eol eol = tl_eol_at(stop, end, cr);
		*lines += eol != TL_EOL_NONE;
		p = stop + tl_eol_size(eol);
	}
	return end;
}

/* The last '>' in text[from..n) that begins a line, or 0; from > 0. */
static size_t last_start(const uint8_t *text, size_t from, size_t n, bool cr)
{
	while (n > from) {
		const uint8_t *p = memrchr(text + from, '>', n - from);
		if (!p)
			return 0;
		if (tl_lines_fresh(p, cr))
			return (size_t)(p - text);
		n = (size_t)(p - text);
	}
	return 0;
}

size_t tl_fasta_cut(const struct tl_fasta_state *state, const uint8_t *text, size_t n, bool eof,
		    struct tl_fasta_state *ret_next)
{
	const uint8_t *start = text;
	bool cr = state->cr, fresh = !state->mid_line && n && *text == '>';
	uint64_t lines;
	*ret_next = (struct tl_fasta_state){.alphabet = state->alphabet, .cr = cr};
	if (eof || !n)
		return n;
	if (state->first) {
		start = skip_lead(text, text + n, cr, &lines);
		fresh = start < text + n && *start == '>';
	}
	size_t cut = last_start(text, (size_t)(start - text) + 1, n, cr);
	if (cut)
		return cut;
	/* A piece of a record: all there is, but no cut between CR and LF. */
	cut = n - (n > 1 && text[n - 1] == '\r');
	ret_next->inside = true;
	ret_next->mid_line = !tl_lines_fresh(text + cut, cr);
	if (fresh || state->in_header)
		ret_next->in_header = tl_lines_find(start, text + cut, cr) == text + cut;
	return cut;
}

/* ---- one chunk ---- */

struct parser {
	const struct tl_fasta_state *state, *next;
	const uint8_t *p, *end;
	struct tl_batch *batch;
	struct tl_body body;
	struct tl_layout lay;
	uint64_t lines;   /* line ends passed */
	uint64_t longest; /* characters of a regular entry in one line, while width is 0 */
	bool eol_known;   /* batch->eol is that of the first line end */
	bool again;       /* the width came too late for entries before: parse once more with it */
};

/* Passes the line end at p, if there is one. */
static enum tl_eol pass_eol(struct parser *ps)
{
	enum tl_eol eol = tl_eol_at(ps->p, ps->end, ps->state->cr);
	if (eol == TL_EOL_NONE)
		return eol;
	ps->p += tl_eol_size(eol);
	ps->lines++;
	if (!ps->eol_known) {
		ps->eol_known = true;
		ps->batch->eol = eol;
	}
	return eol;
}

/* Reads a header, or what is here of it; the column has room. */
static enum tl_eol read_head(struct parser *ps)
{
	const uint8_t *stop = tl_lines_find(ps->p, ps->end, ps->state->cr);
	struct tl_buf *head = &ps->batch->head.bytes;
	size_t n = (size_t)(stop - ps->p);
	memcpy(head->data + head->len, ps->p, n);
	head->len += n;
	ps->p = stop;
	return pass_eol(ps);
}

/* Reads lines up to the next record or the end. */
static enum tl_status read_lines(struct parser *ps, bool mid_line, struct tl_err *err)
{
	const uint8_t *end = ps->end;
	while (ps->p < end && (mid_line || *ps->p != '>')) {
		const uint8_t *from = ps->p;
		enum tl_status st = tl_body_line(&ps->body, &ps->p, end, err);
		if (st != TL_OK)
			return st;
		uint64_t chars = (uint64_t)(ps->p - from);
		enum tl_eol eol = pass_eol(ps);
		if ((st = tl_layout_line(&ps->lay, chars, eol, err)) != TL_OK)
			return st;
		mid_line = false;
	}
	return TL_OK;
}

/* Ends an entry in the batch.  here: a header line ended in it, or with the text. */
static enum tl_status end_entry(struct parser *ps, uint8_t flags, bool here, enum tl_eol head_eol,
				struct tl_err *err)
{
	struct tl_batch *b = ps->batch;
	enum tl_status st = tl_body_end(&ps->body, &flags, err);
	uint64_t width = flags & TL_REC_IN ? 0 : tl_layout_width(&ps->lay);
	if (st != TL_OK)
		return st;
	if (!b->width && width) {
		b->width = (uint32_t)width;
		ps->again = ps->longest > width;
	}
	bool regular = tl_layout_regular(&ps->lay, b->width, b->eol);
	if (!regular || (here && head_eol != b->eol))
		st = tl_layout_put(&ps->lay, head_eol, &b->lay.bytes, err);
	else if (!b->width && ps->lay.n && ps->lay.last[0].chars > ps->longest)
		ps->longest = ps->lay.last[0].chars;
	if (st != TL_OK)
		return st;
	return tl_batch_end(b, b->n, flags, b->resi.bytes.len - ps->body.from, 0, err);
}

/* Reads a record, or the piece of it that is here. */
static enum tl_status read_entry(struct parser *ps, bool in, struct tl_err *err)
{
	enum tl_eol head_eol = TL_EOL_NONE;
	bool in_head = !in || ps->state->in_header, open_head = false;
	uint8_t flags = 0;
	if (in)
		flags = ps->state->in_header ? TL_REC_IN | TL_REC_HEAD_IN : TL_REC_IN;
	else
		ps->p++;
	tl_body_begin(&ps->body);
	tl_layout_reset(&ps->lay);
	if (in_head) {
		head_eol = read_head(ps);
		open_head = head_eol == TL_EOL_NONE && ps->next->inside;
	}
	bool mid_line = in && !in_head && ps->state->mid_line;
	enum tl_status st = read_lines(ps, mid_line, err);
	if (st != TL_OK)
		return st;
	if (ps->p == ps->end && ps->next->inside)
		flags |= open_head ? TL_REC_OUT | TL_REC_HEAD_OUT : TL_REC_OUT;
	return end_entry(ps, flags, in_head && !open_head, head_eol, err);
}

/* Says why text cannot be the beginning of a FASTA file. */
static enum tl_status refuse(const uint8_t *text, const uint8_t *p, const uint8_t *end,
			     uint64_t lines, struct tl_fasta_place *place, struct tl_err *err)
{
	place->line = lines + 1;
	place->column = lines ? 1 : (uint64_t)(p - text) + 1;
	if (p == end)
		return tl_err_set(err, TL_DATA, "there is no record: no line of the first %zu "
				  "bytes begins with '>'", (size_t)(end - text));
	if (*p == '@')
		return tl_err_set(err, TL_DATA, "this looks like FASTQ, which is not read yet: a "
				  "FASTA record begins with '>'");
	if (*p > ' ' && *p < 0x7f)
		return tl_err_set(err, TL_DATA, "a record must begin with '>', not '%c'", *p);
	return tl_err_set(err, TL_DATA, "a record must begin with '>', not byte 0x%02X", *p);
}

/* The beginning of a file up to the first '>'. */
static enum tl_status read_lead(struct parser *ps, struct tl_fasta_place *place,
				struct tl_err *err)
{
	const uint8_t *text = ps->p;
	uint64_t lines;
	ps->p = skip_lead(text, ps->end, ps->state->cr, &lines);
	ps->lines = lines;
	if (ps->p == ps->end || *ps->p != '>')
		return refuse(text, ps->p, ps->end, lines, place, err);
	return tl_buf_add(&ps->batch->lead.bytes, text, (size_t)(ps->p - text), err);
}

static enum tl_status read_chunk(struct parser *ps, struct tl_fasta_place *place,
				 struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (ps->state->first && ps->p < ps->end)
		st = read_lead(ps, place, err);
	if (st == TL_OK && ps->state->inside)
		st = read_entry(ps, true, err);
	while (st == TL_OK && ps->p < ps->end) {
		if (*ps->p != '>')
			return tl_err_set(err, TL_INTERNAL, "a chunk was cut wrongly");
		st = read_entry(ps, false, err);
	}
	return st;
}

static enum tl_status parse(struct parser *ps, const uint8_t *text, size_t n,
			    struct tl_fasta_place *place, struct tl_err *err)
{
	struct tl_batch *b = ps->batch;
	enum tl_status st;
	tl_batch_reset(b);
	b->eol = TL_EOL_LF;
	ps->p = text;
	ps->end = text + n;
	ps->lines = ps->longest = 0;
	ps->eol_known = ps->again = false;
	/* Room for all, so that the loops need not look; what is not used is never touched. */
	if ((st = tl_buf_reserve(&b->head.bytes, n, err)) != TL_OK ||
	    (st = tl_buf_reserve(&b->resi.bytes, n, err)) != TL_OK)
		return st;
	tl_body_open(&ps->body, b, ps->state->cr);
	st = read_chunk(ps, place, err);
	tl_body_close(&ps->body);
	return st;
}

enum tl_status tl_fasta_parse(const struct tl_fasta_state *state, const uint8_t *text, size_t n,
			      const struct tl_fasta_state *next, struct tl_batch *batch,
			      struct tl_fasta_place *place, struct tl_err *err)
{
	struct parser ps = {.state = state, .next = next, .batch = batch};
	*place = (struct tl_fasta_place){0};
	if (n > TL_FASTA_MAX)
		return tl_err_set(err, TL_INTERNAL, "a chunk of more than 64 MiB");
	batch->kind = TL_KIND_SEQ;
	batch->alphabet = state->alphabet;
	batch->width = 0;
	enum tl_status st = parse(&ps, text, n, place, err);
	if (st == TL_OK && ps.again)
		st = parse(&ps, text, n, place, err);
	tl_buf_free(&ps.lay.early);
	place->lines = ps.lines;
	return st;
}
