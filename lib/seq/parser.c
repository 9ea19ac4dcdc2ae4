/* SPDX-License-Identifier: MIT */
/* parser: what reading a chunk of FASTA and of FASTQ share. */
#include "parser.h"

#include <stdio.h>

const uint8_t *tl_parser_space(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
		p++;
	return p;
}

static const uint8_t *skip_mark(const uint8_t *p, const uint8_t *end)
{
	return end - p >= 3 && !memcmp(p, "\xEF\xBB\xBF", 3) ? p + 3 : p;
}

const uint8_t *tl_parser_skip(const uint8_t *p, const uint8_t *end, bool cr, bool comments,
			      uint64_t *lines)
{
	*lines = 0;
	p = skip_mark(p, end);
	while (p < end) {
		const uint8_t *stop = tl_lines_find(p, end, cr);
		if (!(comments && *p == ';') && tl_parser_space(p, stop) < stop)
			return p;
		enum tl_eol eol = tl_eol_at(stop, end, cr);
		*lines += eol != TL_EOL_NONE;
		p = stop + tl_eol_size(eol);
	}
	return end;
}

const uint8_t *tl_parser_first(const struct tl_fasta_state *state, const uint8_t *text, size_t n)
{
	const uint8_t *end = text + n, *p = skip_mark(text, end);
	uint64_t lines;
	if (state->format == TL_FORMAT_FASTQ)
		return tl_parser_skip(text, end, state->cr, false, &lines);
	if (p < end && *p == '>')
		return p;
	for (; p < end && (p = memchr(p, '>', (size_t)(end - p))); p++)
		if (p > text && tl_lines_fresh(p, state->cr))
			return p;
	return end;
}

/* Are these residues nucleotides?  Those of proteins always are what they should be. */
static bool are_nucleotides(const struct tl_scan *scan, const uint8_t *p, size_t n)
{
	for (size_t i = scan->plain(p, n); i < n; i += scan->plain(p + i, n - i)) {
		if (!tl_alphabet_has(TL_NUCLEOTIDE, p[i]))
			return false;
		i += tl_runs_same(p + i, n - i);
	}
	return true;
}

/* Refuses the first byte of the body that is no residue of the alphabet; there is one. */
static enum tl_status refuse_byte(struct tl_parser *ps, struct tl_err *err)
{
	const uint8_t *p = ps->body_at;
	enum tl_alphabet alphabet = ps->batch->alphabet;
	char byte[16];
	ps->lines = ps->body_lines;
	for (;;) {
		enum tl_eol eol = tl_eol_at(p, ps->end, ps->state->cr);
		if (eol == TL_EOL_NONE && !tl_alphabet_has(alphabet, *p))
			break;
		ps->lines += eol != TL_EOL_NONE;
		p += eol == TL_EOL_NONE ? 1 : tl_eol_size(eol);
	}
	tl_parser_place(ps, p);
	return tl_err_set(err, TL_DATA, "%s is no residue of a %s", tl_parser_byte(*p, byte),
			  alphabet == TL_PROTEIN ? "protein" : "nucleotide sequence");
}

static enum tl_status check_strict(struct tl_parser *ps, struct tl_err *err)
{
	const struct tl_batch *b = ps->batch;
	const struct tl_buf *resi = &b->resi.bytes;
	size_t from = ps->body.from;
	/* An entry before that had odd bytes was refused. */
	bool good = !b->odd.bytes.len;
	if (good && b->alphabet == TL_NUCLEOTIDE)
		good = are_nucleotides(ps->body.scan, resi->data + from, resi->len - from);
	return good ? TL_OK : refuse_byte(ps, err);
}

enum tl_status tl_parser_body(struct tl_parser *ps, uint8_t *flags, bool here,
			      enum tl_eol head_eol, struct tl_err *err)
{
	struct tl_batch *b = ps->batch;
	enum tl_status st = tl_body_end(&ps->body, flags, err);
	if (st == TL_OK && ps->state->strict)
		st = check_strict(ps, err);
	uint64_t width = *flags & TL_REC_IN ? 0 : tl_layout_width(&ps->lay);
	if (st != TL_OK)
		return st;
	if (!b->width && width) {
		b->width = (uint32_t)width;
		ps->again = ps->longest > width;
	}
	bool regular = tl_layout_regular(&ps->lay, b->width, b->eol);
	if (!regular || (here && head_eol != b->eol))
		return tl_layout_put(&ps->lay, head_eol, &b->lay.bytes, err);
	if (!b->width && ps->lay.n && ps->lay.last[0].chars > ps->longest)
		ps->longest = ps->lay.last[0].chars;
	return TL_OK;
}

const char *tl_parser_byte(uint8_t c, char *p)
{
	snprintf(p, 16, c > ' ' && c < 0x7f ? "'%c'" : "byte 0x%02X", c);
	return p;
}

void tl_parser_place(struct tl_parser *ps, const uint8_t *p)
{
	const uint8_t *line = p;
	while (line > ps->text && !tl_lines_fresh(line, ps->state->cr))
		line--;
	ps->place->line = ps->lines + 1;
	ps->place->column = (uint64_t)(p - line) + 1;
	if (line == ps->text && ps->state->mid_line)
		ps->place->column += ps->state->column;
}
