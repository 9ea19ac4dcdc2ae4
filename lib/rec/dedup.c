/* SPDX-License-Identifier: MIT */
/* dedup: identical sequences of a record stream merged.
 *
 * Contents: 1. looking a sequence up  2. records in several pieces  3. blocks  4. the object.
 */
#include <tl/dedup.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bank.h>
#include <tl/hash.h>
#include <tl/map.h>
#include <tl/mem.h>

#include "merge.h"

#define WAITING_MOST 8 /* batches */

/* A sequence that was seen. */
struct seen {
	uint32_t id; /* in the bank, plus one; 0: the slot is free */
	uint32_t tag; /* of its hash */
};

struct tl_dedup {
	struct tl_writer *writer;
	struct tl_budget *budget;
	struct tl_bank bank[2];    /* by alphabet: the first record with each sequence */
	struct seen *slot[2];      /* [size] open addressing, at most two thirds in use */
	size_t size[2];            /* powers of two */
	struct tl_bank_room room;
	bool copies;               /* the stream at hand may have copies already */
	struct tl_map moved;       /* where copies: ordinal of a record that became a duplicate, of which one */
	uint64_t moved_bytes;      /* accounted for it */
	struct tl_batch whole, dups; /* what becomes of the block at hand */
	struct tl_merge waiting;
	/* A record that goes on in the next block: its pieces so far, a batch each. */
	struct tl_batch *piece;
	size_t pieces, piece_cap;
	struct tl_buf residues;
	struct tl_dedup_sum sum;
};

/* 1. Looking a sequence up. */

static enum tl_status grow(struct tl_dedup *d, enum tl_alphabet alphabet, struct tl_err *err)
{
	size_t old = d->size[alphabet], size = old ? old * 2 : 1024;
	const struct tl_bank *bank = &d->bank[alphabet];
	enum tl_status st = tl_budget_need(d->budget, size * sizeof(struct seen),
					   "the table of unique sequences", err);
	struct seen *slot = st == TL_OK ? tl_mem_map(size * sizeof *slot, err) : NULL;
	if (!slot)
		return st == TL_OK ? TL_NOMEM : st;
	if (size * sizeof *slot >= 2 * TL_MEM_HUGE)
		tl_mem_use(slot, 0, size * sizeof *slot);
	for (size_t id = 0; id < bank->n; id++) {
		size_t i = (size_t)bank->hash[id] & (size - 1);
		while (slot[i].id)
			i = (i + 1) & (size - 1);
		slot[i] = (struct seen){(uint32_t)id + 1, (uint32_t)(bank->hash[id] >> 32)};
	}
	tl_mem_unmap(d->slot[alphabet], old * sizeof *slot);
	tl_budget_give(d->budget, old * sizeof *slot);
	d->slot[alphabet] = slot;
	d->size[alphabet] = size;
	return TL_OK;
}

/* Are these the residues of sequence id? */
static enum tl_status equal(struct tl_dedup *d, const struct tl_bank *bank, size_t id,
			    uint64_t hash, struct tl_str s, bool *ret, struct tl_err *err)
{
	struct tl_str have;
	*ret = bank->hash[id] == hash && tl_bank_length(bank, id) == s.n;
	if (!*ret || !s.n)
		return TL_OK;
	enum tl_status st = tl_bank_read(bank, id, &d->room, &have, err);
	*ret = st == TL_OK && !memcmp(have.p, s.p, s.n);
	return st;
}

/* The slot of a sequence, or the free one where it would stand. */
static enum tl_status find(struct tl_dedup *d, enum tl_alphabet alphabet, uint64_t hash,
			   struct tl_str s, struct seen **ret, struct tl_err *err)
{
	size_t mask = d->size[alphabet] - 1, i = (size_t)hash & mask;
	enum tl_status st = TL_OK;
	bool found = false;
	for (; st == TL_OK && !found; i = (i + 1) & mask) {
		struct seen *slot = *ret = &d->slot[alphabet][i];
		if (!slot->id)
			return TL_OK;
		if (slot->tag == (uint32_t)(hash >> 32))
			st = equal(d, &d->bank[alphabet], slot->id - 1, hash, s, &found, err);
	}
	return st;
}

/* A record turned out to be a duplicate of base. */
static enum tl_status note_moved(struct tl_dedup *d, uint64_t ordinal, uint64_t base,
				 struct tl_err *err)
{
	const uint64_t bytes = 3 * sizeof(struct tl_map_slot) / 2;
	if (!d->copies)
		return TL_OK;
	enum tl_status st = tl_budget_need(d->budget, bytes, "the table of duplicates", err);
	if (st != TL_OK)
		return st;
	d->moved_bytes += bytes;
	return tl_map_put(&d->moved, ordinal, base, err);
}

/* *ret_base: the record that had these residues before, or the ordinal itself. */
static enum tl_status look_up(struct tl_dedup *d, enum tl_alphabet alphabet, uint64_t ordinal,
			      struct tl_str s, uint64_t *ret_base, struct tl_err *err)
{
	struct tl_bank *bank = &d->bank[alphabet];
	uint64_t hash = tl_hash_64(s.p, s.n);
	struct seen *slot;
	enum tl_status st = TL_OK;
	if (bank->n >= UINT32_MAX - 1)
		return tl_err_set(err, TL_DATA, "more than 2^32 unique sequences");
	if ((bank->n + 1) * 3 > d->size[alphabet] * 2)
		st = grow(d, alphabet, err);
	if (st == TL_OK)
		st = find(d, alphabet, hash, s, &slot, err);
	if (st != TL_OK)
		return st;
	d->sum.records++;
	d->sum.residues += s.n;
	if (!slot->id) {
		*ret_base = ordinal;
		if ((st = tl_bank_add(bank, ordinal, s, 0, err)) == TL_OK)
			*slot = (struct seen){(uint32_t)bank->n, (uint32_t)(hash >> 32)};
		return st;
	}
	*ret_base = bank->ordinal[slot->id - 1];
	d->sum.merged++;
	d->sum.merged_residues += s.n;
	return note_moved(d, ordinal, *ret_base, err);
}

/* Writes a batch, at once where it is of bases, else in its turn; it is empty then. */
static enum tl_status put_batch(struct tl_dedup *d, struct tl_batch *b, uint8_t flags,
				struct tl_err *err)
{
	if (flags & TL_BLOCK_BASE && b->n)
		return tl_writer_put_batch(d->writer, b, flags, NULL, err);
	return tl_merge_put(&d->waiting, b, flags, NULL, err);
}

/* A duplicate is no reference whatever its block was. */
static uint8_t dup_flags(uint8_t flags)
{
	return flags & (uint8_t)~TL_BLOCK_REF;
}

/* 2. Records in several pieces. */

static enum tl_status keep_piece(struct tl_dedup *d, const struct tl_batch *like,
				 const struct tl_entry *e, struct tl_err *err)
{
	enum tl_status st = tl_mem_grow(&d->piece, &d->piece_cap, d->pieces + 1, sizeof *d->piece,
					err);
	if (st != TL_OK)
		return st;
	struct tl_batch *b = &d->piece[d->pieces++];
	*b = (struct tl_batch){0};
	tl_batch_become(b, TL_KIND_SEQ, like);
	if ((st = tl_batch_add(b, e, err)) != TL_OK)
		return st;
	return tl_buf_add(&d->residues, e->resi.p, e->resi.n, err);
}

/* The last piece is there: all of them go out, as they were or as a duplicate. */
static enum tl_status end_pieces(struct tl_dedup *d, uint8_t flags, struct tl_err *err)
{
	struct tl_batch *first = &d->piece[0];
	struct tl_str s = {d->residues.data, d->residues.len};
	uint64_t base, ordinal = first->ordinal[0];
	enum tl_status st = look_up(d, first->alphabet, ordinal, s, &base, err);
	for (size_t i = 0; i < d->pieces && st == TL_OK; i++) {
		if (base == ordinal) {
			st = put_batch(d, &d->piece[i], flags, err);
			continue;
		}
		struct tl_entry e;
		struct tl_batch dup = {0};
		tl_batch_become(&dup, TL_KIND_DUP, &d->piece[i]);
		tl_batch_get(&d->piece[i], 0, &e);
		e.base = base;
		if ((st = tl_batch_add(&dup, &e, err)) == TL_OK)
			st = put_batch(d, &dup, dup_flags(flags), err);
		tl_batch_free(&dup);
	}
	for (size_t i = 0; i < d->pieces; i++)
		tl_batch_free(&d->piece[i]);
	d->pieces = 0;
	tl_buf_reset(&d->residues);
	return st;
}

/* 3. Blocks. */

/* Keeps a piece; the last one ends them, behind the whole entries before it. */
static enum tl_status take_piece(struct tl_dedup *d, const struct tl_batch *b,
				 const struct tl_entry *e, uint8_t flags, struct tl_err *err)
{
	enum tl_status st = keep_piece(d, b, e, err);
	if (st != TL_OK || e->flags & TL_REC_OUT)
		return st;
	if ((st = put_batch(d, &d->whole, flags, err)) != TL_OK)
		return st;
	tl_batch_become(&d->whole, TL_KIND_SEQ, b);
	return end_pieces(d, flags, err);
}

/* Sorts the entries of a SEQS batch into whole and dups; pieces are kept. */
static enum tl_status sort_entries(struct tl_dedup *d, const struct tl_batch *b, uint8_t flags,
				   struct tl_err *err)
{
	tl_batch_become(&d->whole, TL_KIND_SEQ, b);
	tl_batch_become(&d->dups, TL_KIND_DUP, b);
	for (size_t i = 0; i < b->n; i++) {
		struct tl_entry e;
		enum tl_status st;
		tl_batch_get(b, i, &e);
		if (e.flags & (TL_REC_IN | TL_REC_OUT)) {
			st = take_piece(d, b, &e, flags, err);
		} else {
			st = look_up(d, b->alphabet, e.ordinal, e.resi, &e.base, err);
			if (st == TL_OK)
				st = tl_batch_add(e.base == e.ordinal ? &d->whole : &d->dups, &e,
						  err);
		}
		if (st != TL_OK)
			return st;
	}
	return TL_OK;
}

/* Passes a block of records on as it is. */
static enum tl_status pass_on(struct tl_dedup *d, struct tl_item *item, struct tl_err *err)
{
	const struct tl_batch *b = &item->batch;
	uint64_t starts = 0, residues = 0, last = b->n ? b->ordinal[b->n - 1] : item->first;
	for (size_t i = 0; i < b->n; i++) {
		starts += !(b->flags[i] & TL_REC_IN);
		residues += b->length[i];
	}
	return tl_writer_forward(d->writer, item, last, starts, residues, err);
}

static enum tl_status put_whole(struct tl_dedup *d, struct tl_item *item, struct tl_err *err)
{
	uint8_t flags = item->block.head.flags;
	enum tl_status st = sort_entries(d, &item->batch, flags, err);
	if (st != TL_OK)
		return st;
	if (d->whole.n == item->batch.n)
		return pass_on(d, item, err);
	/* Whole ones first: bases stand before their copies, others are put in order anyway. */
	if ((st = put_batch(d, &d->whole, flags, err)) != TL_OK)
		return st;
	return put_batch(d, &d->dups, dup_flags(flags), err);
}

/* DUPS and DLTA of which all bases are known: where they moved, the block is made anew. */
static enum tl_status put_copies(struct tl_dedup *d, struct tl_item *item, struct tl_err *err)
{
	bool changed = false;
	for (size_t i = 0; i < item->batch.n && d->moved.n; i++)
		changed |= tl_map_get(&d->moved, item->batch.base[i], &item->batch.base[i]);
	if (!changed)
		return pass_on(d, item, err);
	return tl_writer_put_batch(d->writer, &item->batch, item->block.head.flags,
				   item->has_sum ? &item->sum : NULL, err);
}

static enum tl_status put_records(struct tl_dedup *d, struct tl_item *item, struct tl_err *err)
{
	bool base = item->block.head.flags & TL_BLOCK_BASE;
	uint64_t first = item->batch.n ? item->batch.ordinal[0] : item->first;
	/* What a copy is copied from may still come, in a block that begins behind this one, and
	 * turn out to be a duplicate: so it waits.  Bases stand in an order of their own. */
	bool wait = item->block.head.type == TL_BLOCK_DUPS && !base;
	enum tl_status st = TL_OK;
	if (!wait || d->waiting.n >= WAITING_MOST)
		st = tl_merge_below(&d->waiting, base ? UINT64_MAX : first, err);
	if (st != TL_OK)
		return st;
	if (wait)
		return tl_merge_put(&d->waiting, &item->batch, item->block.head.flags,
				    item->has_sum ? &item->sum : NULL, err);
	return item->block.head.type == TL_BLOCK_SEQS ? put_whole(d, item, err)
						      : put_copies(d, item, err);
}

enum tl_status tl_dedup_put(struct tl_dedup *d, struct tl_item *item, struct tl_err *err)
{
	uint32_t type = item->block.head.type;
	enum tl_status st = TL_OK;
	d->copies = d->copies || item->stream_flags & (TL_STREAM_INTERNED | TL_STREAM_REDUCED);
	if (type == TL_BLOCK_SEQS || type == TL_BLOCK_DUPS || type == TL_BLOCK_DLTA)
		return put_records(d, item, err);
	/* FILE and EDGE stand behind their records, of which none is to come. */
	if (!tl_block_ancillary(type))
		st = tl_dedup_end(d, err);
	if (st != TL_OK)
		return st;
	if (type == TL_BLOCK_FILE)
		return tl_writer_put_file(d->writer, &item->file, err);
	return tl_writer_forward(d->writer, item, item->first, 0, 0, err);
}

enum tl_status tl_dedup_end(struct tl_dedup *d, struct tl_err *err)
{
	return tl_merge_below(&d->waiting, UINT64_MAX, err);
}

/* 4. The object. */

enum tl_status tl_dedup_new(struct tl_writer *w, struct tl_budget *budget, struct tl_dedup **ret,
			    struct tl_err *err)
{
	struct tl_dedup *d = tl_mem_zalloc(1, sizeof *d, err);
	if (!d)
		return TL_NOMEM;
	d->writer = w;
	d->budget = budget;
	d->waiting.writer = w;
	d->waiting.moved = &d->moved;
	for (int a = 0; a < 2; a++) {
		d->bank[a].budget = budget;
		d->bank[a].share = tl_budget_share(budget, 1, 3, TL_STORE_CHUNK);
	}
	*ret = d;
	return TL_OK;
}

void tl_dedup_sum(const struct tl_dedup *d, struct tl_dedup_sum *ret)
{
	*ret = d->sum;
}

void tl_dedup_free(struct tl_dedup *d)
{
	if (!d)
		return;
	for (int a = 0; a < 2; a++) {
		tl_bank_free(&d->bank[a]);
		tl_mem_unmap(d->slot[a], d->size[a] * sizeof *d->slot[a]);
		tl_budget_give(d->budget, d->size[a] * sizeof *d->slot[a]);
	}
	for (size_t i = 0; i < d->pieces; i++)
		tl_batch_free(&d->piece[i]);
	free(d->piece);
	tl_merge_free(&d->waiting);
	tl_bank_leave(&d->room);
	tl_map_free(&d->moved);
	tl_budget_give(d->budget, d->moved_bytes);
	tl_batch_free(&d->whole);
	tl_batch_free(&d->dups);
	tl_buf_free(&d->residues);
	free(d);
}
