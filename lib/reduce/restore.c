/* SPDX-License-Identifier: MIT */
/* restore: the text that a stream came from, checked against the hash of each file. */
#include <tl/restore.h>

#include <tl/hash.h>
#include <tl/io.h>
#include <tl/metrics.h>
#include <tl/text.h>

struct restorer {
	const struct tl_restore_opts *opts;
	struct tl_out *out;
	struct tl_buf text; /* gathered, not yet written */
	struct tl_hash_state *hash;
	uint64_t length; /* of the file's text so far */
	bool changed;    /* a record of the file was FASTQ and is not any more */
	struct tl_text_style style;
	struct tl_restore_sum sum;
};

static enum tl_status flush(struct restorer *r, struct tl_err *err)
{
	tl_hash_put(r->hash, r->text.data, r->text.len);
	r->length += r->text.len;
	r->sum.text += r->text.len;
	tl_metrics_add(TL_METRICS_OUTPUT_BYTES, r->text.len);
	enum tl_status st = tl_out_put(r->out, r->text.data, r->text.len, err);
	tl_buf_reset(&r->text);
	return st;
}

static enum tl_status put_entry(struct restorer *r, const struct tl_expand_event *ev,
				struct tl_err *err)
{
	bool fastq = ev->format == TL_FORMAT_FASTQ, plain = r->opts->fasta || r->opts->refs_only;
	bool subset = r->opts->refs_only || ev->stream_flags & TL_STREAM_SUBSET || (fastq && plain);
	if (!(ev->entry.flags & TL_REC_IN)) {
		r->style.column = 0;
		r->sum.records++;
	}
	r->sum.residues += ev->entry.length;
	r->style.fastq = fastq && !plain;
	r->changed = r->changed || (fastq && plain);
	r->style.keep_lead = !subset && !r->opts->wrap;
	r->style.end_line = subset && !(ev->entry.flags & TL_REC_OUT);
	enum tl_status st = tl_text_render(&ev->entry, ev->alphabet, ev->width, ev->eol,
					   ev->residues, &r->style, &r->text, err);
	if (st != TL_OK) {
		(void)tl_err_prefix(err, "record tl|%llu", (unsigned long long)ev->entry.ordinal);
		return st;
	}
	return r->text.len >= 4 * TL_IO_CHUNK ? flush(r, err) : TL_OK;
}

/* The end of a file: its last bytes, and the comparison. */
static enum tl_status put_file(struct restorer *r, const struct tl_expand_event *ev,
			       struct tl_err *err)
{
	const struct tl_note_file *f = ev->file;
	bool exact = !r->opts->refs_only && !r->opts->wrap &&
		     !(ev->stream_flags & TL_STREAM_SUBSET) && !r->changed;
	enum tl_status st = TL_OK;
	if (exact)
		st = tl_buf_add(&r->text, f->tail.p, f->tail.n, err);
	if (st == TL_OK)
		st = flush(r, err);
	if (st != TL_OK)
		return st;
	struct tl_hash128 have = tl_hash_get(r->hash);
	if (exact && (r->length != f->text || have.lo != f->hash.lo || have.hi != f->hash.hi))
		return tl_err_set(err, TL_DATA,
				  "the text of records tl|%llu to tl|%llu is not that of the "
				  "original file (%llu bytes, should be %llu)",
				  (unsigned long long)f->first,
				  (unsigned long long)(f->end ? f->end - 1 : 0),
				  (unsigned long long)r->length, (unsigned long long)f->text);
	r->sum.files += exact;
	r->length = 0;
	r->changed = false;
	tl_hash_reset(r->hash);
	return TL_OK;
}

static enum tl_status put_event(struct restorer *r, const struct tl_expand_event *ev,
				struct tl_err *err)
{
	if (ev->what == TL_EXPAND_FILE)
		return put_file(r, ev, err);
	return ev->what == TL_EXPAND_ENTRY ? put_entry(r, ev, err) : TL_OK;
}

static enum tl_status put_all(struct restorer *r, struct tl_expand *x, struct tl_err *err)
{
	struct tl_expand_event ev;
	enum tl_status st;
	while ((st = tl_expand_next(x, &ev, err)) == TL_OK && ev.what != TL_EXPAND_END)
		if ((st = put_event(r, &ev, err)) != TL_OK)
			return st;
	return st == TL_OK ? flush(r, err) : st;
}

enum tl_status tl_restore_text(struct tl_reader *reader, const struct tl_restore_opts *opts,
			       struct tl_out *out, struct tl_restore_sum *ret, struct tl_err *err)
{
	struct tl_expand_opts xopts = {.refs_only = opts->refs_only};
	struct tl_expand *x;
	struct restorer r = {
		.opts = opts, .out = out, .style = {.own = !opts->wrap, .width = opts->width}};
	enum tl_status st = tl_expand_new(reader, &xopts, &x, err);
	if (st != TL_OK)
		return st;
	r.hash = tl_hash_new(err);
	st = r.hash ? put_all(&r, x, err) : TL_NOMEM;
	tl_hash_free(r.hash);
	tl_buf_free(&r.text);
	tl_expand_free(x);
	*ret = r.sum;
	return st;
}
