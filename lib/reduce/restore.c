/* SPDX-License-Identifier: MIT */
/* restore: the text that a stream came from, checked against the hash of each file.
 *
 * Blocks of a plain stream are text as they stand: the worker that has decoded one renders it and puts
 * it out (emit).  Of other streams, and where a record is in pieces, events of records are gathered in
 * chunks; a worker makes their residues and their text, and puts that out.  Only the column at which a
 * piece of a record begins depends on what is before it: that is followed here.
 *
 * Contents: 1. rendering a chunk  2. in order  3. filling chunks  4. all.
 */
#include <tl/restore.h>

#include <stdlib.h>

#include <tl/lane.h>
#include <tl/mem.h>
#include <tl/spares.h>

#include "emit.h"
#include "look.h"

#define CHUNK (256u << 10) /* of residues: its text stays in the second cache */

/* An event, and where its residues are in the room of the chunk where they were made. */
struct part {
	struct tl_expand_event ev;
	struct tl_str residues;
	size_t at;
};

/* What a worker makes of a chunk. */
struct canvas {
	struct tl_spare spare; /* first */
	struct tl_buf text;
	struct tl_expand_room room;
};

struct chunk {
	struct restorer *r; /* a worker uses its opts, lane, canvases and emit only */
	struct part *part;
	size_t n, cap;
	uint64_t bytes;
	struct tl_text_style style; /* at its beginning */
	struct canvas *canvas;      /* NULL: it is not rendered yet */
	uint64_t number;
	bool sent; /* whoever rendered it has put it out */
	/* A file ends behind its records: */
	bool ends, exact;
	uint64_t place;
	struct tl_buf tail;
	struct tl_note_file file; /* without its strings */
	struct chunk *next;       /* free ones */
};

struct restorer {
	const struct tl_restore_opts *opts;
	struct tl_reader *reader;
	struct tl_expand *expand;
	struct tl_lane *lane; /* NULL: chunks are rendered where they are filled */
	struct tl_spares *canvases;
	struct chunk *chunk;  /* being filled; or NULL */
	struct chunk *spare;
	uint64_t chunks;      /* filled or being filled so far */
	bool changed;               /* a record of the file was FASTQ and is not any more */
	struct tl_text_style style; /* behind what was filled in */
	/* In order: */
	struct tl_emit emit;
	uint64_t files; /* in the stream so far */
	struct tl_restore_sum sum;
};

/* 1. Rendering a chunk. */

static enum tl_status render_entry(struct chunk *c, struct part *p, size_t i, struct tl_err *err)
{
	const struct tl_batch *b = p->ev.batch;
	struct tl_buf *text = &c->canvas->text;
	struct tl_expand_room *room = &c->canvas->room;
	struct tl_entry e;
	enum tl_status st;
	tl_batch_get(b, p->ev.at + i, &e);
	if (c->r->opts->names_only)
		return tl_text_name(&e, text, err);
	p->at = room->residues.len;
	if (b->kind == TL_KIND_SEQ)
		p->residues = e.resi;
	else if ((st = tl_expand_residues(&p->ev, i, room, &p->residues, err)) != TL_OK)
		return st;
	st = tl_text_render(&e, b->alphabet, b->width, b->eol, p->residues.p, &c->style, text, err);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "record tl|%llu", (unsigned long long)e.ordinal);
	if (!p->ev.summed)
		room->residues.len = p->at; /* not needed any more */
	return st;
}

static enum tl_status render_part(struct chunk *c, struct part *p, struct tl_err *err)
{
	const struct tl_expand_event *ev = &p->ev;
	bool quick = !c->r->opts->names_only && !ev->summed;
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < ev->n && st == TL_OK;) {
		size_t done = 0;
		if (quick)
			st = tl_text_plain(ev->batch, ev->at + i, ev->n - i, &c->style,
					   &c->canvas->text, &done, err);
		i += done;
		if (st == TL_OK && i < ev->n)
			st = render_entry(c, p, i++, err);
	}
	return st;
}

/* Of a stream in which records stand as they came, each block is text as it stands: its reader's
 * worker renders it.  What is wrong with it is told in its turn. */
static enum tl_status make_text(void *ctx, struct tl_item *item, struct tl_err *err)
{
	struct restorer *r = ctx;
	if (item->stream_flags & (TL_STREAM_REDUCED | TL_STREAM_INTERNED))
		return TL_OK;
	if (tl_look_batch(r->opts, &item->batch, item->stream_flags, &item->text, err) != TL_OK)
		tl_buf_reset(&item->text);
	tl_emit_made(&r->emit, item);
	return TL_OK;
}

static void take_text(void *ctx, struct tl_item *item)
{
	struct restorer *r = ctx;
	tl_emit_taken(&r->emit, item);
}

static struct tl_str text_of(const struct chunk *c)
{
	return (struct tl_str){c->canvas->text.data, c->canvas->text.len};
}

static enum tl_status render(void *item, unsigned worker, struct tl_err *err)
{
	struct chunk *c = item;
	enum tl_status st = TL_OK;
	c->canvas = tl_spares_take(c->r->canvases, worker, sizeof *c->canvas, err);
	if (!c->canvas)
		return TL_NOMEM;
	tl_buf_reset(&c->canvas->text);
	tl_buf_reset(&c->canvas->room.residues);
	for (size_t k = 0; k < c->n && st == TL_OK; k++) {
		struct part *p = &c->part[k];
		tl_look_set(c->r->opts, p->ev.batch, p->ev.stream_flags, &c->style);
		st = render_part(c, p, err);
	}
	if (st == TL_OK)
		st = tl_buf_add(&c->canvas->text, c->tail.data, c->tail.len, err);
	/* Behind the end of a file it is not another one's turn before that is compared. */
	if (st == TL_OK && c->r->lane && !c->ends)
		tl_emit_chunk(&c->r->emit, c->number, text_of(c), &c->sent);
	return st;
}

/* 2. In order. */

/* Tells expand that the chunk's events are done, with residues where it compares them. */
static enum tl_status settle(struct restorer *r, struct chunk *c, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t k = 0; k < c->n && st == TL_OK; k++) {
		struct part *p = &c->part[k];
		if (p->ev.script && p->residues.n)
			p->residues.p = c->canvas->room.residues.data + p->at; /* it may have moved */
		st = tl_expand_done(r->expand, &p->ev, p->residues, err);
	}
	return st;
}

static void recycle(struct restorer *r, struct chunk *c)
{
	tl_spares_give(r->canvases, c->canvas);
	c->canvas = NULL;
	tl_buf_reset(&c->tail);
	c->n = 0;
	c->bytes = 0;
	c->ends = c->exact = c->sent = false;
	c->next = r->spare;
	r->spare = c;
}

/* A chunk that was rendered: its text goes out. */
static enum tl_status put_chunk(struct restorer *r, struct chunk *c, struct tl_err *err)
{
	tl_emit_withdraw(&r->emit, c->number);
	const bool sent = c->sent;
	enum tl_status st = settle(r, c, err);
	if (st == TL_OK)
		st = sent ? tl_emit_check(&r->emit, err) : tl_emit_put(&r->emit, text_of(c), err);
	if (st == TL_OK && c->ends)
		st = tl_emit_file(&r->emit, &c->file, c->exact, c->place, err);
	r->sum.files += st == TL_OK && c->exact;
	if (st == TL_OK && !sent)
		tl_emit_pass(&r->emit, c->number);
	return st;
}

static enum tl_status take_chunk(struct restorer *r, struct tl_err *err)
{
	void *item;
	enum tl_status st = tl_lane_take(r->lane, &item, err);
	if (st == TL_OK)
		st = put_chunk(r, item, err);
	recycle(r, item);
	return st;
}

static enum tl_status drain(struct restorer *r, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	while (st == TL_OK && r->lane && tl_lane_pending(r->lane))
		st = take_chunk(r, err);
	return st;
}

/* 3. Filling chunks. */

/* Hands the chunk at hand over, if there is one. */
static enum tl_status submit(struct restorer *r, struct tl_err *err)
{
	struct chunk *c = r->chunk;
	enum tl_status st = TL_OK;
	if (!c)
		return TL_OK;
	r->chunk = NULL;
	if (r->lane) {
		while (st == TL_OK && (tl_lane_full(r->lane) || tl_lane_ready(r->lane)))
			st = take_chunk(r, err);
		tl_lane_put(r->lane, c);
		return st;
	}
	st = render(c, 0, err);
	if (st == TL_OK)
		st = put_chunk(r, c, err);
	recycle(r, c);
	return st;
}

/* The chunk to be filled. */
static struct chunk *chunk_at_hand(struct restorer *r, struct tl_err *err)
{
	struct chunk *c = r->chunk;
	if (c)
		return c;
	c = r->spare;
	if (c)
		r->spare = c->next;
	else
		c = tl_mem_zalloc(1, sizeof *c, err);
	if (c) {
		c->r = r;
		c->number = r->chunks++;
		c->style = r->style;
	}
	r->chunk = c;
	return c;
}

/* Follows the column over pieces of records. */
static void pass(struct restorer *r, const struct tl_expand_event *ev)
{
	const struct tl_batch *b = ev->batch;
	if (!ev->pieces || r->opts->names_only)
		return;
	tl_look_set(r->opts, ev->batch, ev->stream_flags, &r->style);
	for (size_t i = ev->at; i < ev->at + ev->n; i++) {
		struct tl_entry e;
		if (!(b->flags[i] & (TL_REC_IN | TL_REC_OUT)))
			continue;
		tl_batch_get(b, i, &e);
		tl_text_pass(&e, b->alphabet, b->width, b->eol, &r->style);
	}
}

static void count(struct restorer *r, const struct tl_expand_event *ev)
{
	r->sum.records += ev->records;
	r->sum.residues += ev->residues;
	r->changed = r->changed || tl_look_turned(r->opts, ev->batch);
}

/* Entries whose text the reader's worker has made, and mostly put out. */
static enum tl_status put_text(struct restorer *r, const struct tl_expand_event *ev,
			       struct tl_err *err)
{
	enum tl_status st = submit(r, err);
	if (st == TL_OK)
		st = drain(r, err);
	if (st == TL_OK)
		st = ev->sent ? tl_emit_check(&r->emit, err)
			      : tl_emit_put(&r->emit, ev->text, err);
	r->style.column = r->style.due = 0;
	count(r, ev);
	return st == TL_OK ? tl_expand_done(r->expand, ev, (struct tl_str){NULL, 0}, err) : st;
}

static enum tl_status put_entries(struct restorer *r, const struct tl_expand_event *ev,
				  struct tl_err *err)
{
	if (ev->text.n || ev->sent)
		return put_text(r, ev, err);
	struct chunk *c = chunk_at_hand(r, err);
	enum tl_status st = TL_NOMEM;
	if (c)
		st = tl_mem_grow(&c->part, &c->cap, c->n + 1, sizeof *c->part, err);
	if (st != TL_OK)
		return st;
	struct part *p = &c->part[c->n++];
	p->ev = *ev;
	p->residues = (struct tl_str){NULL, 0};
	p->at = 0;
	c->bytes += ev->residues + 64 * (uint64_t)ev->n;
	pass(r, ev);
	count(r, ev);
	return c->bytes >= CHUNK ? submit(r, err) : TL_OK;
}

/* The end of a file: its last bytes, and the comparison to come. */
static enum tl_status put_file(struct restorer *r, const struct tl_expand_event *ev,
			       struct tl_err *err)
{
	const struct tl_restore_opts *opts = r->opts;
	const struct tl_note_file *f = ev->file;
	bool whole = ev->wanted && !opts->refs_only && !opts->wrap && !opts->names_only &&
		     !opts->parts && !(ev->stream_flags & TL_STREAM_SUBSET) && !r->changed;
	struct chunk *c = chunk_at_hand(r, err);
	if (!c)
		return TL_NOMEM;
	c->ends = true;
	c->exact = whole && opts->letters == TL_TEXT_AS_IT_WAS;
	c->file = *f;
	c->place = ev->place;
	c->file.tail = c->file.name = (struct tl_str){NULL, 0};
	r->changed = false;
	r->files = ev->number;
	enum tl_status st = whole ? tl_buf_add(&c->tail, f->tail.p, f->tail.n, err) : TL_OK;
	if (st == TL_OK)
		st = submit(r, err);
	/* Before another block is taken: its text goes out at once. */
	return st == TL_OK ? drain(r, err) : st;
}

static enum tl_status put_event(struct restorer *r, const struct tl_expand_event *ev,
				struct tl_err *err)
{
	enum tl_status st;
	switch (ev->what) {
	case TL_EXPAND_ENTRIES:
		return put_entries(r, ev, err);
	case TL_EXPAND_FILE:
		return put_file(r, ev, err);
	case TL_EXPAND_STREAM:
		st = submit(r, err);
		return st == TL_OK ? drain(r, err) : st;
	default:
		return TL_OK;
	}
}

/* 4. All. */

static enum tl_status put_all(struct restorer *r, struct tl_err *err)
{
	struct tl_expand_event ev;
	enum tl_status st, before;
	while ((st = tl_expand_next(r->expand, &ev, err)) == TL_OK && ev.what != TL_EXPAND_END)
		if ((st = put_event(r, &ev, err)) != TL_OK)
			return st;
	/* What is wrong in an earlier record is told first. */
	struct tl_err why = {0};
	before = submit(r, &why);
	if (before == TL_OK)
		before = drain(r, &why);
	if (before != TL_OK) {
		if (err)
			*err = why;
		return before;
	}
	if (st == TL_OK && r->opts->file > r->files)
		return tl_err_set(err, TL_NOINPUT,
				  "there is no file %llu: %llu went into the stream",
				  (unsigned long long)r->opts->file, (unsigned long long)r->files);
	return st;
}

static void free_chunk(void *item)
{
	struct chunk *c = item;
	if (!c)
		return;
	tl_spares_give(c->r->canvases, c->canvas);
	tl_buf_free(&c->tail);
	free(c->part);
	free(c);
}

static void empty_canvas(void *thing)
{
	struct canvas *canvas = thing;
	tl_buf_free(&canvas->text);
	tl_buf_free(&canvas->room.residues);
	tl_buf_free(&canvas->room.scratch);
}

static void release(struct restorer *r)
{
	tl_emit_stop(&r->emit);
	tl_reader_finish(r->reader, NULL);
	tl_lane_free(r->lane, free_chunk);
	free_chunk(r->chunk);
	while (r->spare) {
		struct chunk *c = r->spare;
		r->spare = c->next;
		free_chunk(c);
	}
	tl_spares_free(r->canvases, empty_canvas);
	tl_emit_end(&r->emit);
	tl_expand_free(r->expand);
}

enum tl_status tl_restore_text(struct tl_reader *reader, const struct tl_restore_opts *opts,
			       struct tl_out *out, struct tl_restore_sum *ret, struct tl_err *err)
{
	const struct tl_expand_opts xopts = {.refs_only = opts->refs_only,
					     .file = opts->file,
					     .part = opts->part,
					     .parts = opts->parts,
					     .opt_budget = opts->opt_budget,
					     .opt_pool = opts->opt_pool,
					     .bytes = CHUNK / 2};
	struct restorer r = {.opts = opts, .reader = reader, .style = tl_look_begin(opts)};
	const struct tl_reader_finisher finisher = {make_text, take_text, &r};
	struct tl_pool *pool = opts->opt_pool;
	unsigned threads = pool ? tl_pool_threads(pool) : 1;
	enum tl_status st = tl_emit_begin(&r.emit, pool, out, opts->opt_press, err);
	if (st == TL_OK)
		st = tl_spares_new(threads, &r.canvases, err);
	if (st == TL_OK && threads > 1)
		st = tl_lane_new(pool, 0, render, &r.lane, err);
	if (st == TL_OK)
		st = tl_expand_new(reader, &xopts, &r.expand, err);
	if (st == TL_OK && pool && !opts->names_only && !opts->file && !opts->parts)
		tl_reader_finish(reader, &finisher);
	if (st == TL_OK)
		st = put_all(&r, err);
	release(&r);
	r.sum.text = r.emit.total;
	*ret = r.sum;
	return st;
}
