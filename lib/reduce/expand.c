/* SPDX-License-Identifier: MIT */
/* expand: the records of any stream in the order of their ordinals, with their residues.
 *
 * Batches wait in queues.  A record that is copied from others and not wanted is not resolved.
 * Records of which no block can hold a smaller one any more may be given: up to the first ordinal
 * of the last block that is no base (the frontier), or the end of a FILE.
 *
 * Contents: 1. a batch is done  2. taking blocks in  3. giving records out  4. the object.
 */
#include <tl/expand.h>

#include <stdlib.h>

#include <tl/hash.h>
#include <tl/mem.h>

#include "gather.h"
#include "held.h"
#include "queues.h"
#include "sources.h"

struct tl_expand {
	struct tl_reader *reader;
	struct tl_expand_opts opts;
	/* Of the stream at hand: */
	struct tl_sources sources;
	struct tl_queues queues;
	struct tl_held *kept;    /* given out, but copied from */
	struct tl_gather script; /* of the delta that is given */
	uint64_t stream;
	uint16_t stream_flags;
	bool open;         /* frontier is set */
	uint64_t frontier; /* records up to this ordinal may be given */
	bool any;          /* a record was given */
	uint64_t given;    /* ordinal of the last one */
	/* Records since the last FILE, the first's ordinal; the end of that FILE. */
	uint64_t in_file, file_first, file_end;
	/* A block of the next stream, or a FILE that waits for its records. */
	struct tl_item *ahead;
	struct tl_item *shown; /* the block of the last event */
	bool ended;
	struct tl_buf resolved, scratch; /* a delta being given */
};

/* 1. A batch is done. */

/* A stream is over: nothing of it can be copied from any more. */
static void forget(struct tl_expand *x)
{
	tl_sources_forget(&x->sources);
	tl_queues_forget(&x->queues);
	tl_held_free(x->kept);
	x->kept = NULL;
	x->open = false;
	x->script.at = NULL;
}

/* May its entries be copied from? */
static bool is_source(const struct tl_expand *x, const struct tl_held *h)
{
	return h->base || (x->stream_flags & TL_STREAM_INTERNED && h->batch.kind == TL_KIND_SEQ);
}

/* The batch at the head of q was given out: keep it where it is a source, else free it. */
static enum tl_status drop_head(struct tl_expand *x, struct tl_queue *q, struct tl_err *err)
{
	struct tl_held *h = q->head;
	if (h->has_sum && q->sum) {
		struct tl_hash128 have = tl_hash_get(q->sum);
		if (have.lo != h->sum.lo || have.hi != h->sum.hi)
			return tl_sources_broken(
				err, h->batch.ordinal[0],
				"the residues of its block do not have the sum that the archive says");
		tl_hash_reset(q->sum);
	}
	(void)tl_queues_drop(q);
	if (is_source(x, h)) {
		h->next = x->kept;
		x->kept = h;
	} else {
		tl_held_free(h);
	}
	return TL_OK;
}

/* 2. Taking blocks in. */

static enum tl_status take_batch(struct tl_expand *x, struct tl_item *item, struct tl_err *err)
{
	bool reduced = x->stream_flags & TL_STREAM_REDUCED;
	uint8_t flags = item->block.head.flags;
	if (!item->batch.n)
		return TL_OK;
	struct tl_held *h = tl_mem_zalloc(1, sizeof *h, err);
	if (!h)
		return TL_NOMEM;
	h->batch = item->batch;
	item->batch = (struct tl_batch){0};
	h->base = reduced && flags & TL_BLOCK_BASE;
	h->reference = h->batch.kind == TL_KIND_SEQ && (!reduced || flags & TL_BLOCK_REF);
	h->sum = item->sum;
	h->has_sum = item->has_sum && !x->opts.refs_only && !x->opts.opt_names;
	enum tl_status st = TL_OK;
	if (h->base && x->open && h->batch.ordinal[0] <= x->frontier)
		st = tl_err_set(err, TL_DATA,
				"a base must come before other records of its ordinals");
	if (st == TL_OK)
		st = tl_queues_append(&x->queues, h, err);
	if (st != TL_OK) {
		tl_held_free(h);
		return st;
	}
	if (!h->base) {
		x->open = true;
		x->frontier = h->batch.ordinal[0];
	}
	return is_source(x, h) ? tl_sources_add(&x->sources, h, err) : TL_OK;
}

/* A block of the stream at hand.  A FILE waits in ahead for its records; *ret_got: it is given now.
 */
static enum tl_status file_block(struct tl_expand *x, struct tl_item *item,
				 struct tl_expand_event *ret, bool *ret_got, struct tl_err *err)
{
	x->stream_flags = item->stream_flags;
	if (item->block.head.type == TL_BLOCK_FILE) {
		x->ahead = item;
		/* No record of the file can come any more: all below its end may go. */
		x->open = x->open || item->file.end > 0;
		x->frontier = item->file.end ? item->file.end - 1 : 0;
		return TL_OK;
	}
	if (tl_block_ancillary(item->block.head.type)) {
		x->shown = item;
		*ret = (struct tl_expand_event){
			.what = TL_EXPAND_NOTE, .note = item, .stream_flags = x->stream_flags};
		*ret_got = true;
		return TL_OK;
	}
	enum tl_status st = take_batch(x, item, err);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "%s: block %llu", item->name,
				    (unsigned long long)item->block.head.number);
	tl_reader_recycle(x->reader, item);
	return st;
}

/* Reads one block and files it; a block of a further stream waits in ahead. */
static enum tl_status take_block(struct tl_expand *x, struct tl_expand_event *ret, bool *ret_got,
				 struct tl_err *err)
{
	struct tl_item *item;
	enum tl_status st = tl_reader_next(x->reader, &item, err);
	if (st != TL_OK)
		return st;
	if (item && item->stream == x->stream)
		return file_block(x, item, ret, ret_got, err);
	x->ahead = item;
	x->ended = !item;
	x->open = true;
	x->frontier = UINT64_MAX;
	return TL_OK;
}

/* No records are left over behind the last FILE of a stream. */
static enum tl_status check_closed(const struct tl_expand *x, struct tl_err *err)
{
	return x->in_file ? tl_sources_broken(err, x->given, "no FILE block follows it") : TL_OK;
}

/* The records given since the last FILE are those of this one. */
static enum tl_status check_file(struct tl_expand *x, const struct tl_note_file *f,
				 struct tl_err *err)
{
	bool fits = f->first >= x->file_end && x->in_file == f->end - f->first - f->missing;
	if (!fits || (x->in_file && (x->file_first < f->first || x->given >= f->end)))
		return tl_err_set(
			err, TL_DATA,
			"a FILE block says that it has records tl|%llu to below tl|%llu, %llu "
			"of them missing, but they are others",
			(unsigned long long)f->first, (unsigned long long)f->end,
			(unsigned long long)f->missing);
	x->in_file = 0;
	x->file_end = f->end;
	return TL_OK;
}

/* All records up to the block that waits were given: deal with it. */
static enum tl_status take_ahead(struct tl_expand *x, struct tl_expand_event *ret, bool *ret_got,
				 struct tl_err *err)
{
	struct tl_item *item = x->ahead;
	enum tl_status st = TL_OK;
	if (item->stream != x->stream) {
		if ((st = check_closed(x, err)) != TL_OK)
			return st;
		forget(x);
		x->ahead = NULL;
		x->stream = item->stream;
		return file_block(x, item, ret, ret_got, err);
	}
	x->ahead = NULL;
	x->shown = item;
	*ret = (struct tl_expand_event){
		.what = TL_EXPAND_FILE, .file = &item->file, .stream_flags = x->stream_flags};
	*ret_got = true;
	return check_file(x, &item->file, err);
}

/* 3. Giving records out. */

static enum tl_status resolve_delta(struct tl_expand *x, struct tl_queue *q,
				    struct tl_expand_event *ev, bool *ret_whole, struct tl_err *err)
{
	struct tl_delta d;
	struct tl_source *base;
	if (ev->entry.flags & TL_REC_IN)
		return TL_OK;
	enum tl_status st = tl_sources_base(&x->sources, q->head, &ev->entry, &base, err);
	if (st == TL_OK)
		st = tl_gather_script(&x->script, q->head, q->pos, &d, ret_whole, err);
	if (st != TL_OK || !*ret_whole)
		return st;
	tl_buf_reset(&x->resolved);
	return tl_sources_apply(&d, base, ev->entry.ordinal, &x->scratch, &x->resolved, err);
}

/* The residues of the whole record at the head of r; *ret_whole false: more pieces must come first.
 */
static enum tl_status resolve_copy(struct tl_expand *x, struct tl_queue *q,
				   struct tl_expand_event *ev, struct tl_str *ret, bool *ret_whole,
				   struct tl_err *err)
{
	struct tl_source *s =
		q->head->base ? tl_sources_find(&x->sources, ev->entry.ordinal) : NULL;
	enum tl_status st = TL_OK;
	if (!s && ev->kind == TL_KIND_DELTA) {
		st = resolve_delta(x, q, ev, ret_whole, err);
		*ret = (struct tl_str){x->resolved.data, x->resolved.len};
		return st;
	}
	if (!s)
		st = tl_sources_base(&x->sources, q->head, &ev->entry, &s, err);
	if (st == TL_OK)
		*ret = (struct tl_str){s->residues, s->length};
	return st;
}

/* Finds the residues of the entry at the head of r. */
static enum tl_status resolve(struct tl_expand *x, struct tl_queue *q, struct tl_expand_event *ev,
			      bool *ret_whole, struct tl_err *err)
{
	const struct tl_entry *e = &ev->entry;
	struct tl_str whole;
	if (ev->kind == TL_KIND_SEQ) {
		ev->residues = e->resi.p;
		return TL_OK;
	}
	enum tl_status st = resolve_copy(x, q, ev, &whole, ret_whole, err);
	if (st != TL_OK || !*ret_whole)
		return st;
	if (q->piece > whole.n || e->length > whole.n - q->piece)
		return tl_sources_broken(err, e->ordinal, "is longer than what it is copied from");
	if (!(e->flags & TL_REC_OUT) && q->piece + e->length != whole.n)
		return tl_sources_broken(err, e->ordinal, "is shorter than what it is copied from");
	ev->residues = whole.n ? whole.p + q->piece : NULL;
	return TL_OK;
}

/* Its root, and whether it is wanted. */
static void look_up(struct tl_expand *x, struct tl_queue *q, struct tl_expand_event *ev)
{
	const struct tl_entry *e = &ev->entry;
	const struct tl_source *s =
		tl_sources_find(&x->sources, ev->kind == TL_KIND_SEQ ? e->ordinal : e->base);
	ev->root = s ? s->root : e->ordinal;
	if (e->flags & TL_REC_IN)
		return; /* what was said of its first piece holds */
	/* Its names are looked up in any case: they are known then. */
	bool named = x->opts.opt_names && tl_names_match(x->opts.opt_names, e->head, e->ordinal);
	q->wanted = !(x->opts.refs_only && !ev->reference) &&
		    (!x->opts.opt_names || named || (s && s->family));
	q->piece = 0;
	q->base = e->base;
	q->alphabet = ev->alphabet;
	q->format = ev->format;
}

static enum tl_status check_order(struct tl_expand *x, const struct tl_queue *q,
				  const struct tl_expand_event *ev, struct tl_err *err)
{
	const struct tl_entry *e = &ev->entry;
	bool in = e->flags & TL_REC_IN;
	if (x->any && (in ? e->ordinal != x->given : e->ordinal <= x->given))
		return tl_sources_broken(err, e->ordinal, "stands behind a later one, or twice");
	if (ev->alphabet != q->alphabet || ev->format != q->format ||
	    (ev->kind != TL_KIND_SEQ && e->base != q->base))
		return tl_sources_broken(err, e->ordinal, "has pieces that do not fit each other");
	if (!in && !x->in_file++)
		x->file_first = e->ordinal;
	x->any = true;
	x->given = e->ordinal;
	return TL_OK;
}

/* Gives the entry at the head of r.  *ret_got false where it is passed over, or *ret_whole false
 * and it must wait for more pieces. */
static enum tl_status give(struct tl_expand *x, struct tl_queue *q, struct tl_expand_event *ev,
			   bool *ret_got, bool *ret_whole, struct tl_err *err)
{
	const struct tl_held *h = q->head;
	*ev = (struct tl_expand_event){.what = TL_EXPAND_ENTRY,
				       .kind = h->batch.kind,
				       .alphabet = h->batch.alphabet,
				       .width = h->batch.width,
				       .eol = h->batch.eol,
				       .format = h->batch.format,
				       .reference = h->reference,
				       .stream_flags = x->stream_flags};
	tl_batch_get(&h->batch, q->pos, &ev->entry);
	look_up(x, q, ev);
	enum tl_status st = q->wanted ? resolve(x, q, ev, ret_whole, err) : TL_OK;
	if (st == TL_OK && *ret_whole)
		st = check_order(x, q, ev, err);
	if (st != TL_OK || !*ret_whole)
		return st;
	*ret_got = q->wanted;
	if (h->has_sum) {
		if (!q->sum && !(q->sum = tl_hash_new(err)))
			return TL_NOMEM;
		tl_hash_put(q->sum, ev->residues, ev->entry.length);
	}
	q->piece += (size_t)ev->entry.length;
	q->pos++;
	return TL_OK;
}

/* Gives the entry at the head of r, or reads on where its pieces are not all there. */
static enum tl_status give_or_wait(struct tl_expand *x, struct tl_queue *q,
				   struct tl_expand_event *ret, bool *ret_got, struct tl_err *err)
{
	bool whole = true;
	enum tl_status st = give(x, q, ret, ret_got, &whole, err);
	if (st != TL_OK || whole)
		return st;
	if (x->ended || x->ahead)
		return tl_sources_broken(err, ret->entry.ordinal, "its last piece is missing");
	return take_block(x, ret, ret_got, err);
}

enum tl_status tl_expand_next(struct tl_expand *x, struct tl_expand_event *ret, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	bool got = false;
	tl_reader_recycle(x->reader, x->shown);
	x->shown = NULL;
	while (st == TL_OK && !got) {
		struct tl_queue *q = tl_queues_smallest(&x->queues);
		if (q && q->pos == q->head->batch.n) {
			st = drop_head(x, q, err);
		} else if (q && x->open && q->head->batch.ordinal[q->pos] <= x->frontier) {
			st = give_or_wait(x, q, ret, &got, err);
		} else if (x->ahead) {
			st = take_ahead(x, ret, &got, err);
		} else if (x->ended) {
			*ret = (struct tl_expand_event){.what = TL_EXPAND_END};
			return check_closed(x, err);
		} else {
			st = take_block(x, ret, &got, err);
		}
	}
	return st;
}

/* 4. The object. */

enum tl_status tl_expand_new(struct tl_reader *reader, const struct tl_expand_opts *opts,
			     struct tl_expand **ret, struct tl_err *err)
{
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	if (!*ret)
		return TL_NOMEM;
	(*ret)->reader = reader;
	(*ret)->opts = *opts;
	tl_queues_init(&(*ret)->queues);
	(*ret)->sources.opt_names = opts->opt_names;
	return TL_OK;
}

void tl_expand_free(struct tl_expand *x)
{
	if (!x)
		return;
	tl_reader_recycle(x->reader, x->shown);
	tl_reader_recycle(x->reader, x->ahead);
	forget(x);
	tl_sources_free(&x->sources);
	tl_gather_free(&x->script);
	tl_buf_free(&x->resolved);
	tl_buf_free(&x->scratch);
	free(x);
}
