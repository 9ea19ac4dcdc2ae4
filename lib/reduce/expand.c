/* SPDX-License-Identifier: MIT */
/* expand: the records of any stream in the order of their ordinals, with their residues.
 *
 * Batches wait in queues.  Records of which no block can hold a smaller one any more may be given:
 * up to the first ordinal of the last block that is no base (the frontier), or the end of a FILE.
 *
 * Contents: 1. a batch is done  2. taking blocks in  3. events  4. the object.
 */
#include <tl/expand.h>

#include <stdlib.h>
#include <string.h>

#include <tl/hash.h>
#include <tl/mem.h>

#include "derive.h"
#include "expand_give.h"
#include "gather.h"
#include "held.h"
#include "queues.h"
#include "sources.h"

#define SPARES 8               /* batches kept to be used again */
#define ENOUGH 4               /* of these a worker gets one of another's rather than a new one */
#define SPARE_BYTES (8u << 20) /* and no larger than that */

/* 1. A batch is done. */

/* Its memory serves another one, where it is not unusually much. */
static void spare(struct tl_expand *x, struct tl_held *h)
{
	if (x->spares >= SPARES || !h->batch.cap || h->batch.resi.bytes.cap > SPARE_BYTES ||
	    h->batch.head.bytes.cap > SPARE_BYTES) {
		tl_held_free(h);
		return;
	}
	h->next = x->spare;
	x->spare = h;
	x->spares++;
}

/* Frees what waits for events before this one. */
static void release(struct tl_expand *x, uint64_t serial)
{
	while (x->retired.head && x->retired.head->serial <= serial) {
		struct tl_held *h = x->retired.head;
		x->retired.head = h->next;
		h->next = NULL;
		spare(x, h);
	}
	if (!x->retired.head)
		x->retired.tail = NULL;
}

/* A stream is over: nothing of it can be copied from any more. */
static void forget(struct tl_expand *x)
{
	tl_sources_forget(&x->sources);
	tl_queues_forget(&x->queues);
	tl_held_free(x->kept);
	x->kept = NULL;
	x->stay = 0;
	tl_held_free(x->retired.head);
	tl_spool_free(x->spool);
	x->spool = NULL;
	x->retired = (struct tl_held_list){NULL, NULL};
	x->open = false;
	x->script.at = NULL;
}

/* May all its entries be copied from? */
static bool is_source(const struct tl_expand *x, const struct tl_held *h)
{
	return h->base || (x->stream_flags & TL_STREAM_INTERNED && h->batch.kind == TL_KIND_SEQ);
}

/* May some, which have a flag that says so? */
static bool has_sources(const struct tl_expand *x, const struct tl_held *h)
{
	return x->stream_flags & TL_STREAM_REDUCED && !h->base && h->batch.kind == TL_KIND_DELTA;
}

/* The batch at the head of q was given out: keep it where it is a source, else it may go when its
 * events are done. */
static void drop_head(struct tl_expand *x, struct tl_queue *q)
{
	struct tl_held *h = tl_queues_drop(q);
	if (h->charged) {
		h->next = x->kept;
		x->kept = h;
		return;
	}
	h->serial = x->serial;
	tl_held_append(&x->retired, h);
	release(x, x->done); /* nothing may have been wanted for long */
}

/* 2. Taking blocks in. */

/* The reader's worker gets the memory in it for what it has given: memory of its own, which it has in
 * its caches, where there is some. */
static struct tl_held *new_held(struct tl_expand *x, unsigned worker, struct tl_err *err)
{
	struct tl_held **at = &x->spare;
	while (*at && (*at)->worker != worker)
		at = &(*at)->next;
	if (!*at && x->spares >= ENOUGH)
		at = &x->spare;
	struct tl_held *h = *at;
	if (!h) {
		h = tl_mem_zalloc(1, sizeof *h, err);
	} else {
		*at = h->next;
		x->spares--;
		tl_hash_free(h->hash);
		*h = (struct tl_held){.batch = h->batch, .text = h->text};
	}
	if (h)
		h->worker = worker;
	return h;
}

/* Memory for a batch that others are copied from, until the stream ends; where there is none its
 * residues are copied, and it sleeps until it is its turn. */
static void charge(struct tl_expand *x, struct tl_held *h)
{
	uint64_t bytes = sizeof *h + tl_batch_bytes(&h->batch) / 4 * 5;
	if (bytes > x->room - x->stay || !tl_budget_take(x->opts.opt_budget, bytes))
		return;
	x->stay += bytes;
	h->opt_budget = x->opts.opt_budget;
	h->charged = bytes;
}

static enum tl_status make_source(struct tl_expand *x, struct tl_held *h,
				  const struct tl_item *item, struct tl_err *err)
{
	struct tl_budget *budget = x->opts.opt_budget;
	enum tl_status st = tl_derive_batch(&x->derive, &x->sources, h, err);
	if (st != TL_OK || h->charged || tl_queues_is_head(&x->queues, h))
		return st;
	if (!x->spool)
		st = tl_spool_new(budget, tl_budget_share(budget, 1, 4, 0), &x->spool, err);
	return st == TL_OK ? tl_held_sleep(h, x->spool, &item->block, item->shift, err) : st;
}

static enum tl_status take_batch(struct tl_expand *x, struct tl_item *item, struct tl_err *err)
{
	bool reduced = x->stream_flags & TL_STREAM_REDUCED;
	uint8_t flags = item->block.head.flags;
	if (!item->batch.n)
		return TL_OK;
	struct tl_held *h = new_held(x, item->worker, err);
	if (!h)
		return TL_NOMEM;
	struct tl_batch empty = h->batch;
	struct tl_buf no_text = h->text;
	h->batch = item->batch;
	h->text = item->text;
	h->sent = item->sent;
	item->batch = empty;
	item->text = no_text;
	h->base = reduced && flags & TL_BLOCK_BASE;
	h->hidden = h->base && flags & TL_BLOCK_HIDDEN;
	h->reference = h->batch.kind == TL_KIND_SEQ && (!reduced || flags & TL_BLOCK_REF);
	h->sum = item->sum;
	h->has_sum = item->has_sum;
	if (is_source(x, h))
		charge(x, h);
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
	if (has_sources(x, h))
		return tl_derive_batch(&x->derive, &x->sources, h, err);
	return is_source(x, h) ? make_source(x, h, item, err) : TL_OK;
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
	uint64_t records = f->end - f->first - f->missing;
	bool fits = f->first >= x->file_end &&
		    (x->opts.partial ? x->in_file <= records : x->in_file == records);
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
		/* The event comes first; asked again, all is done and can be forgotten. */
		*ret_got = !x->over;
		x->over = !x->over;
		*ret = (struct tl_expand_event){.what = TL_EXPAND_STREAM};
		if ((st = check_closed(x, err)) != TL_OK || *ret_got)
			return st;
		forget(x);
		x->ahead = NULL;
		x->stream = item->stream;
		return file_block(x, item, ret, ret_got, err);
	}
	x->ahead = NULL;
	x->shown = item;
	*ret = (struct tl_expand_event){.what = TL_EXPAND_FILE,
					.file = &item->file,
					.number = ++x->files,
					.place = item->place,
					.stream_flags = x->stream_flags};
	ret->wanted = !x->opts.file || x->opts.file == x->files;
	*ret_got = true;
	return check_file(x, &item->file, err);
}

/* 3. Events. */

/* Gives the entries at the head of q, or reads on where their pieces are not all there. */
static enum tl_status give_or_wait(struct tl_expand *x, struct tl_queue *q, uint64_t limit,
				   struct tl_expand_event *ret, bool *ret_got, struct tl_err *err)
{
	bool whole = true;
	enum tl_status st = tl_expand_give_head(x, q, limit, ret, ret_got, &whole, err);
	if (st != TL_OK || whole)
		return st;
	if (x->ended || x->ahead)
		return tl_sources_broken(err, ret->batch->ordinal[ret->at],
					 "its last piece is missing");
	return take_block(x, ret, ret_got, err);
}

enum tl_status tl_expand_next(struct tl_expand *x, struct tl_expand_event *ret, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	bool got = false;
	uint64_t second = 0;
	tl_reader_recycle(x->reader, x->shown);
	x->shown = NULL;
	while (st == TL_OK && !got) {
		if ((st = tl_queues_wake(&x->queues, err)) != TL_OK)
			return st;
		struct tl_queue *q = tl_queues_smallest(&x->queues, &second);
		const struct tl_batch *b = q ? &q->waiting.head->batch : NULL;
		if (q && q->pos == b->n) {
			drop_head(x, q);
		} else if (q && x->open && b->ordinal[q->pos] <= x->frontier) {
			st = give_or_wait(x, q, second, ret, &got, err);
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

/* The residues of a delta that stands in one piece. */
static enum tl_status follow_script(const struct tl_expand_event *ev, const struct tl_entry *e,
				    struct tl_expand_room *room, struct tl_str *ret,
				    struct tl_err *err)
{
	const struct tl_delta d = {e->ops, e->subs, ev->borrowed ? ev->literals : e->lits};
	const struct tl_source base = {.residues = ev->from.p,
				       .length = ev->from.n,
				       .nucleotide = ev->batch->alphabet == TL_NUCLEOTIDE};
	struct tl_buf *out = &room->residues;
	size_t at = out->len;
	enum tl_status st = tl_sources_apply(&d, &base, e->ordinal, &room->scratch, out, err);
	if (st != TL_OK)
		return st;
	*ret = (struct tl_str){out->len > at ? out->data + at : NULL, out->len - at};
	if (ret->n < e->length)
		return tl_sources_broken(err, e->ordinal, "is longer than what it is copied from");
	if (ret->n > e->length)
		return tl_sources_broken(err, e->ordinal, "is shorter than what it is copied from");
	return TL_OK;
}

enum tl_status tl_expand_residues(const struct tl_expand_event *ev, size_t i,
				  struct tl_expand_room *room, struct tl_str *ret,
				  struct tl_err *err)
{
	struct tl_entry e;
	*ret = ev->from;
	if (ev->batch->kind != TL_KIND_SEQ && !ev->script)
		return TL_OK;
	tl_batch_get(ev->batch, ev->at + i, &e);
	*ret = e.resi;
	return ev->script ? follow_script(ev, &e, room, ret, err) : TL_OK;
}

/* Adds residues to the sum of their batch; after its last entry it is compared. */
static enum tl_status add_up(struct tl_held *h, struct tl_str residues, struct tl_err *err)
{
	if (!h->hash && !(h->hash = tl_hash_new(err)))
		return TL_NOMEM;
	tl_hash_put(h->hash, residues.p, residues.n);
	if (++h->done < h->batch.n)
		return TL_OK;
	struct tl_hash128 have = tl_hash_get(h->hash);
	if (have.lo != h->sum.lo || have.hi != h->sum.hi)
		return tl_sources_broken(
			err, h->batch.ordinal[0],
			"the residues of its block do not have the sum that the archive says");
	return TL_OK;
}

enum tl_status tl_expand_done(struct tl_expand *x, const struct tl_expand_event *ev,
			      struct tl_str residues, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	struct tl_held *h = ev->held;
	if (ev->what != TL_EXPAND_ENTRIES)
		return TL_OK;
	if (ev->summed && (residues.p || !ev->residues))
		st = add_up(h, residues, err);
	x->done = ev->serial;
	release(x, x->done);
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
	(*ret)->derive.opt_pool = opts->opt_pool;
	(*ret)->sources.opt_names = opts->opt_names;
	(*ret)->sources.shelf.opt_budget = opts->opt_budget;
	(*ret)->room = tl_budget_share(opts->opt_budget, 1, 2, 0);
	(*ret)->sources.slab_room = tl_budget_share(opts->opt_budget, 1, 4, 0);
	(*ret)->sources.partial = opts->partial;
	return TL_OK;
}

void tl_expand_free(struct tl_expand *x)
{
	if (!x)
		return;
	tl_reader_recycle(x->reader, x->shown);
	tl_reader_recycle(x->reader, x->ahead);
	forget(x);
	tl_held_free(x->spare);
	tl_sources_free(&x->sources);
	tl_derive_free(&x->derive);
	tl_gather_free(&x->script);
	tl_buf_free(&x->scratch);
	free(x);
}

enum tl_status tl_expand_each(struct tl_reader *reader, const struct tl_expand_opts *opts,
			      tl_expand_take take, void *ctx, struct tl_err *err)
{
	struct tl_expand_room room = {{0}, {0}};
	struct tl_expand_event ev;
	struct tl_expand *x = NULL;
	enum tl_status st = tl_expand_new(reader, opts, &x, err);
	while (st == TL_OK && (st = tl_expand_next(x, &ev, err)) == TL_OK &&
	       ev.what != TL_EXPAND_END) {
		struct tl_str residues = {NULL, 0};
		for (size_t i = 0; ev.what == TL_EXPAND_ENTRIES && i < ev.n && st == TL_OK; i++) {
			tl_buf_reset(&room.residues);
			st = tl_expand_residues(&ev, i, &room, &residues, err);
			if (st == TL_OK)
				st = take(ctx, &ev, i, residues, err);
		}
		if (st == TL_OK)
			st = tl_expand_done(x, &ev, residues, err);
	}
	tl_expand_free(x);
	tl_buf_free(&room.residues);
	tl_buf_free(&room.scratch);
	return st;
}
