/* SPDX-License-Identifier: MIT */
/* extract: an archive, or any stream, as sequences again. */
#include <tl/extract.h>

#include <tl/expand.h>

#define BATCH_BYTES (1u << 20)

struct extractor {
	struct tl_writer *writer;
	struct tl_batch batch;
	uint64_t in_file; /* records written since the last FILE */
	struct tl_extract_sum sum;
};

static enum tl_status flush(struct extractor *x, struct tl_err *err)
{
	return x->batch.n ? tl_writer_put_batch(x->writer, &x->batch, 0, NULL, err) : TL_OK;
}

static enum tl_status put_entry(struct extractor *x, struct tl_expand_event *ev, struct tl_err *err)
{
	struct tl_batch *b = &x->batch;
	enum tl_status st = TL_OK;
	if (b->n && (b->alphabet != ev->alphabet || b->width != ev->width || b->eol != ev->eol ||
		     b->format != ev->format || tl_batch_bytes(b) >= BATCH_BYTES))
		st = flush(x, err);
	if (st != TL_OK)
		return st;
	if (!b->n) {
		tl_batch_reset(b);
		b->kind = TL_KIND_SEQ;
		b->alphabet = ev->alphabet;
		b->width = ev->width;
		b->eol = ev->eol;
		b->format = ev->format;
	}
	if (!(ev->entry.flags & TL_REC_IN)) {
		x->in_file++;
		x->sum.written++;
	}
	ev->entry.resi = (struct tl_str){ev->residues, (size_t)ev->entry.length};
	return tl_batch_add(b, &ev->entry, err);
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
	default:
		return put_entry(x, ev, err);
	}
}

enum tl_status tl_extract_all(struct tl_reader *reader, struct tl_names *opt_names,
			      struct tl_writer *w, struct tl_extract_sum *ret, struct tl_err *err)
{
	struct tl_expand_opts opts = {.opt_names = opt_names};
	struct extractor x = {.writer = w};
	struct tl_expand_event ev;
	struct tl_expand *expand;
	enum tl_status st = tl_expand_new(reader, &opts, &expand, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_expand_next(expand, &ev, err)) == TL_OK && ev.what != TL_EXPAND_END) {
		if ((st = put_event(&x, &ev, err)) != TL_OK)
			break;
	}
	if (st == TL_OK)
		st = flush(&x, err);
	tl_batch_free(&x.batch);
	tl_expand_free(expand);
	*ret = x.sum;
	return st;
}
