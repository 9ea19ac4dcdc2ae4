/* SPDX-License-Identifier: MIT */
/* reader: reading whole record streams.  man tl-stream(5) sections 2, 8, 11, 12.
 *
 * A worker reads header and payload of a block (reader_input.c), hands the input on to the next one,
 * and checks and decodes what it has just read, while it is in its cache (reader_work.c).  The
 * reader's thread takes blocks out in order and counts (reader_count.c).  ENDS is looked into when it
 * is read already, as the ordinals of a stream behind it are shifted by what it says.
 */
#include <tl/reader.h>

#include <tl/io.h>
#include <tl/mem.h>

#include "reader_slot.h"

/* In a worker. */
static enum tl_status draw(void *item, unsigned worker, struct tl_err *err)
{
	struct tl_reader_ticket *ticket = item;
	return tl_reader_input_draw(ticket->reader, worker, &ticket->slot, err);
}

static void discard(void *item)
{
	struct tl_reader_ticket *ticket = item;
	if (ticket->slot)
		tl_reader_slot_free(ticket->slot);
}

void tl_reader_close(struct tl_reader *r)
{
	if (!r)
		return;
	tl_lane_free(r->lane, discard);
	tl_spares_free(r->slots, tl_reader_slot_empty);
	tl_mem_free(r->ticket);
	for (unsigned i = 0; r->room && i < tl_pool_threads(r->pool); i++)
		tl_block_room_free(r->room[i]);
	tl_mem_free(r->room);
	tl_io_close(r->fd);
	tl_mem_free(r);
}

enum tl_status tl_reader_open(struct tl_pool *pool, const char *const *names, size_t n,
			      const struct tl_reader_opts *opts, struct tl_reader **ret,
			      struct tl_err *err)
{
	static const char *const standard[] = {"-"};
	size_t threads = tl_pool_threads(pool);
	struct tl_reader *r = tl_mem_zalloc(1, sizeof *r, err);
	if (!r)
		return TL_NOMEM;
	r->names = n ? names : standard;
	r->n = n ? n : 1;
	r->fd = -1;
	r->pool = pool;
	r->state = TL_READER_NO_INPUT;
	if (opts)
		r->opts = *opts;
	tl_reader_count_begin(r);
	r->exact = r->exact && !r->opts.pick;
	/* One thread alone gains nothing from reading ahead. */
	r->depth = threads > 1 ? 2 * threads : 1;
	r->ticket = tl_mem_zalloc(r->depth, sizeof *r->ticket, err);
	r->room = tl_mem_zalloc(threads, sizeof *r->room, err);
	enum tl_status st = r->ticket && r->room ? TL_OK : TL_NOMEM;
	for (size_t i = 0; i < threads && st == TL_OK; i++)
		st = tl_block_room_new(&r->room[i], err);
	if (st == TL_OK)
		st = tl_spares_new((unsigned)threads, &r->slots, err);
	if (st == TL_OK)
		st = tl_lane_new(pool, r->depth, tl_reader_work, &r->lane, err);
	if (st == TL_OK)
		tl_lane_draws(r->lane, draw);
	if (st == TL_OK)
		st = tl_reader_input_open(r, err);
	if (st == TL_OK)
		st = tl_reader_input_begin(r, err);
	if (st != TL_OK) {
		tl_reader_close(r);
		return st;
	}
	*ret = r;
	return TL_OK;
}

uint16_t tl_reader_flags(const struct tl_reader *r)
{
	return r->first_flags;
}

static bool none_finishing(void *ctx)
{
	struct tl_reader *r = ctx;
	return !atomic_load_explicit(&r->finishing, memory_order_seq_cst);
}

void tl_reader_finish(struct tl_reader *r, const struct tl_reader_finisher *opt_finisher)
{
	if (opt_finisher)
		r->finisher = *opt_finisher;
	atomic_store_explicit(&r->finishes, opt_finisher != NULL, memory_order_seq_cst);
	if (!opt_finisher)
		tl_pool_wait(r->pool, none_finishing, r);
}

/* Lets workers read as long as the lane has room. */
static void fill(struct tl_reader *r)
{
	while (!r->ended && !tl_lane_full(r->lane)) {
		struct tl_reader_ticket *ticket = &r->ticket[r->put++ % r->depth];
		ticket->reader = r;
		ticket->slot = NULL;
		tl_lane_put_empty(r->lane, ticket);
	}
}

static void show_finisher(struct tl_reader *r, struct tl_reader_slot *slot)
{
	if (!slot->hidden && atomic_load_explicit(&r->finishes, memory_order_relaxed))
		r->finisher.taken(r->finisher.ctx, &slot->item);
}

/* NULL in *ret behind the last block. */
static enum tl_status take(struct tl_reader *r, struct tl_reader_slot **ret)
{
	void *item;
	enum tl_status st = tl_lane_take(r->lane, &item, &r->err);
	struct tl_reader_slot *slot = ((struct tl_reader_ticket *)item)->slot;
	r->ended = !slot;
	*ret = NULL;
	if (!slot)
		return st; /* its message is whole */
	if (st == TL_OK)
		st = tl_reader_count_block(r, slot, &r->err);
	if (st != TL_OK) {
		st = tl_reader_slot_prefix(&slot->item, &r->err);
		show_finisher(r, slot); /* which may still have its text */
		tl_reader_slot_free(slot);
		return st;
	}
	*ret = slot;
	return TL_OK;
}

enum tl_status tl_reader_next(struct tl_reader *r, struct tl_item **ret, struct tl_err *err)
{
	struct tl_reader_slot *slot = NULL;
	enum tl_status st = r->err.status;
	*ret = NULL;
	while (st == TL_OK) {
		fill(r);
		if (r->ended || (st = take(r, &slot)) != TL_OK || !slot)
			break;
		show_finisher(r, slot);
		if (!slot->hidden && r->opts.observe)
			st = r->opts.observe(r->opts.observe_ctx, &slot->item, &r->err);
		if (!slot->hidden && st == TL_OK) {
			*ret = &slot->item;
			return TL_OK;
		}
		tl_reader_recycle(r, &slot->item);
	}
	if (st != TL_OK && err)
		*err = r->err;
	return st;
}

void tl_reader_recycle(struct tl_reader *r, struct tl_item *item)
{
	if (!item)
		return;
	struct tl_reader_slot *slot = tl_reader_slot_of(item);
	if (item->block.payload.cap > TL_READER_KEEP || item->block.decoded.cap > TL_READER_KEEP) {
		tl_reader_slot_free(slot);
		return;
	}
	tl_spares_give(r->slots, slot);
}

void tl_reader_totals_get(const struct tl_reader *r, struct tl_reader_totals *ret)
{
	*ret = r->totals;
	ret->bytes = atomic_load_explicit(&r->bytes, memory_order_relaxed);
}
