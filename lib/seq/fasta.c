/* SPDX-License-Identifier: MIT */
/* fasta: FASTA text to batches of records; FASTQ is left to fastq.c. */
#include <tl/fasta.h>

#include <stdio.h>
#include <string.h>

#include "fastq.h"
#include "parser.h"

/* ---- the beginning of a file, and where to cut ---- */

struct tl_fasta_state tl_fasta_start(const uint8_t *text, size_t n)
{
	struct tl_fasta_state state = {.cr = tl_lines_cr(text, n), .first = true};
	const uint8_t *end = text + n, *p;
	uint64_t lines;
	p = tl_parser_skip(text, end, state.cr, false, &lines);
	if (p < end && *p == '@') {
		state.format = TL_FORMAT_FASTQ;
		state.alphabet = tl_fastq_guess(&state, text, n);
		return state;
	}
	p = tl_parser_first(&state, text, n);
	state.alphabet = tl_alphabet_guess(p, (size_t)(end - p));
	return state;
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

/* How many characters the line has that is open behind text[0..n). */
static uint64_t open_line(const struct tl_fasta_state *state, const uint8_t *text, size_t n)
{
	const uint8_t *lf = memrchr(text, '\n', n), *begin = lf ? lf + 1 : text;
	const uint8_t *cr = state->cr ? memrchr(begin, '\r', (size_t)(text + n - begin)) : NULL;
	begin = cr ? cr + 1 : begin;
	return (uint64_t)(text + n - begin) + (begin == text && state->mid_line ? state->column : 0);
}

size_t tl_fasta_cut(const struct tl_fasta_state *state, const uint8_t *text, size_t n, bool eof,
		    struct tl_fasta_state *ret_next)
{
	const uint8_t *start = text;
	bool cr = state->cr, fresh = !state->mid_line && n && *text == '>';
	*ret_next = (struct tl_fasta_state){.alphabet = state->alphabet, .format = state->format,
					    .cr = cr, .strict = state->strict};
	if (eof || !n)
		return n;
	if (state->format == TL_FORMAT_FASTQ)
		return tl_fastq_cut(state, text, n, ret_next);
	if (state->first) {
		start = tl_parser_first(state, text, n);
		fresh = start < text + n;
	}
	size_t cut = last_start(text, (size_t)(start - text) + 1, n, cr);
	if (cut)
		return cut;
	/* A piece of a record: all there is, but no cut between CR and LF. */
	cut = n - (n > 1 && text[n - 1] == '\r');
	ret_next->inside = true;
	ret_next->mid_line = !tl_lines_fresh(text + cut, cr);
	if (ret_next->mid_line)
		ret_next->column = open_line(state, text, cut);
	if (fresh || state->in_header)
		ret_next->in_header = tl_lines_find(start, text + cut, cr) == text + cut;
	return cut;
}

/* ---- one chunk ---- */

/* Reads lines of width characters, as far as they are plain. */
static enum tl_status read_equal(struct tl_parser *ps, size_t width, struct tl_err *err)
{
	size_t n = tl_body_lines(&ps->body, &ps->p, ps->end, width);
	if (!n)
		return TL_OK;
	ps->lines += n;
	if (!ps->eol_known) {
		ps->eol_known = true;
		ps->batch->eol = TL_EOL_LF;
	}
	return tl_layout_lines(&ps->lay, n, width, TL_EOL_LF, err);
}

/* Reads lines up to the next record or the end. */
static enum tl_status read_lines(struct tl_parser *ps, bool mid_line, struct tl_err *err)
{
	const uint8_t *end = ps->end;
	tl_parser_mark(ps);
	size_t width = ps->batch->width ? ps->batch->width : ps->body.guess;
	while (ps->p < end && (mid_line || *ps->p != '>')) {
		enum tl_status st = mid_line ? TL_OK : read_equal(ps, width, err);
		if (st != TL_OK)
			return st;
		const uint8_t *from = ps->p;
		if (from == end || (!mid_line && *from == '>'))
			break;
		if ((st = tl_body_line(&ps->body, &ps->p, end, err)) != TL_OK)
			return st;
		uint64_t chars = (uint64_t)(ps->p - from);
		enum tl_eol eol = tl_parser_eol(ps);
		if ((st = tl_layout_line(&ps->lay, chars, eol, err)) != TL_OK)
			return st;
		width = ps->body.guess;
		mid_line = false;
	}
	return TL_OK;
}

/* Reads a record, or the piece of it that is here. */
static enum tl_status read_entry(struct tl_parser *ps, bool in, struct tl_err *err)
{
	struct tl_batch *b = ps->batch;
	enum tl_eol head_eol = TL_EOL_NONE;
	bool in_head = !in || ps->state->in_header, open_head = false;
	uint8_t flags = 0;
	if (in)
		flags = ps->state->in_header ? TL_REC_IN | TL_REC_HEAD_IN : TL_REC_IN;
	else
		ps->p++;
	tl_parser_begin(ps);
	if (in_head) {
		head_eol = tl_parser_line(ps, &b->head.bytes);
		open_head = head_eol == TL_EOL_NONE && ps->next->inside;
	}
	bool mid_line = in && !in_head && ps->state->mid_line;
	enum tl_status st = read_lines(ps, mid_line, err);
	if (st != TL_OK)
		return st;
	if (ps->p == ps->end && ps->next->inside)
		flags |= open_head ? TL_REC_OUT | TL_REC_HEAD_OUT : TL_REC_OUT;
	if ((st = tl_parser_body(ps, &flags, in_head && !open_head, head_eol, err)) != TL_OK)
		return st;
	return tl_batch_end(b, b->n, flags, b->resi.bytes.len - ps->body.from, 0, err);
}

/* Says why text cannot be the beginning of a file: it shows the first line that is neither blank
 * nor a comment. */
static enum tl_status refuse(struct tl_parser *ps, struct tl_err *err)
{
	char byte[16], where[48] = "";
	const uint8_t *p = tl_parser_skip(ps->text, ps->end, ps->state->cr, true, &ps->lines);
	if (ps->next->inside)
		snprintf(where, sizeof where, " of the first %zu bytes",
			 (size_t)(ps->end - ps->text));
	tl_parser_place(ps, p);
	if (p == ps->end)
		return tl_err_set(err, TL_DATA, "there is no record: no line%s begins with '>'",
				  where);
	return tl_err_set(err, TL_DATA, "a record must begin with '>', or with '@' in FASTQ, not %s; "
			  "no line%s begins with '>'", tl_parser_byte(*p, byte), where);
}

/* A zero byte before the first record, but for comments, says that it is no text at all, in which
 * a '>' means nothing. */
static const uint8_t *find_zero(const struct tl_parser *ps)
{
	uint64_t lines;
	const uint8_t *p = tl_parser_skip(ps->text, ps->p, ps->state->cr, true, &lines);
	return p < ps->p ? memchr(p, 0, (size_t)(ps->p - p)) : NULL;
}

/* The beginning of a file up to its first record. */
static enum tl_status read_lead(struct tl_parser *ps, struct tl_err *err)
{
	const uint8_t *text = ps->text, *zero;
	ps->p = tl_parser_first(ps->state, text, (size_t)(ps->end - text));
	if (ps->p == ps->end)
		return refuse(ps, err);
	if ((zero = find_zero(ps))) {
		ps->lines = tl_lines_count(text, zero, ps->state->cr);
		tl_parser_place(ps, zero);
		return tl_err_set(err, TL_DATA, "there is a zero byte before the first record: this "
				  "is no text");
	}
	ps->lines = tl_lines_count(text, ps->p, ps->state->cr);
	return tl_buf_add(&ps->batch->lead.bytes, text, (size_t)(ps->p - text), err);
}

static enum tl_status read_chunk(struct tl_parser *ps, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (ps->state->first && ps->p < ps->end)
		st = read_lead(ps, err);
	if (st == TL_OK && ps->state->format == TL_FORMAT_FASTQ)
		return tl_fastq_read(ps, err);
	if (st == TL_OK && ps->state->inside)
		st = read_entry(ps, true, err);
	while (st == TL_OK && ps->p < ps->end) {
		if (*ps->p != '>')
			return tl_err_set(err, TL_INTERNAL, "a chunk was cut wrongly");
		st = read_entry(ps, false, err);
	}
	return st;
}

static enum tl_status parse(struct tl_parser *ps, size_t n, struct tl_err *err)
{
	struct tl_batch *b = ps->batch;
	enum tl_status st;
	tl_batch_reset(b);
	b->eol = TL_EOL_LF;
	ps->p = ps->text;
	ps->end = ps->text + n;
	ps->lines = ps->longest = 0;
	ps->eol_known = ps->again = false;
	/* Room for all, so that the loops need not look; what is not used is never touched. */
	if ((st = tl_buf_reserve(&b->head.bytes, n, err)) != TL_OK ||
	    (st = tl_buf_reserve(&b->resi.bytes, n, err)) != TL_OK)
		return st;
	if (b->format == TL_FORMAT_FASTQ &&
	    (st = tl_buf_reserve(&b->qual.bytes, n, err)) != TL_OK)
		return st;
	tl_body_open(&ps->body, b, ps->state->cr);
	st = read_chunk(ps, err);
	tl_body_close(&ps->body);
	return st;
}

enum tl_status tl_fasta_parse(const struct tl_fasta_state *state, const uint8_t *text, size_t n,
			      const struct tl_fasta_state *next, struct tl_batch *batch,
			      struct tl_fasta_place *place, struct tl_err *err)
{
	struct tl_parser ps = {.state = state, .next = next, .text = text, .batch = batch,
			       .place = place};
	*place = (struct tl_fasta_place){0};
	if (n > TL_FASTA_MAX)
		return tl_err_set(err, TL_INTERNAL, "a chunk of more than 64 MiB");
	batch->kind = TL_KIND_SEQ;
	batch->alphabet = state->alphabet;
	batch->format = state->format;
	batch->width = 0;
	enum tl_status st = parse(&ps, n, err);
	if (st == TL_OK && ps.again)
		st = parse(&ps, n, err);
	tl_buf_free(&ps.lay.early);
	tl_buf_free(&ps.qlay.early);
	place->lines = ps.lines;
	return st;
}
