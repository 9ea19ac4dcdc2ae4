/* SPDX-License-Identifier: MIT */
/* extract: an archive, or any stream, as sequences again. */
#include <tl/extract.h>

#include <stdbool.h>

#include <tl/expand.h>

#define BATCH_BYTES (1u << 20)

struct extractor {
	struct tl_writer *writer;
	struct tl_expand *expand;
	struct tl_expand_room room;
	struct tl_batch batch;
	uint64_t in_file; /* records written since the last FILE */
	struct tl_extract_sum sum;
};

static enum tl_status flush(struct extractor *x, struct tl_err *err)
{
	return x->batch.n ? tl_writer_put_batch(x->writer, &x->batch, 0, NULL, err) : TL_OK;
}

static bool fits(const struct tl_batch *b, const struct tl_batch *like)
{
	return b->alphabet == like->alphabet && b->width == like->width && b->eol == like->eol &&
	       b->format == like->format && tl_batch_bytes(b) < BATCH_BYTES;
}

/* Entry i of the event, standing whole. */
static enum tl_status put_entry(struct extractor *x, const struct tl_expand_event *ev, size_t i,
				struct tl_str residues, struct tl_err *err)
{
	struct tl_batch *b = &x->batch;
	struct tl_entry e;
	enum tl_status st = b->n && !fits(b, ev->batch) ? flush(x, err) : TL_OK;
	if (st != TL_OK)
		return st;
	if (!b->n)
		tl_batch_become(b, TL_KIND_SEQ, ev->batch);
	tl_batch_get(ev->batch, ev->at + i, &e);
	e.resi = residues;
	e.flags &= (uint8_t)~TL_REC_BASE;
	return tl_batch_add(b, &e, err);
}

static enum tl_status put_entries(struct extractor *x, const struct tl_expand_event *ev,
				  struct tl_err *err)
{
	struct tl_str residues = {NULL, 0};
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < ev->n && st == TL_OK; i++) {
		tl_buf_reset(&x->room.residues);
		st = tl_expand_residues(ev, i, &x->room, &residues, err);
		if (st == TL_OK)
			st = put_entry(x, ev, i, residues, err);
	}
	x->in_file += ev->records;
	x->sum.written += ev->records;
	return st == TL_OK ? tl_expand_done(x->expand, ev, residues, err) : st;
}

static enum tl_status put_file(struct extractor *x, const struct tl_note_file *file,
			       struct tl_err *err)
{
	struct tl_note_file f = *file;
	enum tl_status st = flush(x, err);
	if (st != TL_OK)
		return st;
	x->sum.records += f.end - f.first - f.missing;
	f.missing = f.end - f.first - x->in_file;
	x->in_file = 0;
	x->sum.next = f.end;
	return tl_writer_put_file(x->writer, &f, err);
}

static enum tl_status put_event(struct extractor *x, struct tl_expand_event *ev, struct tl_err *err)
{
	switch (ev->what) {
	case TL_EXPAND_FILE:
		return put_file(x, ev->file, err);
	case TL_EXPAND_NOTE:
		return tl_writer_forward(x->writer, ev->note, ev->note->first, 0, 0, err);
	case TL_EXPAND_ENTRIES:
		return put_entries(x, ev, err);
	default:
		return TL_OK;
	}
}

enum tl_status tl_extract_all(struct tl_reader *reader, struct tl_budget *opt_budget,
			      struct tl_names *opt_names, const struct tl_want *opt_want,
			      bool partial,
			      struct tl_writer *w, struct tl_extract_sum *ret, struct tl_err *err)
{
	const struct tl_expand_opts opts = {.opt_names = opt_names, .opt_want = opt_want, .opt_budget = opt_budget, .partial = partial,
					    .bytes = BATCH_BYTES};
	struct extractor x = {.writer = w};
	struct tl_expand_event ev;
	enum tl_status st = tl_expand_new(reader, &opts, &x.expand, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_expand_next(x.expand, &ev, err)) == TL_OK && ev.what != TL_EXPAND_END) {
		if ((st = put_event(&x, &ev, err)) != TL_OK)
			break;
	}
	if (st == TL_OK)
		st = flush(&x, err);
	tl_batch_free(&x.batch);
	tl_buf_free(&x.room.residues);
	tl_buf_free(&x.room.scratch);
	tl_expand_free(x.expand);
	*ret = x.sum;
	return st;
}
