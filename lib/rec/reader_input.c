/* SPDX-License-Identifier: MIT */
/* reader_input: the bytes of a stream, as far as whole blocks.
 *
 * Contents: 1. bytes  2. blocks  3. what stands between streams.
 */
#include <string.h>
#include <unistd.h>

#include <tl/bits.h>
#include <tl/io.h>
#include <tl/metrics.h>

#include "preamble.h"
#include "reader_slot.h"

#define STEP (4u << 20) /* bytes of a payload for which memory is set aside at a time */

/* 1. Bytes. */

static enum tl_status prefix_input(const struct tl_reader *r, struct tl_err *err)
{
	return tl_err_prefix(err, "%s", tl_reader_slot_shown(r->names[r->at - 1]));
}

/* Up to n bytes into p; *ret_got is less where the input ends. */
static enum tl_status read_bytes(struct tl_reader *r, void *p, size_t n, size_t *ret_got,
				 struct tl_err *err)
{
	enum tl_status st = tl_io_read(r->fd, p, n, ret_got, err);
	atomic_fetch_add_explicit(&r->bytes, *ret_got, memory_order_relaxed);
	tl_metrics_add(TL_METRICS_INPUT_BYTES, *ret_got);
	r->offset += *ret_got;
	if (st == TL_OK && r->opts.tee)
		return tl_out_put(r->opts.tee, p, *ret_got, err);
	return st == TL_OK ? st : prefix_input(r, err);
}

/* Reads on until ahead has n bytes, or the input ends. */
static enum tl_status look_ahead(struct tl_reader *r, size_t n, struct tl_err *err)
{
	size_t got = 0;
	enum tl_status st = TL_OK;
	if (r->ahead_n < n)
		st = read_bytes(r, r->ahead + r->ahead_n, n - r->ahead_n, &got, err);
	r->ahead_n += got;
	return st;
}

#define CUT_OFF "it was cut off, or whoever writes it failed"

/* Room for n more bytes, on the item's node where it is new. */
static enum tl_status make_room(const struct tl_reader *r, struct tl_item *item, size_t n,
				struct tl_err *err)
{
	struct tl_buf *buf = &item->block.payload;
	const uint8_t *before = buf->data;
	enum tl_status st = tl_buf_reserve(buf, n, err);
	if (st == TL_OK && buf->data != before)
		tl_pool_lay(r->pool, buf->data, buf->cap, item->node);
	return st;
}

/* Payload and check of a block whose header has been read. */
static enum tl_status read_payload(struct tl_reader *r, struct tl_item *item, struct tl_err *err)
{
	struct tl_block *block = &item->block;
	struct tl_buf *buf = &block->payload;
	uint8_t check[TL_BLOCK_CHECK];
	size_t got = 0, want = 0;
	enum tl_status st = TL_OK;
	while (st == TL_OK && got == want && buf->len < block->head.stored) {
		want = block->head.stored - buf->len;
		want = want < STEP ? want : STEP;
		if ((st = make_room(r, item, want, err)) != TL_OK)
			return prefix_input(r, err);
		st = read_bytes(r, buf->data + buf->len, want, &got, err);
		buf->len += got;
	}
	if (st != TL_OK || got != want)
		return st != TL_OK ? st : TL_DATA;
	st = read_bytes(r, check, sizeof check, &got, err);
	if (st != TL_OK)
		return st;
	block->check = tl_bits_get64(check);
	return got == sizeof check ? TL_OK : TL_DATA;
}

/* 2. Blocks. */

static bool known(uint32_t type)
{
	return type == TL_BLOCK_SEQS || type == TL_BLOCK_DUPS || type == TL_BLOCK_DLTA ||
	       type == TL_BLOCK_EDGE || type == TL_BLOCK_CAND || type == TL_BLOCK_FILE ||
	       type == TL_BLOCK_ENDS;
}

static enum tl_status check_head(const struct tl_reader *r, const struct tl_block_head *head,
				 struct tl_err *err)
{
	uint64_t first;
	if (head->number != r->number)
		return tl_err_set(err, TL_DATA,
				  "block %llu stands there: blocks are missing or "
				  "not in order",
				  (unsigned long long)head->number);
	if (!known(head->type) && !tl_block_ancillary(head->type))
		return tl_err_set(err, TL_DATA, "this version does not know its type, %s",
				  tl_block_type_name(head->type).s);
	if (head->type == TL_BLOCK_CAND && !r->opts.cand)
		return tl_err_set(err, TL_DATA, "it has candidate pairs, which only tl-align --from "
						"and tl-stats read");
	if (!tl_bits_add(head->first, r->shift, &first) || first >= TL_BLOCK_ORDINALS)
		return tl_err_set(err, TL_DATA, "its first ordinal is beyond 2^63");
	return TL_OK;
}

/* The header in ahead. */
static enum tl_status take_head(struct tl_reader *r, struct tl_block_head *head, struct tl_err *err)
{
	uint64_t offset = r->offset - r->ahead_n;
	enum tl_status st = TL_DATA;
	if (r->ahead_n < TL_BLOCK_HEADER)
		(void)tl_err_set(err, TL_DATA,
				 r->ahead_n ? "the stream ends in it: " CUT_OFF
					    : "the stream ends without its end block: " CUT_OFF);
	else if ((st = tl_block_get_head(r->ahead, head, err)) == TL_OK)
		st = check_head(r, head, err);
	r->ahead_n = 0;
	if (st == TL_OK)
		return TL_OK;
	return tl_err_prefix(err, "%s: block %llu at offset %llu",
			     tl_reader_slot_shown(r->names[r->at - 1]),
			     (unsigned long long)r->number, (unsigned long long)offset);
}

static bool wants_raw(const struct tl_reader_opts *opts, uint32_t type)
{
	return (type == TL_BLOCK_SEQS && opts->raw_seqs) ||
	       (type == TL_BLOCK_DUPS && opts->raw_dups) ||
	       (type == TL_BLOCK_DLTA && opts->raw_dlta) ||
	       (type == TL_BLOCK_EDGE && opts->raw_edge);
}

/* The end of a stream: by what it says the next one is shifted. */
static enum tl_status read_ends(struct tl_reader *r, struct tl_reader_slot *slot,
				struct tl_err *err)
{
	struct tl_block *block = &slot->item.block;
	enum tl_status st = tl_block_open(block, err);
	if (st == TL_OK)
		st = tl_block_decode(block, err);
	if (st == TL_OK)
		st = tl_note_get_ends(block, &slot->ends, err);
	if (st != TL_OK)
		return tl_reader_slot_prefix(&slot->item, err);
	if (slot->ends.blocks != r->number || (!r->opts.pick && slot->ends.digest != r->digest))
		(void)tl_err_set(err, TL_DATA, "its digest does not match the blocks before it");
	else if (!tl_bits_add(r->shift, slot->ends.next, &r->shift) || r->shift > TL_BLOCK_ORDINALS)
		(void)tl_err_set(err, TL_DATA, "the ordinals go beyond 2^63");
	else
		return TL_OK;
	return tl_reader_slot_prefix(&slot->item, err);
}

/* A block is its worker's own: it lies on the node where it is decoded. */
static void note(const struct tl_item *item)
{
	size_t bytes = item->block.payload.len;
	if (!bytes)
		return;
	tl_metrics_add(TL_METRICS_LOCAL_BLOCKS, 1);
	tl_metrics_add(TL_METRICS_LOCAL_BYTES, bytes);
	tl_metrics_note(TL_METRICS_BLOCK_BYTES, bytes);
}

/* The rest of a block whose header is in ahead. */
static enum tl_status read_block(struct tl_reader *r, unsigned worker, struct tl_reader_slot **ret,
				 struct tl_err *err)
{
	struct tl_block_head head;
	uint64_t offset = r->offset - r->ahead_n;
	enum tl_status st = take_head(r, &head, err);
	if (st != TL_OK)
		return st;
	struct tl_reader_slot *slot = tl_reader_slot_new(r, worker, err);
	if (!slot)
		return TL_NOMEM;
	tl_reader_slot_renew(r, slot, &head);
	slot->item.offset = offset;
	slot->item.first = head.first + r->shift;
	if (head.type == TL_BLOCK_FILE || (head.type == TL_BLOCK_SEQS && head.records))
		slot->item.place = r->places++;
	slot->raw = wants_raw(&r->opts, head.type);
	slot->hidden =
		head.type == TL_BLOCK_ENDS || !(known(head.type) || tl_block_safe(head.type));
	slot->raw |= slot->hidden && head.type != TL_BLOCK_INDX;
	st = read_payload(r, &slot->item, err);
	if (st == TL_DATA) {
		(void)tl_err_set(err, TL_DATA, "the stream ends in it: " CUT_OFF);
		st = tl_reader_slot_prefix(&slot->item, err);
	}
	if (st == TL_OK && head.type == TL_BLOCK_ENDS)
		st = read_ends(r, slot, err);
	if (st != TL_OK) {
		tl_reader_slot_free(slot);
		return st;
	}
	r->digest = tl_block_chain(r->digest, slot->item.block.check);
	r->number++;
	note(&slot->item);
	*ret = slot;
	if (head.type == TL_BLOCK_ENDS) {
		r->state = TL_READER_BEHIND_ENDS;
		r->stream++;
	}
	return TL_OK;
}

/* 3. What stands between streams. */

enum tl_status tl_reader_input_open(struct tl_reader *r, struct tl_err *err)
{
	if (r->at == r->n) {
		r->done = true;
		return TL_OK;
	}
	enum tl_status st = tl_io_open(r->names[r->at], &r->fd, err);
	if (st != TL_OK)
		return st;
	r->at++;
	r->offset = 0;
	r->ahead_n = 0;
	r->state = TL_READER_NO_STREAM;
	return TL_OK;
}

enum tl_status tl_reader_input_begin(struct tl_reader *r, struct tl_err *err)
{
	uint64_t offset = r->offset - r->ahead_n;
	enum tl_status st = look_ahead(r, TL_PREAMBLE_SIZE, err);
	if (st != TL_OK)
		return st;
	if ((st = tl_preamble_get(r->ahead, r->ahead_n, &r->stream_flags, err)) != TL_OK) {
		if (offset)
			(void)tl_err_prefix(err, "offset %llu", (unsigned long long)offset);
		return prefix_input(r, err);
	}
	if (!r->any)
		r->first_flags = r->stream_flags;
	r->any = true;
	if (r->opts.uniform && r->stream_flags != r->first_flags) {
		(void)tl_err_set(err, TL_DATA,
				 "a stream of another kind than the first (an archive "
				 "among plain streams, or interned ones among others): "
				 "bring them to one kind before (tl-reduce -x)");
		return prefix_input(r, err);
	}
	r->digest = tl_preamble_digest(r->ahead);
	r->number = 0;
	r->ahead_n = 0;
	r->state = TL_READER_IN_STREAM;
	return TL_OK;
}

/* Behind the end of a stream: an index, another stream, or the end of the input. */
static enum tl_status follow(struct tl_reader *r, unsigned worker, struct tl_reader_slot **ret,
			     struct tl_err *err)
{
	uint64_t offset = r->offset;
	enum tl_status st = look_ahead(r, sizeof tl_preamble_magic, err);
	if (st != TL_OK)
		return st;
	if (r->ahead_n == 0) {
		tl_io_close(r->fd);
		r->fd = -1;
		r->state = TL_READER_NO_INPUT;
		return TL_OK;
	}
	if (r->ahead[0] == tl_preamble_magic[0])
		return tl_reader_input_begin(r, err);
	if (r->state == TL_READER_BEHIND_ENDS && r->ahead_n >= 4 &&
	    tl_bits_get32(r->ahead) == TL_BLOCK_INDX) {
		if ((st = look_ahead(r, TL_BLOCK_HEADER, err)) != TL_OK)
			return st;
		r->state = TL_READER_BEHIND_INDEX;
		return read_block(r, worker, ret, err);
	}
	(void)tl_err_set(err, TL_DATA,
			 "offset %llu: neither another stream nor the end of the "
			 "input follows the end of the stream",
			 (unsigned long long)offset);
	return prefix_input(r, err);
}

/* On to the next block that is picked; behind the last one the input is over. */
static enum tl_status seek(struct tl_reader *r, struct tl_err *err)
{
	if (r->state == TL_READER_BEHIND_ENDS || r->picked == r->opts.picks) {
		tl_io_close(r->fd);
		r->fd = -1;
		r->state = TL_READER_NO_INPUT;
		return TL_OK;
	}
	const struct tl_reader_pick *p = &r->opts.pick[r->picked++];
	r->ahead_n = 0;
	r->offset = p->offset;
	r->number = p->number;
	if (lseek(r->fd, (off_t)p->offset, SEEK_SET) >= 0)
		return TL_OK;
	(void)tl_err_sys(err, TL_IO, "cannot seek");
	return prefix_input(r, err);
}

/* One step: a block, or what stands between streams. */
static enum tl_status advance(struct tl_reader *r, unsigned worker, struct tl_reader_slot **ret,
			      struct tl_err *err)
{
	enum tl_status st;
	if (r->opts.pick &&
	    (r->state == TL_READER_IN_STREAM || r->state == TL_READER_BEHIND_ENDS)) {
		st = seek(r, err);
		if (st != TL_OK || r->state != TL_READER_IN_STREAM)
			return st;
	}
	switch (r->state) {
	case TL_READER_NO_INPUT:
		return tl_reader_input_open(r, err);
	case TL_READER_NO_STREAM:
		return tl_reader_input_begin(r, err);
	case TL_READER_IN_STREAM:
		st = look_ahead(r, TL_BLOCK_HEADER, err);
		return st == TL_OK ? read_block(r, worker, ret, err) : st;
	default:
		return follow(r, worker, ret, err);
	}
}

enum tl_status tl_reader_input_draw(struct tl_reader *r, unsigned worker,
				    struct tl_reader_slot **ret, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	*ret = NULL;
	while (st == TL_OK && !r->done && !*ret)
		st = advance(r, worker, ret, err);
	r->done = r->done || st != TL_OK;
	return st;
}
