/* SPDX-License-Identifier: MIT */
/* fastq: FASTQ text to batches of records.
 *
 * Where a record begins cannot be seen from its '@' alone, as a line of qualities may begin with
 * it too. So the cut goes over all lines of a window, counting characters: a search for line ends
 * and nothing else, at a fraction of the time of parsing, which then does the same again on its
 * chunk. */
#include "fastq.h"

/* ---- the parts of a record ---- */

/* A record while it is gone through. */
struct where {
	enum tl_fasta_part part;
	bool mid;               /* not at the beginning of a line */
	uint64_t body, quality; /* characters so far */
};

static struct where begin(const struct tl_fasta_state *state)
{
	if (!state->inside)
		return (struct where){0};
	return (struct where){state->part, state->mid_line, state->body, state->quality};
}

/* Which part a line that begins with c belongs to; HEADER: it begins another record. */
static inline void turn(struct where *w, uint8_t c)
{
	if (w->part == TL_FASTA_BODY) {
		if (c == '+')
			w->part = TL_FASTA_PLUS;
	} else if (w->quality == w->body) {
		w->part = c == '@' ? TL_FASTA_HEADER : TL_FASTA_BETWEEN;
	}
}

/* The line, or what is here of it, had so many characters. */
static inline void pass(struct where *w, size_t chars, bool ends)
{
	if (w->part == TL_FASTA_BODY)
		w->body += chars;
	else if (w->part == TL_FASTA_QUALITY)
		w->quality += chars;
	else if (ends && w->part == TL_FASTA_HEADER)
		w->part = TL_FASTA_BODY;
	else if (ends && w->part == TL_FASTA_PLUS)
		w->part = TL_FASTA_QUALITY;
	w->mid = !ends;
}

/* ---- before parsing ---- */

enum tl_alphabet tl_fastq_guess(const struct tl_fasta_state *state, const uint8_t *text, size_t n)
{
	const uint8_t *end = text + n, *p = tl_parser_first(state, text, n);
	struct tl_alphabet_tally tally = {0};
	struct where w = {0};
	for (bool more = true; p < end && more;) {
		const uint8_t *stop = tl_lines_find(p, end, state->cr);
		enum tl_eol eol = tl_eol_at(stop, end, state->cr);
		turn(&w, *p);
		if (w.part == TL_FASTA_HEADER)
			w.body = w.quality = 0;
		if (w.part == TL_FASTA_BODY)
			more = tl_alphabet_count(&tally, p, (size_t)(stop - p));
		pass(&w, (size_t)(stop - p), eol != TL_EOL_NONE);
		p = stop + tl_eol_size(eol);
	}
	return tl_alphabet_judge(&tally);
}

size_t tl_fastq_cut(const struct tl_fasta_state *state, const uint8_t *text, size_t n,
		    struct tl_fasta_state *next)
{
	/* No cut between CR and LF. */
	const uint8_t *end = text + n - (n > 1 && text[n - 1] == '\r');
	const uint8_t *p = state->first ? tl_parser_first(state, text, n) : text;
	const uint8_t *first = p, *last = text, *line = p;
	struct where w = begin(state);
	while (p < end) {
		if (!w.mid) {
			line = p;
			turn(&w, *p);
			if (w.part == TL_FASTA_HEADER) {
				w.body = w.quality = 0;
				last = p > first ? p : last;
			}
		}
		const uint8_t *stop = tl_lines_find(p, end, state->cr);
		enum tl_eol eol = tl_eol_at(stop, end, state->cr);
		pass(&w, (size_t)(stop - p), eol != TL_EOL_NONE);
		p = stop + tl_eol_size(eol);
	}
	if (last > text)
		return (size_t)(last - text);
	next->inside = true;
	next->mid_line = w.mid;
	next->part = w.part;
	next->body = w.body;
	next->quality = w.quality;
	next->column = w.mid ? (uint64_t)(end - line) : 0;
	if (line == text && state->mid_line)
		next->column += state->column;
	return (size_t)(end - text);
}

/* ---- one chunk ---- */

static enum tl_status refuse_begin(struct tl_parser *ps, const uint8_t *at, struct tl_err *err)
{
	char byte[16];
	tl_parser_place(ps, at);
	return tl_err_set(err, TL_DATA, "a FASTQ record must begin with '@', not %s",
			  tl_parser_byte(*at, byte));
}

/* A line of qualities with more characters than are due. */
static enum tl_status refuse_quality(struct tl_parser *ps, const struct where *w, size_t due,
				     struct tl_err *err)
{
	bool header = *ps->p == '@' && !w->mid && (w->quality || ps->qlay.n);
	tl_parser_place(ps, header ? ps->p : ps->p + due);
	if (header)
		return tl_err_set(err, TL_DATA, "the quality of the record before has only %llu "
				  "characters, its sequence %llu", (unsigned long long)w->quality,
				  (unsigned long long)w->body);
	return tl_err_set(err, TL_DATA, "the quality has more characters than the sequence, which "
			  "has %llu", (unsigned long long)w->body);
}

/* The text ends within a record. */
static enum tl_status refuse_end(struct tl_parser *ps, const struct where *w, struct tl_err *err)
{
	tl_parser_place(ps, ps->end);
	if (w->part == TL_FASTA_HEADER || w->part == TL_FASTA_BODY)
		return tl_err_set(err, TL_DATA, "the text ends within a record: a line that begins "
				  "with '+' should follow its sequence");
	return tl_err_set(err, TL_DATA, "the text ends within a record: its quality has only %llu "
			  "characters, its sequence %llu", (unsigned long long)w->quality,
			  (unsigned long long)w->body);
}

static enum tl_status read_body(struct tl_parser *ps, struct where *w, struct tl_err *err)
{
	const uint8_t *from = ps->p;
	tl_parser_mark(ps);
	if (!w->mid && *from == '@') {
		tl_parser_place(ps, from);
		return tl_err_set(err, TL_DATA, "a record begins here, but the one before has no "
				  "line that begins with '+'");
	}
	enum tl_status st = tl_body_line(&ps->body, &ps->p, ps->end, err);
	if (st != TL_OK)
		return st;
	size_t chars = (size_t)(ps->p - from);
	enum tl_eol eol = tl_parser_eol(ps);
	pass(w, chars, eol != TL_EOL_NONE);
	return tl_layout_line(&ps->lay, chars, eol, err);
}

/* The line of '+', or what is here of it, behind the '+'. */
static enum tl_status read_plus(struct tl_parser *ps, size_t head_from, struct where *w,
				enum tl_eol *ret_eol, struct tl_err *err)
{
	static const uint8_t same = 0, own = 1;
	const struct tl_buf *head = &ps->batch->head.bytes;
	struct tl_buf *plus = &ps->batch->plus.bytes;
	const uint8_t *stop = tl_lines_find(ps->p, ps->end, ps->state->cr), *p = ps->p;
	size_t n = (size_t)(stop - p);
	enum tl_status st = TL_OK;
	if (n && n == head->len - head_from && !memcmp(p, head->data + head_from, n)) {
		st = tl_buf_add(plus, &same, 1, err);
	} else if (n) {
		st = tl_buf_add(plus, &own, 1, err);
		if (st == TL_OK)
			st = tl_buf_add(plus, p, n, err);
	}
	ps->p = stop;
	*ret_eol = tl_parser_eol(ps);
	pass(w, 0, *ret_eol != TL_EOL_NONE);
	return st;
}

/* A line of qualities, or a blank one behind them. */
static enum tl_status read_quality(struct tl_parser *ps, struct where *w, struct tl_err *err)
{
	const uint8_t *from = ps->p, *stop = tl_lines_find(from, ps->end, ps->state->cr);
	size_t chars = (size_t)(stop - from);
	uint64_t due = w->body - w->quality;
	if (w->part == TL_FASTA_QUALITY && chars > due)
		return refuse_quality(ps, w, (size_t)due, err);
	const uint8_t *wrong = w->part == TL_FASTA_BETWEEN ? tl_parser_space(from, stop) : stop;
	if (wrong < stop)
		return refuse_begin(ps, wrong, err);
	enum tl_eol eol = tl_parser_line(ps, &ps->batch->qual.bytes);
	pass(w, chars, eol != TL_EOL_NONE);
	return tl_layout_line(&ps->qlay, chars, eol, err);
}

/* What is known of an entry. */
struct entry {
	struct where w;
	size_t head_from;       /* of its header in the column */
	enum tl_eol head_eol, plus_eol;
	bool head_here;         /* a header line ends in it */
	bool quality_here;      /* so does a line of '+', or there are qualities */
};

/* Reads lines up to the next record or the end. */
static enum tl_status read_lines(struct tl_parser *ps, struct entry *e, struct tl_err *err)
{
	struct where *w = &e->w;
	enum tl_status st = TL_OK;
	while (st == TL_OK && ps->p < ps->end) {
		if (!w->mid) {
			turn(w, *ps->p);
			if (w->part == TL_FASTA_HEADER)
				return TL_OK;
			ps->p += w->part == TL_FASTA_PLUS;
		}
		switch (w->part) {
		case TL_FASTA_HEADER:
			e->head_eol = tl_parser_line(ps, &ps->batch->head.bytes);
			pass(w, 0, e->head_eol != TL_EOL_NONE);
			e->head_here = !w->mid;
			break;
		case TL_FASTA_BODY:
			st = read_body(ps, w, err);
			break;
		case TL_FASTA_PLUS:
			st = read_plus(ps, e->head_from, w, &e->plus_eol, err);
			e->quality_here = true;
			break;
		default:
			st = read_quality(ps, w, err);
			e->quality_here = true;
		}
	}
	return st;
}

/* May the text end, or has another record begun? */
static bool is_done(const struct where *w)
{
	if (w->part == TL_FASTA_HEADER)
		return !w->mid;
	return w->part != TL_FASTA_BODY && w->quality == w->body;
}

/* The flags of an entry at its beginning and, shifted by one, at its end. */
static uint8_t part_flags(enum tl_fasta_part part)
{
	bool open = part == TL_FASTA_HEADER || part == TL_FASTA_PLUS;
	bool body = part == TL_FASTA_HEADER || part == TL_FASTA_BODY;
	return (uint8_t)(TL_REC_IN | (open ? TL_REC_HEAD_IN : 0) | (body ? 0 : TL_REC_QUAL_IN));
}

/* Ends an entry in the batch. */
static enum tl_status end_entry(struct tl_parser *ps, struct entry *e, uint8_t flags,
				struct tl_err *err)
{
	struct tl_batch *b = ps->batch;
	enum tl_status st = tl_parser_body(ps, &flags, e->head_here, e->head_eol, err);
	bool like_body = !(flags & (TL_REC_IN | TL_REC_OUT)) && e->plus_eol == e->head_eol &&
			 tl_layout_same(&ps->lay, &ps->qlay);
	if (st == TL_OK && e->quality_here && !like_body)
		st = tl_layout_put(&ps->qlay, e->plus_eol, &b->qlay.bytes, err);
	if (st != TL_OK)
		return st;
	return tl_batch_end(b, b->n, flags, b->resi.bytes.len - ps->body.from, 0, err);
}

/* Reads a record, or the piece of it that is here. */
static enum tl_status read_entry(struct tl_parser *ps, bool in, struct tl_err *err)
{
	struct entry e = {.w = begin(ps->state), .head_from = ps->batch->head.bytes.len,
			  .head_eol = TL_EOL_NONE, .plus_eol = TL_EOL_NONE};
	uint8_t flags = in ? part_flags(e.w.part) : 0;
	e.quality_here = in && e.w.part == TL_FASTA_PLUS;
	tl_parser_begin(ps);
	tl_layout_reset(&ps->qlay);
	if (!in) {
		if (*ps->p != '@')
			return refuse_begin(ps, ps->p, err);
		ps->p++;
		e.w = (struct where){.part = TL_FASTA_HEADER, .mid = true};
	}
	enum tl_status st = read_lines(ps, &e, err);
	if (st != TL_OK)
		return st;
	if (ps->p == ps->end && ps->next->inside) {
		flags |= (uint8_t)(part_flags(e.w.part) << 1);
	} else if (!is_done(&e.w)) {
		return refuse_end(ps, &e.w, err);
	}
	return end_entry(ps, &e, flags, err);
}

enum tl_status tl_fastq_read(struct tl_parser *ps, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (ps->state->inside)
		st = read_entry(ps, true, err);
	while (st == TL_OK && ps->p < ps->end)
		st = read_entry(ps, false, err);
	return st;
}
