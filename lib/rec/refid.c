/* SPDX-License-Identifier: MIT */
/* refid: numbers of references that stay through updates: refX.  man tl-stream(5) section 10.2. */
#include <tl/refid.h>

#include <tl/bits.h>
#include <tl/index.h>
#include <tl/mem.h>

#include "column.h"

enum {
	TAG_NEXT = TL_TAG('N', 'E', 'X', 'T'),
	TAG_ORDN = TL_TAG('O', 'R', 'D', 'N'),
	TAG_REFI = TL_TAG('R', 'E', 'F', 'I'),
};

static const uint32_t tags[] = {TAG_NEXT, TAG_ORDN, TAG_REFI};

enum tl_status tl_refid_add(struct tl_refids *ids, uint64_t ordinal, uint64_t id, struct tl_err *err)
{
	enum tl_status st = tl_mem_grow(&ids->ordinal, &ids->ordinal_cap, ids->n + 1,
					sizeof *ids->ordinal, err);
	if (st == TL_OK)
		st = tl_mem_grow(&ids->id, &ids->id_cap, ids->n + 1, sizeof *ids->id, err);
	if (st != TL_OK)
		return st;
	ids->ordinal[ids->n] = ordinal;
	ids->id[ids->n++] = id;
	return TL_OK;
}

enum tl_status tl_refid_encode(const struct tl_refids *ids, size_t at, size_t n,
			       struct tl_payload *payload, struct tl_err *err)
{
	uint8_t next[8];
	tl_block_clear(payload);
	tl_bits_put64(next, ids->next);
	enum tl_status st = tl_buf_add(tl_block_column(payload, TAG_NEXT), next, sizeof next, err);
	struct tl_buf *ordinals = tl_block_column(payload, TAG_ORDN);
	struct tl_buf *numbers = tl_block_column(payload, TAG_REFI);
	for (size_t i = at; i < at + n && st == TL_OK; i++) {
		uint64_t before = i > at ? ids->ordinal[i - 1] + 1 : 0;
		st = tl_buf_add_varint(ordinals, ids->ordinal[i] - before, err);
		if (st == TL_OK)
			st = tl_buf_add_varint(numbers, ids->id[i], err);
	}
	return st;
}

static enum tl_status take(struct tl_refids *ids, const uint64_t *ordinal, const uint64_t *id,
			   size_t n, uint64_t next, struct tl_err *err)
{
	uint64_t at = 0;
	enum tl_status st = TL_OK;
	if (next > TL_BLOCK_ORDINALS)
		return tl_err_set(err, TL_DATA, "numbers of references that are too high");
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		at += i ? 1 : 0;
		if (!tl_bits_add(at, ordinal[i], &at) || at >= TL_BLOCK_ORDINALS ||
		    (ids->n && at <= ids->ordinal[ids->n - 1]) || id[i] >= next)
			return tl_err_set(err, TL_DATA, "entry %zu: ordinals do not rise, or a number is too high", i);
		st = tl_refid_add(ids, at, id[i], err);
	}
	ids->next = ids->next > next ? ids->next : next;
	return st;
}

enum tl_status tl_refid_decode(const struct tl_block *block, struct tl_refids *ids, struct tl_err *err)
{
	size_t n = block->head.records;
	uint8_t next[8];
	enum tl_status st = tl_column_known(block, tags, 3, err);
	if (st == TL_OK)
		st = tl_column_need(block, TAG_NEXT, sizeof next, err);
	if (st == TL_OK)
		st = tl_column_get_bytes(block, TAG_NEXT, next, sizeof next, err);
	if (st == TL_OK)
		st = tl_column_need(block, TAG_ORDN, n, err);
	if (st == TL_OK)
		st = tl_column_need(block, TAG_REFI, n, err);
	if (st != TL_OK)
		return st;
	uint64_t *v = tl_mem_alloc(n, 2 * sizeof *v, err);
	st = v ? tl_column_get_numbers(block, TAG_ORDN, v, n, err) : TL_NOMEM;
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_REFI, v + n, n, err);
	if (st == TL_OK)
		st = take(ids, v, v + n, n, tl_bits_get64(next), err);
	tl_mem_free(v);
	return st;
}

static enum tl_status index_ids(struct tl_refids *ids, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < ids->n && st == TL_OK; i++)
		st = tl_map_put(&ids->by_id, ids->id[i], ids->ordinal[i], err);
	return st;
}

enum tl_status tl_refid_load(const char *path, struct tl_refids *ids, bool *ret_found,
			     struct tl_err *err)
{
	struct tl_index *ix = NULL;
	struct tl_block block = {0};
	const struct tl_note_index *entry;
	size_t n = 0;
	enum tl_status st = tl_index_open(path, &ix, err);
	*ret_found = st == TL_OK && ix;
	if (!*ret_found)
		return st;
	entry = tl_index_entries(ix, &n);
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		if (entry[i].type != TL_BLOCK_REFX)
			continue;
		st = tl_index_read(ix, i, &block, err);
		if (st == TL_OK && (st = tl_refid_decode(&block, ids, err)) != TL_OK)
			(void)tl_index_prefix(ix, i, err);
	}
	tl_block_free(&block);
	tl_index_close(ix);
	return st == TL_OK ? index_ids(ids, err) : st;
}

uint64_t tl_refid_of(const struct tl_refids *ids, uint64_t ordinal)
{
	size_t lo = 0, hi = ids->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (ids->ordinal[mid] < ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < ids->n && ids->ordinal[lo] == ordinal ? ids->id[lo] : ordinal;
}

bool tl_refid_find(const struct tl_refids *ids, uint64_t id, uint64_t *ret_ordinal)
{
	if (tl_map_get(&ids->by_id, id, ret_ordinal))
		return true;
	for (size_t i = 0; i < ids->n && !ids->by_id.n; i++)
		if (ids->id[i] == id) {
			*ret_ordinal = ids->ordinal[i];
			return true;
		}
	*ret_ordinal = id;
	return tl_refid_of(ids, id) == id;
}

void tl_refid_free(struct tl_refids *ids)
{
	tl_mem_free(ids->ordinal);
	tl_mem_free(ids->id);
	tl_map_free(&ids->by_id);
	*ids = (struct tl_refids){0};
}
