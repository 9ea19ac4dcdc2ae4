/* SPDX-License-Identifier: MIT */
/* roundtrip: reads a text in windows, as tl-parse does, writes it again and compares; for
 * test_fasta and the fuzz targets. */
#ifndef ROUNDTRIP_H
#define ROUNDTRIP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tl/alphabet.h>
#include <tl/fasta.h>
#include <tl/text.h>

struct roundtrip {
	enum tl_status status;       /* TL_DATA: refused */
	const char *wrong;           /* NULL, or what broke its promise */
	struct tl_fasta_place place; /* where refused, in its chunk; lines: before it */
	uint64_t lines, records, entries, residues, side; /* side: bytes of mask, odd, urac, lay, plus, qlay */
	struct tl_err err;
};

static const char *roundtrip_entry(const struct tl_batch *b, const struct tl_entry *e, size_t i,
				   bool goes_on)
{
	if (e->ordinal != i)
		return "ordinals do not rise by one";
	if (e->length != e->resi.n)
		return "length and residues differ";
	if ((i + 1 < b->n || !goes_on) && e->flags & TL_REC_OUT)
		return "a record goes on that does not";
	if (i + 1 == b->n && goes_on && !(e->flags & TL_REC_OUT))
		return "a record does not go on";
	for (size_t k = 0; k < e->resi.n; k++)
		if (!tl_alphabet_residue[e->resi.p[k]] || e->resi.p[k] >= 'a' ||
		    (b->alphabet == TL_NUCLEOTIDE && e->resi.p[k] == 'U'))
			return "a residue is none";
	return NULL;
}

static const char *roundtrip_chunk(struct roundtrip *r, const struct tl_batch *b, bool inside,
				   bool goes_on, struct tl_text_style *style, struct tl_buf *out)
{
	for (size_t i = 0; i < b->n; i++) {
		struct tl_entry e;
		tl_batch_get(b, i, &e);
		const char *wrong = roundtrip_entry(b, &e, i, goes_on);
		if (wrong)
			return wrong;
		if (!(e.flags & TL_REC_IN) != !(inside && i == 0))
			return "a record does not go on where it must";
		r->records += !(e.flags & TL_REC_IN);
		r->residues += e.length;
		r->side += e.mask.n + e.odd.n + e.urac.n + e.lay.n + e.plus.n + e.qlay.n;
		style->fastq = b->format == TL_FORMAT_FASTQ;
		if (tl_text_render(&e, b->alphabet, b->width, b->eol, e.resi.p, style, out,
				   &r->err) != TL_OK)
			return r->err.msg;
	}
	r->entries += b->n;
	if (inside && !b->n)
		return "a record that goes on has no piece";
	return NULL;
}

/* later_eof: the end is only seen when nothing more comes, as on a pipe. */
static struct roundtrip roundtrip(const uint8_t *text, size_t n, size_t window, bool later_eof)
{
	struct roundtrip r = {.status = TL_OK};
	struct tl_batch batch = {0};
	struct tl_buf out = {0};
	struct tl_text_style style = {.own = true, .keep_lead = true};
	size_t first = window < 256 * 1024 ? 256 * 1024 : window;
	struct tl_fasta_state state = tl_fasta_start(text, first < n ? first : n), next;
	for (size_t at = 0; r.status == TL_OK && !r.wrong;) {
		size_t have = n - at < window ? n - at : window;
		bool eof = have == n - at && (!later_eof || have < window);
		size_t cut = tl_fasta_cut(&state, text + at, have, eof, &next);
		if (cut > have || (have && !cut) || (eof && (next.inside || cut < have)))
			r.wrong = "cut gave a wrong size";
		/* A copy of just its size, so that a sanitizer sees a step outside. */
		uint8_t *copy = malloc(cut ? cut : 1);
		if (!copy)
			abort();
		if (cut)
			memcpy(copy, text + at, cut);
		size_t before = out.len;
		r.status = tl_fasta_parse(&state, copy, cut, &next, &batch, &r.place, &r.err);
		free(copy);
		if (r.status != TL_OK)
			break;
		r.lines += r.place.lines;
		r.wrong = roundtrip_chunk(&r, &batch, state.inside, next.inside, &style, &out);
		if (!r.wrong && (out.len - before != cut ||
				 (cut && memcmp(out.data + before, text + at, cut))))
			r.wrong = "the text differs";
		at += cut;
		state = next;
		if (eof)
			break;
	}
	tl_batch_free(&batch);
	tl_buf_free(&out);
	return r;
}

#endif
