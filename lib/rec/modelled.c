/* SPDX-License-Identifier: MIT */
/* modelled: columns of a payload through models. */
#include "modelled.h"

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>
#include <tl/predict.h>

#include "scripted.h"


enum {
	TAG_HEAD = TL_TAG('H', 'E', 'A', 'D'),
	TAG_RESI = TL_TAG('R', 'E', 'S', 'I'),
	TAG_RLEN = TL_TAG('R', 'L', 'E', 'N'),
	TAG_PACK = TL_TAG('P', 'A', 'C', 'K'),
	TAG_ORDN = TL_TAG('O', 'R', 'D', 'N'),
	TAG_FLAG = TL_TAG('F', 'L', 'A', 'G'),
	TAG_BASE = TL_TAG('B', 'A', 'S', 'E'),
	TAG_OPSV = TL_TAG('O', 'P', 'S', 'V'),
	TAG_SUBS = TL_TAG('S', 'U', 'B', 'S'),
	TAG_LITS = TL_TAG('L', 'I', 'T', 'S'),
	TAG_LITR = TL_TAG('L', 'I', 'T', 'R'),
};

static enum tl_predict_model model_of(uint32_t tag)
{
	switch (tag) {
	case TAG_RESI:
		return TL_PREDICT_RESIDUES;
	case TAG_PACK:
		return TL_PREDICT_PACKED;
	case TAG_LITS:
		return TL_PREDICT_LETTERS;
	case TAG_SUBS:
		return TL_PREDICT_KEYED;
	default:
		return TL_PREDICT_BYTES;
	}
}

/* The columns that a hint is taken from: of a payload, or those of a block that are decoded. */
struct view {
	size_t n;
	uint32_t tag[TL_BLOCK_COLUMNS];
	struct tl_str col[TL_BLOCK_COLUMNS];
};

static struct tl_str column_of(const struct view *v, uint32_t tag)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->tag[i] == tag)
			return v->col[i];
	return (struct tl_str){NULL, 0};
}

/* What is known of scripts; with_ops: from them, too. */
static enum tl_status look(const struct view *v, bool with_ops, struct tl_scripted *ret,
			   struct tl_err *err)
{
	enum tl_status st = tl_scripted_open(ret, column_of(v, TAG_ORDN), column_of(v, TAG_FLAG),
					     column_of(v, TAG_RLEN), column_of(v, TAG_BASE),
					     column_of(v, TAG_LITR), err);
	return st == TL_OK && with_ops ? tl_scripted_walk(ret, column_of(v, TAG_OPSV), err) : st;
}

/* The base of each entry, where all have one and that stands before, as a key of its strings: those
 * of one base are often alike. */
static enum tl_status look_at_bases(const struct view *v, uint64_t **ret,
				    struct tl_predict_hint *hint, struct tl_err *err)
{
	struct tl_scripted s = {0};
	if (!column_of(v, TAG_BASE).n)
		return TL_OK;
	enum tl_status st = look(v, false, &s, err);
	if (st == TL_OK && !(*ret = tl_mem_alloc(s.entries, sizeof **ret, err)))
		st = TL_NOMEM;
	for (size_t i = 0, item = 0; st == TL_OK && i < s.entries; i++) {
		item += s.first[i];
		(*ret)[i] = s.base[item - 1];
	}
	if (st == TL_OK)
		*hint = (struct tl_predict_hint){.key = *ret, .keys = s.entries};
	tl_scripted_free(&s);
	return st == TL_DATA ? TL_OK : st;
}

static const uint64_t *counts_of(const struct tl_scripted *s, uint32_t tag)
{
	return tag == TL_TAG_LENGTHS(TAG_OPSV)   ? s->ops
	       : tag == TL_TAG_LENGTHS(TAG_SUBS) ? s->subs
					     : s->lits;
}

static bool is_counted(uint32_t tag)
{
	return tag == TL_TAG_LENGTHS(TAG_OPSV) || tag == TL_TAG_LENGTHS(TAG_SUBS) ||
	       tag == TL_TAG_LENGTHS(TAG_LITS);
}

/* The column that says how another is cut into items. */
static uint32_t lengths_tag(uint32_t tag)
{
	return tag == TAG_RESI ? TAG_RLEN : TL_TAG_LENGTHS(tag);
}

static size_t varint_size(uint64_t v)
{
	uint8_t p[TL_VARINT_MAX];
	return tl_bits_put_varint(p, v);
}

/* 1. Encoding. */

/* Puts an LF behind each string.  False where one has an LF, or the lengths are not as this encoder
 * would write them, so that they would not come back. */
static bool join(struct tl_str lengths, struct tl_str bytes, uint8_t *text,
		 size_t *ret, uint64_t *ret_items)
{
	size_t pos = 0, from = 0, at = 0;
	uint64_t n, items = 0;
	uint8_t again[TL_VARINT_MAX];
	while (pos < lengths.n) {
		size_t before = pos;
		if (!tl_bits_get_varint(lengths.p, lengths.n, &pos, &n) ||
		    n > bytes.n - from || tl_bits_put_varint(again, n) != pos - before)
			return false;
		if (n) {
			memcpy(text + at, bytes.p + from, n);
			if (memchr(text + at, '\n', n))
				return false;
		}
		from += n;
		at += n;
		text[at++] = '\n';
		items++;
	}
	*ret = at;
	*ret_items = items;
	return from == bytes.n;
}

/* Encodes strings, columns i and i + 1, as lines: their bytes as m->next, and in place of the lengths
 * how many there are. */
static enum tl_status encode_lines(struct tl_modelled *m, const struct view *v, size_t i,
				   uint8_t *dst, size_t room, size_t *ret, struct tl_err *err)
{
	size_t n = 0, got = 0;
	uint64_t items = 0, *keys = NULL;
	struct tl_str lengths = v->col[i], bytes = v->col[i + 1];
	struct view before = *v;
	struct tl_predict_hint hint = {.items = 0};
	uint8_t *text = tl_mem_alloc(lengths.n + bytes.n, 1, err);
	if (!text)
		return TL_NOMEM;
	before.n = i;
	enum tl_status st = look_at_bases(&before, &keys, &hint, err);
	if (st == TL_OK)
		st = tl_buf_reserve(&m->next, bytes.n, err);
	if (st == TL_OK && join(lengths, bytes, text, &n, &items) && bytes.n > 1)
		st = tl_predict_encode(TL_PREDICT_NAMES, text, n, &hint, m->next.data,
				       bytes.n - 1, &got, err);
	if (st == TL_OK && got && varint_size(items) < room) {
		dst[0] = TL_PREDICT_IMPLIED;
		*ret = 1 + tl_bits_put_varint(dst + 1, items);
		m->next.len = got;
	}
	free(text);
	free(keys);
	return st;
}

static void view_payload(const struct tl_payload *payload, struct view *v)
{
	v->n = payload->columns;
	for (size_t i = 0; i < v->n; i++) {
		v->tag[i] = payload->tag[i];
		v->col[i] = tl_block_raw(payload, i);
	}
}

/* Encodes lengths that follow from scripts as just that; and scripts whose lengths do, as m->next. */
static enum tl_status encode_counted(struct tl_modelled *m, const struct view *v, size_t i,
				     uint8_t *dst, size_t *ret, struct tl_err *err)
{
	struct tl_scripted s = {0};
	struct tl_str raw = v->col[i], ops = column_of(v, TAG_OPSV);
	uint8_t *again = tl_mem_alloc(raw.n, 1, err);
	size_t n = 0, got = 0;
	if (!again)
		return TL_NOMEM;
	enum tl_status st = look(v, true, &s, err);
	if (st == TL_OK)
		tl_scripted_put(&s, counts_of(&s, v->tag[i]), again, raw.n, &n);
	bool same = n == raw.n && raw.n > 1 && !memcmp(again, raw.p, n);
	if (same && v->tag[i] == TL_TAG_LENGTHS(TAG_OPSV)) {
		struct tl_predict_hint hint = {
			.base = s.base, .length = s.length, .items = s.items};
		st = tl_buf_reserve(&m->next, ops.n, err);
		if (st == TL_OK && ops.n > 1)
			st = tl_predict_encode(TL_PREDICT_SCRIPTS, ops.p, ops.n, &hint,
					       m->next.data, ops.n - 1, &got, err);
		m->next.len = got;
		same = got > 0;
	}
	if (same)
		dst[0] = TL_PREDICT_COUNTED;
	*ret = same;
	tl_scripted_free(&s);
	free(again);
	return st == TL_DATA ? TL_OK : st;
}

static enum tl_status encode_plain(const struct view *v, size_t i, uint8_t *dst, size_t room,
				   size_t *ret, struct tl_err *err)
{
	struct tl_scripted s = {0};
	struct tl_predict_hint hint = {.items = 0};
	uint32_t tag = v->tag[i], cut = lengths_tag(tag);
	enum tl_predict_model model = model_of(tag);
	enum tl_status st = TL_OK;
	if (cut != tag)
		hint.lengths = column_of(v, cut);
	if (model == TL_PREDICT_KEYED) {
		st = look(v, true, &s, err);
		model = st == TL_OK ? model : TL_PREDICT_BYTES;
		hint.key = s.key;
		hint.keys = s.keys;
	}
	if (st == TL_OK || st == TL_DATA)
		st = tl_predict_encode(model, v->col[i].p, v->col[i].n, &hint, dst, room, ret, err);
	tl_scripted_free(&s);
	return st;
}

enum tl_status tl_modelled_encode(struct tl_modelled *m, const struct tl_payload *payload, size_t i,
				  uint8_t *dst, size_t room, size_t *ret, struct tl_err *err)
{
	struct view v;
	uint32_t tag = payload->tag[i], next = i + 1 < payload->columns ? payload->tag[i + 1] : 0;
	enum tl_status st = TL_OK;
	*ret = 0;
	if (m->next.len) {
		memcpy(dst, m->next.data, m->next.len);
		*ret = m->next.len;
		tl_buf_reset(&m->next);
		return TL_OK;
	}
	view_payload(payload, &v);
	if (tag == TL_TAG_LENGTHS(TAG_HEAD) && next == TAG_HEAD)
		st = encode_lines(m, &v, i, dst, room, ret, err);
	else if (is_counted(tag) && TL_TAG_LENGTHS(next) == tag && room)
		st = encode_counted(m, &v, i, dst, ret, err);
	if (st != TL_OK || *ret)
		return st;
	return encode_plain(&v, i, dst, room, ret, err);
}

/* 2. Decoding. */

/* Cuts lines into strings; they must fill both columns just so. */
static bool split(const uint8_t *text, size_t n, uint8_t *lengths, size_t lengths_n, uint8_t *bytes,
		  size_t bytes_n)
{
	size_t pos = 0, put = 0, from = 0;
	while (from < n) {
		const uint8_t *end = memchr(text + from, '\n', n - from);
		size_t len = end ? (size_t)(end - text) - from : 0;
		if (!end || len > bytes_n - put || lengths_n - pos < varint_size(len))
			return false;
		pos += tl_bits_put_varint(lengths + pos, len);
		memcpy(bytes + put, text + from, len);
		put += len;
		from += len + 1;
	}
	return pos == lengths_n && put == bytes_n;
}

static enum tl_status decode_lines(const struct view *v, const struct tl_block_col *lengths,
				   const struct tl_block_col *bytes, uint8_t *to,
				   struct tl_err *err)
{
	size_t pos = 1;
	uint64_t items, *keys = NULL;
	struct tl_predict_hint hint = {.items = 0};
	if (!tl_bits_get_varint(lengths->data, lengths->stored, &pos, &items) ||
	    pos != lengths->stored || items > lengths->raw || bytes->data[0] != TL_PREDICT_NAMES)
		return tl_err_set(err, TL_DATA, "it has lengths of no strings");
	size_t n = bytes->raw + (size_t)items;
	uint8_t *text = tl_mem_alloc(n, 1, err);
	if (!text)
		return TL_NOMEM;
	enum tl_status st = look_at_bases(v, &keys, &hint, err);
	if (st == TL_OK)
		st = tl_predict_decode(bytes->data, bytes->stored, &hint, text, n, err);
	if (st == TL_OK && !split(text, n, to, lengths->raw, to + lengths->raw, bytes->raw))
		st = tl_err_set(err, TL_DATA, "it has strings of other lengths");
	free(text);
	free(keys);
	return st;
}

static enum tl_status wrong(struct tl_err *err)
{
	return tl_err_set(err, TL_DATA, "it has lengths of no strings");
}

static enum tl_status decode_scripts(const struct tl_scripted *s, const struct tl_block_col *ops,
				     uint8_t *to, struct tl_err *err)
{
	struct tl_predict_hint hint = {.base = s->base, .length = s->length, .items = s->items};
	return tl_predict_decode(ops->data, ops->stored, &hint, to, ops->raw, err);
}

/* Lengths that follow from scripts: of the scripts themselves, which come next, or of others. */
static enum tl_status decode_counted(const struct view *v, const struct tl_block_col *col,
				     bool scripts, uint8_t *to, struct tl_err *err)
{
	struct tl_scripted s = {0};
	size_t n = 0;
	enum tl_status st = look(v, !scripts, &s, err);
	if (st == TL_OK && scripts)
		st = decode_scripts(&s, col + 1, to + col->raw, err);
	if (st == TL_OK && scripts)
		st = tl_scripted_walk(&s, (struct tl_str){to + col->raw, col[1].raw}, err);
	if (st == TL_OK) {
		tl_scripted_put(&s, counts_of(&s, col->tag), to, col->raw, &n);
		st = n == col->raw ? TL_OK : wrong(err);
	}
	tl_scripted_free(&s);
	return st;
}

static void view_block(const struct tl_block *block, size_t i, struct view *v)
{
	v->n = i;
	for (size_t j = 0; j < i; j++) {
		v->tag[j] = block->col[j].tag;
		v->col[j] = (struct tl_str){block->col[j].data, block->col[j].raw};
	}
}

static enum tl_status decode_plain(const struct view *v, const struct tl_block_col *col,
				   uint8_t *to, struct tl_err *err)
{
	struct tl_scripted s = {0};
	struct tl_predict_hint hint = {.lengths = column_of(v, lengths_tag(col->tag))};
	enum tl_status st = TL_OK;
	if (col->data[0] == TL_PREDICT_KEYED) {
		st = look(v, true, &s, err);
		hint.key = s.key;
		hint.keys = s.keys;
	}
	if (st == TL_OK)
		st = tl_predict_decode(col->data, col->stored, &hint, to, col->raw, err);
	tl_scripted_free(&s);
	return st;
}

enum tl_status tl_modelled_decode(struct tl_block *block, size_t i, uint8_t *to,
				  size_t *ret_columns, struct tl_err *err)
{
	const struct tl_block_col *col = &block->col[i];
	const struct tl_block_col *next = i + 1 < block->columns ? col + 1 : NULL;
	struct view v;
	bool lines = col->data[0] == TL_PREDICT_IMPLIED,
	     counted = col->data[0] == TL_PREDICT_COUNTED;
	*ret_columns = 1;
	view_block(block, i, &v);
	if (!lines && !counted)
		return decode_plain(&v, col, to, err);
	if (!next || TL_TAG_LENGTHS(next->tag) != col->tag || next->tag == col->tag)
		return wrong(err);
	bool scripts = counted && next->tag == TAG_OPSV;
	if (counted && (!is_counted(col->tag) || col->stored != 1))
		return wrong(err);
	if (counted && !scripts)
		return decode_counted(&v, col, false, to, err);
	if (next->codec != TL_CODEC_MODEL ||
	    next->data[0] != (lines ? TL_PREDICT_NAMES : TL_PREDICT_SCRIPTS))
		return wrong(err);
	*ret_columns = 2;
	return lines ? decode_lines(&v, col, next, to, err) : decode_counted(&v, col, true, to, err);
}
