/* SPDX-License-Identifier: MIT */
/* parser: what reading a chunk of FASTA and of FASTQ share. */
#ifndef TL_SEQ_PARSER_H
#define TL_SEQ_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <tl/batch.h>
#include <tl/err.h>
#include <tl/fasta.h>

#include "body.h"
#include "eol.h"
#include "layout.h"
#include "lines.h"

struct tl_parser {
	const struct tl_fasta_state *state, *next;
	const uint8_t *text, *p, *end;
	struct tl_batch *batch;
	struct tl_fasta_place *place;
	struct tl_body body;
	struct tl_layout lay, qlay; /* of the body; of the qualities */
	const uint8_t *body_at;     /* where the entry's body began, NULL: nowhere yet */
	uint64_t body_lines;        /* line ends passed then */
	uint64_t lines;   /* line ends passed */
	uint64_t longest; /* characters of a regular entry in one line, while width is 0 */
	bool eol_known;   /* batch->eol is that of the first line end */
	bool again;       /* the width came too late for entries before: parse once more with it */
};

/* Passes the line end at p, if there is one. */
static inline enum tl_eol tl_parser_eol(struct tl_parser *ps)
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

/* Copies the rest of a line, or what is here of it, behind a column that has room. */
static inline enum tl_eol tl_parser_line(struct tl_parser *ps, struct tl_buf *to)
{
	uint8_t *dst = to->data + to->len;
	size_t n = (size_t)(ps->end - ps->p);
	if (ps->state->cr) {
		n = (size_t)(tl_lines_find(ps->p, ps->end, true) - ps->p);
		memcpy(dst, ps->p, n);
	} else {
		n = tl_runs_line(dst, ps->p, n);
		/* A CR is text where no LF follows it. */
		n -= n && ps->p + n < ps->end && ps->p[n - 1] == '\r';
	}
	to->len += n;
	ps->p += n;
	return tl_parser_eol(ps);
}

/* The body of the entry begins at p, unless it did so before. */
static inline void tl_parser_mark(struct tl_parser *ps)
{
	if (!ps->body_at) {
		ps->body_at = ps->p;
		ps->body_lines = ps->lines;
	}
}

/* Begins an entry. */
static inline void tl_parser_begin(struct tl_parser *ps)
{
	ps->body_at = NULL;
	tl_body_begin(&ps->body);
	tl_layout_reset(&ps->lay);
}

/* The first byte of [p, end) that is no white space, or end. */
const uint8_t *tl_parser_space(const uint8_t *p, const uint8_t *end);

/* The beginning of the first line that is not blank, nor, with comments, begins with ';'; or end.
 *  A byte order mark is passed too.  *lines counts what was passed. */
const uint8_t *tl_parser_skip(const uint8_t *p, const uint8_t *end, bool cr, bool comments,
			      uint64_t *lines);

/* Finds the first record of a file: its '@' or '>'; end where there is none. */
const uint8_t *tl_parser_first(const struct tl_fasta_state *state, const uint8_t *text, size_t n);

/* Ends the body of an entry and its lines, refuses it where the state is strict and it has a byte
 * that is no residue of the alphabet; here: a header line ended in it, or with the text.  What
 * remains to be done is tl_batch_end. */
enum tl_status tl_parser_body(struct tl_parser *ps, uint8_t *flags, bool here,
			      enum tl_eol head_eol, struct tl_err *err) TL_CHECK;

/* A byte as messages show it; p has room for 16. */
const char *tl_parser_byte(uint8_t c, char *p);

/* Fills in the place: p lies in the line that begins behind ps->lines line ends. */
void tl_parser_place(struct tl_parser *ps, const uint8_t *p);

#endif
