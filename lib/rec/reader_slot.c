/* SPDX-License-Identifier: MIT */
/* reader_slot: items of the reader. */
#include "reader_slot.h"

#include <string.h>

#include <tl/mem.h>

void tl_reader_slot_empty(void *thing)
{
	struct tl_reader_slot *slot = thing;
	tl_block_free(&slot->item.block);
	tl_batch_free(&slot->item.batch);
	tl_edge_free(&slot->item.edges);
	tl_cand_free(&slot->item.cands);
	tl_buf_free(&slot->item.text);
}

void tl_reader_slot_free(struct tl_reader_slot *slot)
{
	tl_reader_slot_empty(slot);
	tl_mem_free(slot);
}

struct tl_reader_slot *tl_reader_slot_new(struct tl_reader *r, unsigned worker, struct tl_err *err)
{
	struct tl_reader_slot *slot = tl_spares_take(r->slots, worker, sizeof *slot, err);
	if (slot) {
		slot->item.worker = worker;
		slot->item.node = tl_pool_node_of(r->pool, worker);
	}
	return slot;
}

void tl_reader_slot_renew(struct tl_reader *r, struct tl_reader_slot *slot,
			  const struct tl_block_head *head)
{
	struct tl_item *item = &slot->item;
	slot->reader = r;
	slot->raw = slot->hidden = false;
	slot->starts = slot->residues = slot->next_ordinal = 0;
	item->block.head = *head;
	item->block.columns = 0;
	item->block.skip = r->opts.nameless ? TL_TAG('H', 'E', 'A', 'D') : 0;
	tl_buf_reset(&item->block.payload);
	tl_batch_reset(&item->batch);
	tl_edge_reset(&item->edges);
	tl_cand_reset(&item->cands);
	tl_buf_reset(&item->text);
	item->sent = false;
	item->place = 0;
	item->file = (struct tl_note_file){0};
	item->has_sum = false;
	item->shift = r->shift;
	item->offset = r->offset;
	item->name = r->names[r->at - 1];
	item->stream_flags = r->stream_flags;
	item->stream = r->stream;
}

const char *tl_reader_slot_shown(const char *name)
{
	return strcmp(name, "-") ? name : "standard input";
}

enum tl_status tl_reader_slot_prefix(const struct tl_item *item, struct tl_err *err)
{
	return tl_err_prefix(
		err, "%s: block %llu (%s) at offset %llu", tl_reader_slot_shown(item->name),
		(unsigned long long)item->block.head.number,
		tl_block_type_name(item->block.head.type).s, (unsigned long long)item->offset);
}
