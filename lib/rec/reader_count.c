/* SPDX-License-Identifier: MIT */
/* reader_count: records, residues and pieces of a stream, compared with what its end says. */
#include <string.h>

#include <tl/bits.h>
#include <tl/metrics.h>

#include "reader_slot.h"

static enum tl_status count_pieces(struct tl_reader *r, const struct tl_batch *batch,
				   struct tl_err *err)
{
	struct tl_reader_piece *piece = &r->piece[batch->kind];
	if (!batch->n)
		return TL_OK;
	bool goes_on = batch->flags[0] & TL_REC_IN;
	if (goes_on != piece->open || (goes_on && piece->ordinal != batch->ordinal[0]))
		return tl_err_set(err, TL_DATA, "a record that goes on over blocks is broken");
	piece->open = batch->flags[batch->n - 1] & TL_REC_OUT;
	piece->ordinal = batch->ordinal[batch->n - 1];
	return TL_OK;
}

void tl_reader_count_begin(struct tl_reader *r)
{
	memset(r->piece, 0, sizeof r->piece);
	r->records = r->residues = r->next_ordinal = 0;
	r->exact = true;
}

static enum tl_status count_ends(struct tl_reader *r, const struct tl_reader_slot *slot,
				 struct tl_err *err)
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
	tl_reader_count_begin(r);
	return TL_OK;
}

enum tl_status tl_reader_count_block(struct tl_reader *r, const struct tl_reader_slot *slot,
				     struct tl_err *err)
{
	if (slot->item.block.head.type == TL_BLOCK_ENDS)
		return count_ends(r, slot, err);
	if (slot->raw) {
		r->exact =
			r->exact && (slot->hidden || slot->item.block.head.type == TL_BLOCK_EDGE);
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
