/* SPDX-License-Identifier: MIT */
/* note: the small blocks: FILE, ENDS, prov, indX.  man tl-stream(5) sections 7 to 10. */
#include <tl/note.h>

#include <stdbool.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>

#include "column.h"
#include "preamble.h"

enum {
	TAG_PARM = TL_TAG('P', 'A', 'R', 'M'),
	TAG_TAIL = TL_TAG('T', 'A', 'I', 'L'),
	TAG_NAME = TL_TAG('N', 'A', 'M', 'E'),
	TAG_ENDS = TL_TAG('E', 'N', 'D', 'S'),
	TAG_TEXT = TL_TAG('T', 'E', 'X', 'T'),
	TAG_TYPE = TL_TAG('T', 'Y', 'P', 'E'),
	TAG_FLAG = TL_TAG('F', 'L', 'A', 'G'),
	TAG_OFFS = TL_TAG('O', 'F', 'F', 'S'),
	TAG_ORDN = TL_TAG('O', 'R', 'D', 'N'),
	TAG_LAST = TL_TAG('L', 'A', 'S', 'T'),
	TAG_RECS = TL_TAG('R', 'E', 'C', 'S'),
	TAG_FOOT = TL_TAG('F', 'O', 'O', 'T'),
};

/* FILE */

enum tl_status tl_note_put_file(const struct tl_note_file *f, struct tl_payload *payload,
				struct tl_err *err)
{
	uint8_t p[48] = {0};
	tl_block_clear(payload);
	if (f->end < f->first || f->missing > f->end - f->first)
		return tl_err_set(err, TL_INTERNAL, "a file whose ordinals contradict each other");
	tl_bits_put64(p, f->end - f->first);
	tl_bits_put64(p + 8, f->missing);
	tl_bits_put64(p + 16, f->text);
	tl_bits_put64(p + 24, f->hash.lo);
	tl_bits_put64(p + 32, f->hash.hi);
	p[40] = (uint8_t)f->alphabet;
	enum tl_status st = tl_buf_add(tl_block_column(payload, TAG_PARM), p, sizeof p, err);
	if (st == TL_OK)
		st = tl_buf_add(tl_block_column(payload, TAG_TAIL), f->tail.p, f->tail.n, err);
	if (st == TL_OK)
		st = tl_buf_add(tl_block_column(payload, TAG_NAME), f->name.p, f->name.n, err);
	return st;
}

enum tl_status tl_note_get_file(const struct tl_block *block, uint64_t shift,
				struct tl_note_file *ret, struct tl_err *err)
{
	static const uint32_t tags[] = {TAG_PARM, TAG_TAIL, TAG_NAME};
	static const uint8_t zero[7];
	struct tl_str s = tl_block_get(block, TAG_PARM);
	enum tl_status st = tl_column_known(block, tags, 3, err);
	if (st != TL_OK)
		return st;
	if (s.n != 48 || s.p[40] > TL_NUCLEOTIDE || memcmp(s.p + 41, zero, 7) != 0)
		return tl_err_set(err, TL_DATA, "its parameters are broken");
	*ret = (struct tl_note_file){
		.missing = tl_bits_get64(s.p + 8),
		.text = tl_bits_get64(s.p + 16),
		.hash = {tl_bits_get64(s.p + 24), tl_bits_get64(s.p + 32)},
		.alphabet = (enum tl_alphabet)s.p[40],
		.tail = tl_block_get(block, TAG_TAIL),
		.name = tl_block_get(block, TAG_NAME),
	};
	if (!tl_bits_add(block->head.first, shift, &ret->first) ||
	    !tl_bits_add(ret->first, tl_bits_get64(s.p), &ret->end) ||
	    ret->end > TL_BLOCK_ORDINALS || ret->missing > tl_bits_get64(s.p))
		return tl_err_set(err, TL_DATA, "its ordinals are out of range");
	return TL_OK;
}

/* ENDS */

enum tl_status tl_note_put_ends(const struct tl_note_ends *e, struct tl_payload *payload,
				struct tl_err *err)
{
	uint8_t p[40];
	tl_block_clear(payload);
	tl_bits_put64(p, e->records);
	tl_bits_put64(p + 8, e->residues);
	tl_bits_put64(p + 16, e->blocks);
	tl_bits_put64(p + 24, e->next);
	tl_bits_put64(p + 32, e->digest);
	return tl_buf_add(tl_block_column(payload, TAG_ENDS), p, sizeof p, err);
}

enum tl_status tl_note_get_ends(const struct tl_block *block, struct tl_note_ends *ret,
				struct tl_err *err)
{
	static const uint32_t tags[] = {TAG_ENDS};
	struct tl_str s = tl_block_get(block, TAG_ENDS);
	enum tl_status st = tl_column_known(block, tags, 1, err);
	if (st != TL_OK)
		return st;
	if (s.n != 40 || tl_bits_get64(s.p + 24) > TL_BLOCK_ORDINALS)
		return tl_err_set(err, TL_DATA, "its counts are broken");
	*ret = (struct tl_note_ends){
		.records = tl_bits_get64(s.p),
		.residues = tl_bits_get64(s.p + 8),
		.blocks = tl_bits_get64(s.p + 16),
		.next = tl_bits_get64(s.p + 24),
		.digest = tl_bits_get64(s.p + 32),
	};
	return TL_OK;
}

/* prov */

enum tl_status tl_note_put_prov(struct tl_str text, struct tl_payload *payload, struct tl_err *err)
{
	tl_block_clear(payload);
	return tl_buf_add(tl_block_column(payload, TAG_TEXT), text.p, text.n, err);
}

struct tl_str tl_note_get_prov(const struct tl_block *block)
{
	return tl_block_get(block, TAG_TEXT);
}

/* indX */

/* The bytes of a block whose columns are stored as they are. */
static uint64_t whole(const struct tl_payload *payload)
{
	uint64_t n = TL_BLOCK_HEADER + 4 + TL_BLOCK_CHECK;
	for (size_t i = 0; i < payload->columns; i++)
		n += tl_block_raw(payload, i).n ? 16 + tl_block_raw(payload, i).n : 0;
	return n;
}

static enum tl_status put_foot(struct tl_payload *payload, struct tl_err *err)
{
	uint8_t p[16];
	struct tl_buf *foot = tl_block_column(payload, TAG_FOOT);
	enum tl_status st = tl_buf_fill(foot, 0, sizeof p, err);
	if (st != TL_OK)
		return st;
	tl_bits_put64(p, whole(payload));
	memcpy(p + 8, tl_preamble_magic, 8);
	memcpy(foot->data, p, sizeof p);
	return TL_OK;
}

static enum tl_status put_entry(const struct tl_note_index *e, uint64_t last_offset,
				struct tl_buf *const col[6], struct tl_err *err)
{
	uint8_t type[4];
	tl_bits_put32(type, e->type);
	enum tl_status st = tl_buf_add(col[0], type, sizeof type, err);
	if (st == TL_OK)
		st = tl_buf_add(col[1], &e->flags, 1, err);
	if (st == TL_OK)
		st = tl_buf_add_varint(col[2], e->offset - last_offset, err);
	if (st == TL_OK)
		st = tl_buf_add_varint(col[3], e->first, err);
	if (st == TL_OK)
		st = tl_buf_add_varint(col[4], e->last - e->first, err);
	if (st == TL_OK)
		st = tl_buf_add_varint(col[5], e->records, err);
	return st;
}

enum tl_status tl_note_put_index(const struct tl_note_index *entry, size_t n,
				 struct tl_payload *payload, struct tl_err *err)
{
	static const uint32_t tags[6] = {TAG_TYPE, TAG_FLAG, TAG_OFFS,
					 TAG_ORDN, TAG_LAST, TAG_RECS};
	struct tl_buf *col[6];
	enum tl_status st = TL_OK;
	uint64_t offset = 0;
	tl_block_clear(payload);
	for (int i = 0; i < 6; i++)
		col[i] = tl_block_column(payload, tags[i]);
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		if (entry[i].offset < offset || entry[i].last < entry[i].first)
			return tl_err_set(err, TL_INTERNAL, "an index that goes backwards");
		st = put_entry(&entry[i], offset, col, err);
		offset = entry[i].offset;
	}
	tl_column_trim(col[1]);
	return st == TL_OK ? put_foot(payload, err) : st;
}

/* Scratch for the number columns of an index. */
struct columns {
	uint64_t *offs, *ordn, *last, *recs;
	uint8_t *flag;
};

static enum tl_status get_columns(const struct tl_block *block, size_t n, struct columns *c,
				  struct tl_err *err)
{
	uint64_t *v = tl_mem_alloc(n, 4 * sizeof *v + 1, err);
	if (!v)
		return TL_NOMEM;
	*c = (struct columns){v, v + n, v + 2 * n, v + 3 * n, (uint8_t *)(v + 4 * n)};
	enum tl_status st = tl_column_get_numbers(block, TAG_OFFS, c->offs, n, err);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_ORDN, c->ordn, n, err);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_LAST, c->last, n, err);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_RECS, c->recs, n, err);
	if (st == TL_OK)
		st = tl_column_get_bytes(block, TAG_FLAG, c->flag, n, err);
	return st;
}

static bool resolve(const struct columns *c, struct tl_str type, struct tl_note_index *entry,
		    size_t n)
{
	uint64_t offset = 0;
	for (size_t i = 0; i < n; i++) {
		struct tl_note_index *e = &entry[i];
		*e = (struct tl_note_index){
			.first = c->ordn[i],
			.type = tl_bits_get32(type.p + 4 * i),
			.records = (uint32_t)c->recs[i],
			.flags = c->flag[i],
		};
		if (!tl_bits_add(offset, c->offs[i], &offset) ||
		    !tl_bits_add(e->first, c->last[i], &e->last) || c->recs[i] > UINT32_MAX)
			return false;
		e->offset = offset;
	}
	return true;
}

enum tl_status tl_note_get_index(const struct tl_block *block, struct tl_note_index **ret,
				 size_t *ret_n, struct tl_err *err)
{
	static const uint32_t tags[] = {TAG_TYPE, TAG_FLAG, TAG_OFFS, TAG_ORDN,
					TAG_LAST, TAG_RECS, TAG_FOOT};
	struct tl_str type = tl_block_get(block, TAG_TYPE), foot = tl_block_get(block, TAG_FOOT);
	struct columns c = {0};
	size_t n = block->head.records;
	enum tl_status st = tl_column_known(block, tags, sizeof tags / sizeof *tags, err);
	if (st != TL_OK)
		return st;
	uint64_t whole_block = TL_BLOCK_HEADER + (uint64_t)block->head.stored + TL_BLOCK_CHECK;
	if (type.n != 4 * n || foot.n != 16 || tl_bits_get64(foot.p) != whole_block ||
	    memcmp(foot.p + 8, tl_preamble_magic, 8) != 0)
		return tl_err_set(err, TL_DATA, "the index is broken");
	struct tl_note_index *entry = tl_mem_alloc(n, sizeof *entry, err);
	if (!entry)
		return TL_NOMEM;
	st = get_columns(block, n, &c, err);
	if (st == TL_OK && !resolve(&c, type, entry, n))
		st = tl_err_set(err, TL_DATA, "the index is broken");
	tl_mem_free(c.offs);
	if (st != TL_OK) {
		tl_mem_free(entry);
		return st;
	}
	*ret = entry;
	*ret_n = n;
	return TL_OK;
}
