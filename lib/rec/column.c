/* SPDX-License-Identifier: MIT */
/* column: the three shapes of columns that blocks share: numbers, bytes, strings.
 *
 * Most numbers are below 128 and take one byte; both directions take eight of them at a time.
 */
#include "column.h"

#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>

#define HIGH_BITS 0x8080808080808080ULL

/* Appends one byte for each of eight numbers below 128. */
static inline void put8(uint8_t *to, const uint64_t *v)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)v[i];
}

static inline bool small8(const uint64_t *v)
{
	return (v[0] | v[1] | v[2] | v[3] | v[4] | v[5] | v[6] | v[7]) < 0x80;
}

enum tl_status tl_column_add(struct tl_buf *buf, const uint64_t *v, size_t n, struct tl_err *err)
{
	size_t i = 0;
	while (i < n) {
		size_t m = n - i < 4096 ? n - i : 4096;
		enum tl_status st = tl_buf_reserve(buf, m * TL_VARINT_MAX, err);
		if (st != TL_OK)
			return st;
		uint8_t *to = buf->data + buf->len;
		for (size_t end = i + m; i < end;) {
			if (end - i >= 8 && small8(v + i)) {
				put8(to, v + i);
				to += 8;
				i += 8;
			} else {
				to += tl_bits_put_varint(to, v[i++]);
			}
		}
		buf->len = (size_t)(to - buf->data);
	}
	return TL_OK;
}

static bool all_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

void tl_column_trim(struct tl_buf *buf)
{
	if (all_zero(buf->data, buf->len))
		tl_buf_reset(buf);
}

enum tl_status tl_column_put_bytes(struct tl_payload *payload, uint32_t tag, const uint8_t *v,
				   size_t n, struct tl_err *err)
{
	if (all_zero(v, n))
		return TL_OK;
	return tl_buf_add(tl_block_column(payload, tag), v, n, err);
}

/* The lengths of strings of which not all are empty. */
static enum tl_status put_lengths(struct tl_payload *payload, uint32_t tag,
				  const struct tl_col *col, size_t n, struct tl_err *err)
{
	uint64_t lengths[256];
	struct tl_buf *buf = tl_block_column(payload, TL_TAG_LENGTHS(tag));
	enum tl_status st = TL_OK;
	uint32_t from = 0;
	for (size_t i = 0; i < n && st == TL_OK;) {
		size_t m = 0;
		for (; m < 256 && i < n; i++) {
			lengths[m++] = col->end[i] - from;
			from = col->end[i];
		}
		st = tl_column_add(buf, lengths, m, err);
	}
	if (st == TL_OK && from != col->bytes.len)
		st = tl_err_set(err, TL_INTERNAL, "column %s has an unended item",
				tl_block_type_name(tag).s);
	return st;
}

enum tl_status tl_column_lend_strings(struct tl_payload *payload, uint32_t tag,
				      const struct tl_col *col, size_t n, struct tl_err *err)
{
	if (col->n != n && (col->n || col->bytes.len))
		return tl_err_set(err, TL_INTERNAL, "column %s has %zu items, not %zu",
				  tl_block_type_name(tag).s, col->n, n);
	if (!col->bytes.len)
		return TL_OK;
	enum tl_status st = put_lengths(payload, tag, col, n, err);
	if (st == TL_OK)
		tl_block_lend(payload, tag, (struct tl_str){col->bytes.data, col->bytes.len});
	return st;
}

enum tl_status tl_column_put_strings(struct tl_payload *payload, uint32_t tag,
				     const struct tl_col *col, size_t n, struct tl_err *err)
{
	size_t before = payload->columns;
	enum tl_status st = tl_column_lend_strings(payload, tag, col, n, err);
	if (st != TL_OK || payload->columns == before)
		return st;
	payload->columns--;
	return tl_buf_add(tl_block_column(payload, tag), col->bytes.data, col->bytes.len, err);
}

enum tl_status tl_column_known(const struct tl_block *block, const uint32_t *tags, size_t n,
			       struct tl_err *err)
{
	for (size_t i = 0; i < block->columns; i++) {
		uint32_t tag = block->col[i].tag;
		bool known = tl_block_ancillary(tag);
		for (size_t j = 0; j < n && !known; j++)
			known = tag == tags[j] || tag == TL_TAG_LENGTHS(tags[j]);
		if (!known)
			return tl_err_set(err, TL_DATA, "it has a column %s, which is not known",
					  tl_block_type_name(tag).s);
	}
	return TL_OK;
}

static enum tl_status wrong(uint32_t tag, struct tl_err *err)
{
	return tl_err_set(err, TL_DATA, "column %s does not fit the number of entries",
			  tl_block_type_name(tag).s);
}

enum tl_status tl_column_need(const struct tl_block *block, uint32_t tag, size_t n,
			      struct tl_err *err)
{
	return tl_block_get(block, tag).n >= n ? TL_OK : wrong(tag, err);
}

/* True where the next eight bytes are eight numbers. */
static inline bool eight(struct tl_str s, size_t pos)
{
	uint64_t w;
	if (s.n - pos < 8)
		return false;
	memcpy(&w, s.p + pos, 8);
	return !(w & HIGH_BITS);
}

enum tl_status tl_column_get_numbers(const struct tl_block *block, uint32_t tag, uint64_t *out,
				     size_t n, struct tl_err *err)
{
	struct tl_str s = tl_block_get(block, tag);
	size_t pos = 0;
	if (!s.n) {
		if (n)
			memset(out, 0, n * sizeof *out);
		return TL_OK;
	}
	for (size_t i = 0; i < n;) {
		if (n - i >= 8 && eight(s, pos)) {
			for (int k = 0; k < 8; k++)
				out[i + (size_t)k] = s.p[pos + (size_t)k];
			i += 8;
			pos += 8;
		} else if (!tl_bits_get_varint(s.p, s.n, &pos, &out[i++])) {
			return wrong(tag, err);
		}
	}
	return pos == s.n ? TL_OK : wrong(tag, err);
}

enum tl_status tl_column_get_bytes(const struct tl_block *block, uint32_t tag, uint8_t *out,
				   size_t n, struct tl_err *err)
{
	struct tl_str s = tl_block_get(block, tag);
	if (s.n && s.n != n)
		return wrong(tag, err);
	if (s.n)
		memcpy(out, s.p, n);
	else if (n)
		memset(out, 0, n);
	return TL_OK;
}

/* Turns n lengths into ends; false where they do not add up to total. */
static bool get_ends(struct tl_str s, uint32_t *end, size_t n, size_t total)
{
	size_t pos = 0;
	uint64_t v, sum = 0; /* cannot overflow: each of n numbers is at most total */
	for (size_t i = 0; i < n;) {
		if (n - i >= 8 && eight(s, pos)) {
			for (int k = 0; k < 8; k++)
				end[i++] = (uint32_t)(sum += s.p[pos++]);
		} else {
			if (!tl_bits_get_varint(s.p, s.n, &pos, &v) || v > total)
				return false;
			end[i++] = (uint32_t)(sum += v);
		}
	}
	return pos == s.n && sum == total;
}

enum tl_status tl_column_get_strings(const struct tl_block *block, uint32_t tag, struct tl_col *col,
				     size_t n, struct tl_err *err)
{
	struct tl_str bytes = tl_block_get(block, tag);
	struct tl_str lengths = tl_block_get(block, TL_TAG_LENGTHS(tag));
	tl_col_reset(col);
	enum tl_status st = tl_mem_grow(&col->end, &col->cap, n, sizeof *col->end, err);
	if (st == TL_OK)
		st = tl_buf_add(&col->bytes, bytes.p, bytes.n, err);
	if (st != TL_OK)
		return st;
	if (!lengths.n && !bytes.n) {
		if (n)
			memset(col->end, 0, n * sizeof *col->end);
	} else if (!get_ends(lengths, col->end, n, bytes.n)) {
		return wrong(tag, err);
	}
	col->n = n;
	return TL_OK;
}
