/* SPDX-License-Identifier: MIT */
/* reader: reading whole record streams.  man tl-stream(5) sections 2, 8, 11, 12.
 *
 * The reader's thread reads header and payload of a block and puts them into the lane; a worker
 * checks and decodes them; the reader's thread takes them out in order and counts.  ENDS is looked
 * into when it is read already, as the ordinals of a stream behind it are shifted by what it says.
 *
 * Contents: 1. items  2. work  3. reading bytes  4. blocks  5. what stands between streams
 * 6. counting  7. the public functions.
 */
#include <tl/reader.h>

#include <string.h>
#include <unistd.h>

#include <tl/bits.h>
#include <tl/io.h>
#include <tl/lane.h>
#include <tl/mem.h>
#include <tl/metrics.h>
#include <tl/record.h>

#include "preamble.h"

#define STEP (4u << 20)       /* bytes of a payload for which memory is set aside at a time */
#define KEEP_BYTES (8u << 20) /* an item with a larger payload is not kept for later */

enum state { NO_INPUT, NO_STREAM, IN_STREAM, BEHIND_ENDS, BEHIND_INDEX };

/* An item with what only the reader needs to know of it. */
struct slot {
	struct tl_item item; /* first, so that a pointer to it is one to the slot */
	struct slot *next;   /* in the list of free ones */
	bool raw;            /* its columns are not decoded */
	bool hidden;         /* not given to the caller */
	struct tl_note_ends ends;
	/* Found by the worker: */
	uint64_t starts, residues;
	uint64_t next_ordinal; /* one more than the highest in the block */
};

/* Does a record go on behind the blocks taken so far? */
struct piece {
	bool open;
	uint64_t ordinal;
};

struct tl_reader {
	struct tl_pool *pool;
	struct tl_lane *lane;
	unsigned made; /* items, dealt out round the nodes */
	struct tl_reader_opts opts;
	const char *const *names;
	size_t n, at; /* inputs, and which one is read (one more than that) */
	/* Reading: */
	enum state state;
	int fd;
	uint64_t offset; /* in the input */
	uint64_t shift, number, digest;
	size_t picked; /* of opts.pick */
	uint16_t stream_flags;          /* of the preamble */
	uint16_t first_flags;           /* of the first one */
	bool any;                       /* a preamble was read */
	uint64_t stream;                /* streams begun before this one */
	uint8_t ahead[TL_BLOCK_HEADER]; /* bytes read to find out what follows */
	size_t ahead_n;
	bool done;             /* nothing more is to be read, for the end or a failure */
	struct tl_err end_err; /* the failure; status TL_OK where there was none */
	/* Taking: */
	struct tl_err err;     /* the failure that was returned */
	struct piece piece[3]; /* by enum tl_kind */
	uint64_t records, residues, next_ordinal;
	bool exact; /* every block of this stream was decoded */
	struct tl_reader_totals totals;
	struct slot *free;
};

/* 1. Items. */

static void destroy(void *item)
{
	struct slot *slot = item;
	tl_block_free(&slot->item.block);
	tl_batch_free(&slot->item.batch);
	tl_edge_free(&slot->item.edges);
	tl_mem_free(slot);
}

static struct slot *new_slot(struct tl_reader *r, struct tl_err *err)
{
	struct slot *slot = r->free;
	if (slot)
		r->free = slot->next;
	else if ((slot = tl_mem_zalloc(1, sizeof *slot, err)))
		slot->item.node = r->made++ % tl_pool_nodes(r->pool);
	return slot;
}

/* What an item was before is gone, but for its memory. */
static void renew(struct tl_reader *r, struct slot *slot, const struct tl_block_head *head)
{
	struct tl_item *item = &slot->item;
	slot->raw = slot->hidden = false;
	slot->starts = slot->residues = slot->next_ordinal = 0;
	item->block.head = *head;
	item->block.columns = 0;
	tl_buf_reset(&item->block.payload);
	tl_batch_reset(&item->batch);
	tl_edge_reset(&item->edges);
	item->file = (struct tl_note_file){0};
	item->has_sum = false;
	item->shift = r->shift;
	item->offset = r->offset;
	item->name = r->names[r->at - 1];
	item->stream_flags = r->stream_flags;
	item->stream = r->stream;
}

static const char *shown(const char *name)
{
	return strcmp(name, "-") ? name : "standard input";
}

static enum tl_status prefix_item(const struct tl_item *item, struct tl_err *err)
{
	return tl_err_prefix(err, "%s: block %llu (%s) at offset %llu", shown(item->name),
			     (unsigned long long)item->block.head.number,
			     tl_block_type_name(item->block.head.type).s,
			     (unsigned long long)item->offset);
}

/* 2. Work. */

static void raise(uint64_t *highest, uint64_t ordinal)
{
	if (*highest <= ordinal)
		*highest = ordinal + 1;
}

static enum tl_status measure_batch(struct slot *slot, struct tl_err *err)
{
	const struct tl_batch *batch = &slot->item.batch;
	uint64_t starts = 0, residues = 0, highest = 0;
	for (size_t i = 0; i < batch->n; i++) {
		starts += !(batch->flags[i] & TL_REC_IN);
		if (!tl_bits_add(residues, batch->length[i], &residues))
			return tl_err_set(err, TL_DATA, "it has more than 2^64 residues");
		raise(&highest, batch->ordinal[i]);
		if (batch->kind != TL_KIND_SEQ)
			raise(&highest, batch->base[i]);
	}
	slot->starts = starts;
	slot->residues = residues;
	slot->next_ordinal = highest;
	return TL_OK;
}

/* Nothing here needs it, but who does is not to be led astray. */
static enum tl_status check_index(const struct tl_block *block, struct tl_err *err)
{
	struct tl_note_index *index;
	size_t n;
	enum tl_status st = tl_note_get_index(block, &index, &n, err);
	if (st == TL_OK)
		tl_mem_free(index);
	return st;
}

static enum tl_status decode(struct slot *slot, struct tl_err *err)
{
	struct tl_item *item = &slot->item;
	const struct tl_edges *edges = &item->edges;
	enum tl_status st;
	switch (item->block.head.type) {
	case TL_BLOCK_SEQS:
	case TL_BLOCK_DUPS:
	case TL_BLOCK_DLTA:
		st = tl_record_decode(&item->block, item->shift, &item->batch, &item->sum,
				      &item->has_sum, err);
		return st == TL_OK ? measure_batch(slot, err) : st;
	case TL_BLOCK_EDGE:
		st = tl_edge_decode(&item->block, item->shift, &item->edges, err);
		for (size_t i = 0; i < edges->n; i++) {
			raise(&slot->next_ordinal, edges->a[i]);
			raise(&slot->next_ordinal, edges->b[i]);
		}
		return st;
	case TL_BLOCK_FILE:
		st = tl_note_get_file(&item->block, item->shift, &item->file, err);
		slot->next_ordinal = item->file.end;
		return st;
	case TL_BLOCK_INDX:
		return check_index(&item->block, err);
	default:
		return TL_OK;
	}
}

static enum tl_status work(void *ptr, unsigned worker, struct tl_err *err)
{
	struct slot *slot = ptr;
	(void)worker;
	if (slot->item.block.head.type == TL_BLOCK_ENDS)
		return TL_OK; /* seen to when it was read */
	enum tl_status st = tl_block_open(&slot->item.block, err);
	if (st == TL_OK && !slot->raw)
		st = tl_block_decode(&slot->item.block, err);
	return st == TL_OK && !slot->raw ? decode(slot, err) : st;
}

/* 3. Reading bytes. */

static enum tl_status prefix_input(const struct tl_reader *r, struct tl_err *err)
{
	return tl_err_prefix(err, "%s", shown(r->names[r->at - 1]));
}

/* Up to n bytes into p; *ret_got is less where the input ends. */
static enum tl_status read_bytes(struct tl_reader *r, void *p, size_t n, size_t *ret_got,
				 struct tl_err *err)
{
	enum tl_status st = tl_io_read(r->fd, p, n, ret_got, err);
	r->totals.bytes += *ret_got;
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

/* 4. Blocks. */

static bool known(uint32_t type)
{
	return type == TL_BLOCK_SEQS || type == TL_BLOCK_DUPS || type == TL_BLOCK_DLTA ||
	       type == TL_BLOCK_EDGE || type == TL_BLOCK_FILE || type == TL_BLOCK_ENDS;
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
	return tl_err_prefix(err, "%s: block %llu at offset %llu", shown(r->names[r->at - 1]),
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
static enum tl_status read_ends(struct tl_reader *r, struct slot *slot, struct tl_err *err)
{
	struct tl_block *block = &slot->item.block;
	enum tl_status st = tl_block_open(block, err);
	if (st == TL_OK)
		st = tl_block_decode(block, err);
	if (st == TL_OK)
		st = tl_note_get_ends(block, &slot->ends, err);
	if (st != TL_OK)
		return prefix_item(&slot->item, err);
	if (slot->ends.blocks != r->number || (!r->opts.pick && slot->ends.digest != r->digest))
		(void)tl_err_set(err, TL_DATA, "its digest does not match the blocks before it");
	else if (!tl_bits_add(r->shift, slot->ends.next, &r->shift) || r->shift > TL_BLOCK_ORDINALS)
		(void)tl_err_set(err, TL_DATA, "the ordinals go beyond 2^63");
	else
		return TL_OK;
	return prefix_item(&slot->item, err);
}

/* The rest of a block whose header is in ahead, put into the lane. */
static enum tl_status read_block(struct tl_reader *r, struct tl_err *err)
{
	struct tl_block_head head;
	uint64_t offset = r->offset - r->ahead_n;
	enum tl_status st = take_head(r, &head, err);
	if (st != TL_OK)
		return st;
	struct slot *slot = new_slot(r, err);
	if (!slot)
		return TL_NOMEM;
	renew(r, slot, &head);
	slot->item.offset = offset;
	slot->item.first = head.first + r->shift;
	slot->raw = wants_raw(&r->opts, head.type);
	slot->hidden =
		head.type == TL_BLOCK_ENDS || !(known(head.type) || tl_block_safe(head.type));
	slot->raw |= slot->hidden && head.type != TL_BLOCK_INDX;
	st = read_payload(r, &slot->item, err);
	if (st == TL_DATA) {
		(void)tl_err_set(err, TL_DATA, "the stream ends in it: " CUT_OFF);
		st = prefix_item(&slot->item, err);
	}
	if (st == TL_OK && head.type == TL_BLOCK_ENDS)
		st = read_ends(r, slot, err);
	if (st != TL_OK) {
		destroy(slot);
		return st;
	}
	r->digest = tl_block_chain(r->digest, slot->item.block.check);
	r->number++;
	tl_lane_put_on(r->lane, slot, slot->item.node, slot->item.block.payload.len);
	if (head.type == TL_BLOCK_ENDS) {
		r->state = BEHIND_ENDS;
		r->stream++;
	}
	return TL_OK;
}

/* 5. What stands between streams. */

static enum tl_status open_input(struct tl_reader *r, struct tl_err *err)
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
	r->state = NO_STREAM;
	return TL_OK;
}

static enum tl_status begin_stream(struct tl_reader *r, struct tl_err *err)
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
		(void)tl_err_set(err, TL_DATA, "a stream of another kind than the first (an archive "
					       "among plain streams, or interned ones among others): "
					       "bring them to one kind before (tl-reduce -x)");
		return prefix_input(r, err);
	}
	r->digest = tl_preamble_digest(r->ahead);
	r->number = 0;
	r->ahead_n = 0;
	r->state = IN_STREAM;
	return TL_OK;
}

/* Behind the end of a stream: an index, another stream, or the end of the input. */
static enum tl_status follow(struct tl_reader *r, struct tl_err *err)
{
	uint64_t offset = r->offset;
	enum tl_status st = look_ahead(r, sizeof tl_preamble_magic, err);
	if (st != TL_OK)
		return st;
	if (r->ahead_n == 0) {
		tl_io_close(r->fd);
		r->fd = -1;
		r->state = NO_INPUT;
		return TL_OK;
	}
	if (r->ahead[0] == tl_preamble_magic[0])
		return begin_stream(r, err);
	if (r->state == BEHIND_ENDS && r->ahead_n >= 4 &&
	    tl_bits_get32(r->ahead) == TL_BLOCK_INDX) {
		if ((st = look_ahead(r, TL_BLOCK_HEADER, err)) != TL_OK)
			return st;
		r->state = BEHIND_INDEX;
		return read_block(r, err);
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
	if (r->state == BEHIND_ENDS || r->picked == r->opts.picks) {
		tl_io_close(r->fd);
		r->fd = -1;
		r->state = NO_INPUT;
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

static enum tl_status advance(struct tl_reader *r, struct tl_err *err)
{
	enum tl_status st;
	if (r->opts.pick && (r->state == IN_STREAM || r->state == BEHIND_ENDS)) {
		st = seek(r, err);
		if (st != TL_OK || r->state != IN_STREAM)
			return st;
	}
	switch (r->state) {
	case NO_INPUT:
		return open_input(r, err);
	case NO_STREAM:
		return begin_stream(r, err);
	case IN_STREAM:
		st = look_ahead(r, TL_BLOCK_HEADER, err);
		return st == TL_OK ? read_block(r, err) : st;
	default:
		return follow(r, err);
	}
}

/* 6. Counting. */

static enum tl_status count_pieces(struct tl_reader *r, const struct tl_batch *batch,
				   struct tl_err *err)
{
	struct piece *piece = &r->piece[batch->kind];
	if (!batch->n)
		return TL_OK;
	bool goes_on = batch->flags[0] & TL_REC_IN;
	if (goes_on != piece->open || (goes_on && piece->ordinal != batch->ordinal[0]))
		return tl_err_set(err, TL_DATA, "a record that goes on over blocks is broken");
	piece->open = batch->flags[batch->n - 1] & TL_REC_OUT;
	piece->ordinal = batch->ordinal[batch->n - 1];
	return TL_OK;
}

static void begin_counts(struct tl_reader *r)
{
	memset(r->piece, 0, sizeof r->piece);
	r->records = r->residues = r->next_ordinal = 0;
	r->exact = true;
}

static enum tl_status count_ends(struct tl_reader *r, const struct slot *slot, struct tl_err *err)
{
	const struct tl_note_ends *ends = &slot->ends;
	struct tl_reader_totals *t = &r->totals;
	if (r->piece[0].open || r->piece[1].open || r->piece[2].open)
		return tl_err_set(err, TL_DATA, "a record that goes on over blocks is not ended");
	if ((r->exact && (ends->records != r->records || ends->residues != r->residues)) ||
	    r->next_ordinal > slot->item.shift + ends->next)
		return tl_err_set(err, TL_DATA, "its counts do not match the records before it");
	if (!tl_bits_add(t->residues, ends->residues, &t->residues))
		return tl_err_set(err, TL_DATA, "there are more than 2^64 residues");
	t->streams++;
	t->blocks += ends->blocks + 1;
	t->records += ends->records;
	t->next = slot->item.shift + ends->next;
	t->flags |= slot->item.stream_flags;
	begin_counts(r);
	return TL_OK;
}

static enum tl_status count(struct tl_reader *r, const struct slot *slot, struct tl_err *err)
{
	if (slot->item.block.head.type == TL_BLOCK_ENDS)
		return count_ends(r, slot, err);
	if (slot->raw) {
		r->exact = r->exact && (slot->hidden || slot->item.block.head.type == TL_BLOCK_EDGE);
		return TL_OK;
	}
	r->records += slot->starts;
	tl_metrics_add(TL_METRICS_RECORDS, slot->starts);
	if (!tl_bits_add(r->residues, slot->residues, &r->residues))
		return tl_err_set(err, TL_DATA, "there are more than 2^64 residues");
	if (r->next_ordinal < slot->next_ordinal)
		r->next_ordinal = slot->next_ordinal;
	return count_pieces(r, &slot->item.batch, err);
}

/* 7. The public functions. */

void tl_reader_close(struct tl_reader *r)
{
	if (!r)
		return;
	tl_lane_free(r->lane, destroy);
	while (r->free) {
		struct slot *slot = r->free;
		r->free = slot->next;
		destroy(slot);
	}
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
	r->state = NO_INPUT;
	if (opts)
		r->opts = *opts;
	begin_counts(r);
	r->exact = r->exact && !r->opts.pick;
	/* One thread alone gains nothing from reading ahead. */
	enum tl_status st = tl_lane_new(pool, threads > 1 ? threads + 1 : 1, work, &r->lane, err);
	if (st == TL_OK)
		st = open_input(r, err);
	if (st == TL_OK)
		st = begin_stream(r, err);
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
		if (advance(r, &r->end_err) != TL_OK)
			r->done = true;
}

static enum tl_status take(struct tl_reader *r, struct slot **ret)
{
	void *item;
	enum tl_status st = tl_lane_take(r->lane, &item, &r->err);
	struct slot *slot = item;
	if (st == TL_OK)
		st = count(r, slot, &r->err);
	if (st != TL_OK) {
		st = prefix_item(&slot->item, &r->err);
		destroy(slot);
		return st;
	}
	*ret = slot;
	return TL_OK;
}

enum tl_status tl_reader_next(struct tl_reader *r, struct tl_item **ret, struct tl_err *err)
{
	struct slot *slot = NULL;
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
	struct slot *slot = (struct slot *)item; /* its first member */
	if (!item)
		return;
	if (item->block.payload.cap > KEEP_BYTES || item->block.decoded.cap > KEEP_BYTES) {
		destroy(slot);
		return;
	}
	slot->next = r->free;
	r->free = slot;
}

void tl_reader_totals_get(const struct tl_reader *r, struct tl_reader_totals *ret)
{
	*ret = r->totals;
}

