/* SPDX-License-Identifier: MIT */
/* reader_work: a block checked and decoded, in a worker. */
#include <tl/bits.h>
#include <tl/mem.h>
#include <tl/record.h>

#include "reader_slot.h"

static void raise(uint64_t *highest, uint64_t ordinal)
{
	if (*highest <= ordinal)
		*highest = ordinal + 1;
}

static enum tl_status measure_batch(struct tl_reader_slot *slot, struct tl_err *err)
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

static enum tl_status decode_cands(struct tl_reader_slot *slot, struct tl_err *err)
{
	struct tl_item *item = &slot->item;
	enum tl_status st = tl_cand_decode(&item->block, item->shift, &item->cands, err);
	for (size_t i = 0; i < item->cands.n; i++) {
		raise(&slot->next_ordinal, item->cands.cand[i].a);
		raise(&slot->next_ordinal, item->cands.cand[i].b);
	}
	return st;
}

static enum tl_status finish(struct tl_reader *r, struct tl_item *item, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	atomic_fetch_add_explicit(&r->finishing, 1, memory_order_seq_cst);
	if (atomic_load_explicit(&r->finishes, memory_order_seq_cst))
		st = r->finisher.made(r->finisher.ctx, item, err);
	if (atomic_fetch_sub_explicit(&r->finishing, 1, memory_order_seq_cst) == 1)
		tl_pool_wake(r->pool);
	return st;
}

static enum tl_status decode_batch(struct tl_reader_slot *slot, struct tl_err *err)
{
	struct tl_item *item = &slot->item;
	enum tl_status st = tl_record_decode(&item->block, item->shift, &item->batch, &item->sum,
					     &item->has_sum, err);
	if (st == TL_OK)
		st = measure_batch(slot, err);
	return st == TL_OK && item->batch.kind == TL_KIND_SEQ ? finish(slot->reader, item, err) : st;
}

static enum tl_status decode(struct tl_reader_slot *slot, struct tl_err *err)
{
	struct tl_item *item = &slot->item;
	const struct tl_edges *edges = &item->edges;
	enum tl_status st;
	switch (item->block.head.type) {
	case TL_BLOCK_SEQS:
	case TL_BLOCK_DUPS:
	case TL_BLOCK_DLTA:
		return decode_batch(slot, err);
	case TL_BLOCK_EDGE:
		st = tl_edge_decode(&item->block, item->shift, &item->edges, err);
		for (size_t i = 0; i < edges->n; i++) {
			raise(&slot->next_ordinal, edges->a[i]);
			raise(&slot->next_ordinal, edges->b[i]);
		}
		return st;
	case TL_BLOCK_CAND:
		return decode_cands(slot, err);
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

/* Is all that the columns hold in the batch, the edges or the pairs then? */
static bool is_copied(uint32_t type)
{
	return type == TL_BLOCK_SEQS || type == TL_BLOCK_DUPS || type == TL_BLOCK_DLTA ||
	       type == TL_BLOCK_EDGE || type == TL_BLOCK_CAND;
}

/* Decodes by way of the worker's room. */
static enum tl_status decode_through(struct tl_reader_slot *slot, struct tl_block_room *room,
				     struct tl_err *err)
{
	struct tl_block *block = &slot->item.block;
	enum tl_status st = tl_block_decode_in(block, room, err);
	if (st == TL_OK)
		st = decode(slot, err);
	tl_block_leave(block);
	return st;
}

enum tl_status tl_reader_work(void *ptr, unsigned worker, struct tl_err *err)
{
	struct tl_reader_slot *slot = ((struct tl_reader_ticket *)ptr)->slot;
	uint32_t type = slot ? slot->item.block.head.type : TL_BLOCK_ENDS;
	if (type == TL_BLOCK_ENDS)
		return TL_OK; /* seen to when it was read; or there is none */
	enum tl_status st = tl_block_open(&slot->item.block, err);
	if (st != TL_OK || slot->raw)
		return st;
	if (is_copied(type))
		return decode_through(slot, slot->reader->room[worker], err);
	st = tl_block_decode(&slot->item.block, err);
	return st == TL_OK ? decode(slot, err) : st;
}
