/* SPDX-License-Identifier: MIT */
/* reader: reading whole record streams.  man tl-stream(5) sections 2, 8, 11, 12.
 *
 * The reader's thread reads header and payload of a block and puts them into the lane
 * (reader_input.c); a worker checks and decodes them (reader_work.c); the reader's thread takes
 * them out in order and counts (reader_count.c).  ENDS is looked into when it is read already, as
 * the ordinals of a stream behind it are shifted by what it says.
 */
#include <tl/reader.h>

#include <tl/io.h>
#include <tl/mem.h>

#include "reader_slot.h"

void tl_reader_close(struct tl_reader *r)
{
	if (!r)
		return;
	tl_lane_free(r->lane, tl_reader_slot_free);
	while (r->free) {
		struct tl_reader_slot *slot = r->free;
		r->free = slot->next;
		tl_reader_slot_free(slot);
	}
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
	r->room = tl_mem_zalloc(threads, sizeof *r->room, err);
	enum tl_status st = r->room ? TL_OK : TL_NOMEM;
	for (size_t i = 0; i < threads && st == TL_OK; i++)
		st = tl_block_room_new(&r->room[i], err);
	if (st == TL_OK)
		st = tl_lane_new(pool, threads > 1 ? threads + 1 : 1, tl_reader_work, &r->lane, err);
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

/* Reads as long as the lane has room and nothing is ready to be given. */
static void fill(struct tl_reader *r)
{
	while (!r->done && !tl_lane_full(r->lane) &&
	       !(tl_lane_pending(r->lane) && tl_lane_ready(r->lane)))
		if (tl_reader_input_advance(r, &r->end_err) != TL_OK)
			r->done = true;
}

static enum tl_status take(struct tl_reader *r, struct tl_reader_slot **ret)
{
	void *item;
	enum tl_status st = tl_lane_take(r->lane, &item, &r->err);
	struct tl_reader_slot *slot = item;
	if (st == TL_OK)
		st = tl_reader_count_block(r, slot, &r->err);
	if (st != TL_OK) {
		st = tl_reader_slot_prefix(&slot->item, &r->err);
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
		if (!tl_lane_pending(r->lane)) {
			r->err = r->end_err;
			st = r->err.status;
			break;
		}
		if ((st = take(r, &slot)) != TL_OK)
			break;
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
	struct tl_reader_slot *slot = (struct tl_reader_slot *)item; /* its first member */
	if (!item)
		return;
	if (item->block.payload.cap > TL_READER_KEEP || item->block.decoded.cap > TL_READER_KEEP) {
		tl_reader_slot_free(slot);
		return;
	}
	slot->next = r->free;
	r->free = slot;
}

void tl_reader_totals_get(const struct tl_reader *r, struct tl_reader_totals *ret)
{
	*ret = r->totals;
}
