/* SPDX-License-Identifier: MIT */
/* look: how records look as text. */
#include "look.h"

bool tl_look_turned(const struct tl_restore_opts *opts, const struct tl_batch *b)
{
	return b->format == TL_FORMAT_FASTQ && (opts->fasta || opts->refs_only);
}

struct tl_text_style tl_look_begin(const struct tl_restore_opts *opts)
{
	return (struct tl_text_style){
		.own = !opts->wrap, .width = opts->width, .letters = opts->letters};
}

void tl_look_set(const struct tl_restore_opts *opts, const struct tl_batch *b, uint16_t stream_flags,
		 struct tl_text_style *style)
{
	bool subset = opts->refs_only || opts->parts || stream_flags & TL_STREAM_SUBSET ||
		      tl_look_turned(opts, b);
	style->fastq = b->format == TL_FORMAT_FASTQ && !tl_look_turned(opts, b);
	style->keep_lead = !subset && !opts->wrap;
	style->end_line = subset;
}

/* About as long as its text will be, so that its memory does not grow piece by piece. */
static size_t guess(const struct tl_batch *b, const struct tl_text_style *style)
{
	const size_t width = style->own ? b->width : style->width;
	const size_t chars = b->resi.bytes.len;
	return b->head.bytes.len + chars + 4 * b->n + (width ? 2 * (chars / width) : 0);
}

static bool has_pieces(const struct tl_batch *b)
{
	unsigned flags = 0;
	for (size_t i = 0; i < b->n; i++)
		flags |= b->flags[i];
	return flags & (TL_REC_IN | TL_REC_OUT);
}

enum tl_status tl_look_batch(const struct tl_restore_opts *opts, const struct tl_batch *b,
			     uint16_t stream_flags, struct tl_buf *text, struct tl_err *err)
{
	struct tl_text_style style = tl_look_begin(opts);
	if (has_pieces(b))
		return TL_OK;
	tl_look_set(opts, b, stream_flags, &style);
	enum tl_status st = tl_buf_reserve(text, guess(b, &style), err);
	for (size_t i = 0; i < b->n && st == TL_OK;) {
		struct tl_entry e;
		size_t done = 0;
		st = tl_text_plain(b, i, b->n - i, &style, text, &done, err);
		i += done;
		if (st != TL_OK || i == b->n)
			break;
		tl_batch_get(b, i++, &e);
		st = tl_text_render(&e, b->alphabet, b->width, b->eol, e.resi.p, &style, text, err);
	}
	return st;
}
