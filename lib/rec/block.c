/* SPDX-License-Identifier: MIT */
/* block: one block of the record stream: header, columns, check.  man tl-stream(5) sections 3, 4.
 *
 * Contents: 1. types  2. the header  3. a payload under construction  4. packing it  5. opening
 * and decoding one.
 */
#include <tl/block.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/hash.h>
#include <tl/mem.h>

#include "codec.h"
#include "modelled.h"

#define ENTRY 16 /* bytes of an entry of the directory */

/* 1. Types. */

bool tl_block_ancillary(uint32_t type)
{
	return type & 0x20;
}

bool tl_block_safe(uint32_t type)
{
	return type >> 24 & 0x20;
}

struct tl_block_name tl_block_type_name(uint32_t type)
{
	struct tl_block_name name = {{0}};
	for (int i = 0; i < 4; i++) {
		uint8_t c = (uint8_t)(type >> 8 * i);
		bool letter = (uint8_t)((c | 0x20) - 'a') < 26;
		name.s[i] = letter ? (char)c : '?';
	}
	return name;
}

const char *tl_block_codec_name(unsigned codec)
{
	return codec < TL_CODECS ? tl_codec_name((enum tl_codec)codec) : "?";
}

/* 2. The header. */

void tl_block_put_head(const struct tl_block_head *head, uint8_t out[TL_BLOCK_HEADER])
{
	tl_bits_put32(out, head->type);
	out[4] = head->flags;
	out[5] = head->codec;
	tl_bits_put16(out + 6, 0);
	tl_bits_put64(out + 8, head->number);
	tl_bits_put64(out + 16, head->first);
	tl_bits_put32(out + 24, head->records);
	tl_bits_put32(out + 28, head->raw);
	tl_bits_put32(out + 32, head->stored);
	tl_bits_put32(out + 36, (uint32_t)tl_hash_64(out, 36));
}

enum tl_status tl_block_get_head(const uint8_t in[TL_BLOCK_HEADER], struct tl_block_head *ret,
				 struct tl_err *err)
{
	if (tl_bits_get32(in + 36) != (uint32_t)tl_hash_64(in, 36))
		return tl_err_set(err, TL_DATA, "the check of its header does not match");
	*ret = (struct tl_block_head){
		.type = tl_bits_get32(in),
		.flags = in[4],
		.codec = in[5],
		.number = tl_bits_get64(in + 8),
		.first = tl_bits_get64(in + 16),
		.records = tl_bits_get32(in + 24),
		.raw = tl_bits_get32(in + 28),
		.stored = tl_bits_get32(in + 32),
	};
	if (strchr(tl_block_type_name(ret->type).s, '?'))
		return tl_err_set(err, TL_DATA, "its type has bytes that are no letters");
	if (tl_bits_get16(in + 6))
		return tl_err_set(err, TL_DATA, "a field of its header that must be 0 is %u",
				  tl_bits_get16(in + 6));
	if (ret->codec >= TL_CODECS)
		return tl_err_set(err, TL_DATA, "it has codec %u, which is not known", ret->codec);
	if (ret->raw > TL_BLOCK_MAX || ret->stored > TL_BLOCK_MAX)
		return tl_err_set(err, TL_DATA, "it claims more than %u bytes", TL_BLOCK_MAX);
	if (ret->records > TL_BLOCK_RECORDS)
		return tl_err_set(err, TL_DATA, "it claims more than %u entries", TL_BLOCK_RECORDS);
	return TL_OK;
}

uint64_t tl_block_sum(const uint8_t head[TL_BLOCK_HEADER], uint64_t payload_hash)
{
	uint8_t both[TL_BLOCK_HEADER + 8];
	memcpy(both, head, TL_BLOCK_HEADER);
	tl_bits_put64(both + TL_BLOCK_HEADER, payload_hash);
	return tl_hash_64(both, sizeof both);
}

uint64_t tl_block_chain(uint64_t digest, uint64_t check)
{
	uint8_t both[16];
	tl_bits_put64(both, digest);
	tl_bits_put64(both + 8, check);
	return tl_hash_64(both, sizeof both);
}

/* 3. A payload under construction. */

struct tl_buf *tl_block_column(struct tl_payload *payload, uint32_t tag)
{
	size_t i = payload->columns++;
	payload->tag[i] = tag;
	payload->lent[i] = (struct tl_str){NULL, 0};
	tl_buf_reset(&payload->col[i]);
	return &payload->col[i];
}

void tl_block_lend(struct tl_payload *payload, uint32_t tag, struct tl_str bytes)
{
	(void)tl_block_column(payload, tag);
	payload->lent[payload->columns - 1] = bytes;
}

struct tl_str tl_block_raw(const struct tl_payload *payload, size_t i)
{
	const struct tl_buf *own = &payload->col[i];
	return payload->lent[i].n ? payload->lent[i] : (struct tl_str){own->data, own->len};
}

void tl_block_clear(struct tl_payload *payload)
{
	payload->columns = 0;
}

void tl_block_discard(struct tl_payload *payload)
{
	for (size_t i = 0; i < TL_BLOCK_COLUMNS; i++)
		tl_buf_free(&payload->col[i]);
	payload->columns = 0;
}

/* What a thread keeps that packs or decodes many. */
struct tl_block_room {
	struct tl_codec_ctx ctx;
	struct tl_buf decoded;
};

/* 4. Packing it. */

struct packing {
	struct tl_codec_ctx *ctx;
	enum tl_codec codec;
	int level;
	enum tl_codec used; /* codec, once a column became smaller by it */
	const struct tl_payload *payload;
	struct tl_modelled modelled;
	struct tl_buf *out;
	size_t entry; /* offset in out of the next entry of the directory */
};

/* The next entry of the directory. */
static void put_entry(struct packing *p, uint32_t tag, size_t raw, size_t stored,
		      enum tl_codec codec)
{
	uint8_t *entry = p->out->data + p->entry;
	memset(entry, 0, ENTRY);
	tl_bits_put32(entry, tag);
	tl_bits_put32(entry + 4, (uint32_t)raw);
	tl_bits_put32(entry + 8, (uint32_t)stored);
	entry[12] = (uint8_t)codec;
	p->entry += ENTRY;
}

/* Residues of proteins hardly repeat but for whole sequences: the levels of zstd from 3 to 15 find
 * short matches in them that cost more than they save, and are slower.  Headers, and what scripts do,
 * are alike in short pieces, which the levels below 8 leave: they become a sixth smaller, in 20 ms
 * more for each MB. */
static int level_of(int level, uint32_t tag)
{
	if (level < 3 || level > 18)
		return level;
	if (tag == TL_TAG('R', 'E', 'S', 'I'))
		return level < 16 ? 2 : 16;
	if (tag == TL_TAG('H', 'E', 'A', 'D') || tag == TL_TAG('R', 'U', 'N', 'O'))
		return level < 8 ? 8 : level;
	return level;
}

/* Encodes column i to the end of out, which has room; *ret is its length, or that of the column
 * where it did not become smaller. */
static enum tl_status encode_column(struct packing *p, size_t i, size_t *ret, struct tl_err *err)
{
	struct tl_str raw = tl_block_raw(p->payload, i);
	uint8_t *dst = p->out->data + p->out->len;
	p->ctx->level = level_of(p->level, p->payload->tag[i]);
	if (p->codec != TL_CODEC_MODEL)
		return tl_codec_encode(p->ctx, p->codec, raw.p, raw.n, dst, ret, err);
	enum tl_status st =
		tl_modelled_encode(&p->modelled, p->payload, i, dst, raw.n - 1, ret, err);
	if (!*ret)
		*ret = raw.n;
	return st;
}

static enum tl_status pack_column(struct packing *p, size_t i, struct tl_err *err)
{
	struct tl_str raw = tl_block_raw(p->payload, i);
	uint32_t tag = p->payload->tag[i];
	struct tl_buf *out = p->out;
	size_t stored = raw.n;
	enum tl_codec codec = TL_CODEC_NONE;
	enum tl_status st = tl_buf_reserve(out, tl_codec_bound(p->codec, raw.n), err);
	if (st == TL_OK && p->codec != TL_CODEC_NONE) {
		st = encode_column(p, i, &stored, err);
		codec = p->codec;
	}
	if (st != TL_OK)
		return st;
	if (codec == TL_CODEC_NONE || stored >= raw.n) {
		stored = raw.n;
		codec = TL_CODEC_NONE;
		memcpy(out->data + out->len, raw.p, stored);
	}
	out->len += stored;
	p->used = codec == TL_CODEC_NONE ? p->used : codec;
	put_entry(p, tag, raw.n, stored, codec);
	return TL_OK;
}

/* Sets raw in the head, and begins the payload with room for the directory and then more bytes. */
static enum tl_status begin(struct packing *p, const struct tl_payload *payload, bool copy,
			    struct tl_block_head *head, struct tl_err *err)
{
	size_t raw = 0, columns = 0;
	for (size_t i = 0; i < payload->columns; i++) {
		size_t n = tl_block_raw(payload, i).n;
		columns += n > 0;
		raw += n;
		if (n > TL_BLOCK_MAX || raw > TL_BLOCK_MAX)
			return tl_err_set(err, TL_INTERNAL, "a block of more than %u bytes",
					  TL_BLOCK_MAX);
	}
	size_t first = 4 + ENTRY * columns;
	enum tl_status st = tl_buf_reserve(p->out, first + (copy ? raw : 0), err);
	if (st != TL_OK)
		return st;
	p->entry = p->out->len + 4;
	tl_bits_put32(p->out->data + p->out->len, (uint32_t)columns);
	p->out->len += first;
	head->raw = (uint32_t)raw;
	return TL_OK;
}

/* Ends the payload of so many bytes. */
static enum tl_status end(const struct packing *p, size_t stored, struct tl_block_head *head,
			  struct tl_err *err)
{
	if (stored > TL_BLOCK_MAX)
		return tl_err_set(err, TL_INTERNAL, "a block of more than %u bytes", TL_BLOCK_MAX);
	head->stored = (uint32_t)stored;
	head->codec = (uint8_t)p->used;
	return TL_OK;
}

enum tl_status tl_block_pack_in(const struct tl_payload *payload, enum tl_codec codec, int level,
				struct tl_block_room *room, struct tl_block_head *head,
				struct tl_buf *out, struct tl_err *err)
{
	size_t start = out->len;
	struct packing p = {
		.ctx = &room->ctx, .level = level, .codec = codec, .out = out, .payload = payload};
	enum tl_status st = begin(&p, payload, true, head, err);
	for (size_t i = 0; i < payload->columns && st == TL_OK; i++)
		if (tl_block_raw(payload, i).n)
			st = pack_column(&p, i, err);
	tl_buf_free(&p.modelled.next);
	if (st == TL_OK)
		st = end(&p, out->len - start, head, err);
	if (st != TL_OK)
		out->len = start;
	return st;
}

enum tl_status tl_block_pack(const struct tl_payload *payload, enum tl_codec codec, int level,
			     struct tl_block_head *head, struct tl_buf *out, struct tl_err *err)
{
	struct tl_block_room room = {0};
	enum tl_status st = tl_block_pack_in(payload, codec, level, &room, head, out, err);
	tl_codec_free(&room.ctx);
	return st;
}

enum tl_status tl_block_plan(const struct tl_payload *payload, struct tl_block_head *head,
			     struct tl_buf *out, uint64_t *ret_hash, struct tl_err *err)
{
	size_t start = out->len, n = 1;
	struct tl_str part[TL_BLOCK_COLUMNS + 1];
	struct packing p = {.out = out};
	enum tl_status st = begin(&p, payload, false, head, err);
	for (size_t i = 0; i < payload->columns && st == TL_OK; i++) {
		part[n] = tl_block_raw(payload, i);
		if (part[n].n)
			put_entry(&p, payload->tag[i], part[n].n, part[n].n, TL_CODEC_NONE);
		n += part[n].n > 0;
	}
	if (st == TL_OK)
		st = end(&p, out->len - start + head->raw, head, err);
	if (st == TL_OK) {
		part[0] = (struct tl_str){out->data + start, out->len - start};
		st = tl_hash_parts(part, n, ret_hash, err);
	}
	if (st != TL_OK)
		out->len = start;
	return st;
}

/* 5. Opening and decoding one. */

static bool has_tag(const struct tl_block *block, uint32_t tag)
{
	for (size_t i = 0; i < block->columns; i++)
		if (block->col[i].tag == tag)
			return true;
	return false;
}

static enum tl_status read_entry(struct tl_block *block, const uint8_t *entry, struct tl_err *err)
{
	struct tl_block_col col = {
		.tag = tl_bits_get32(entry),
		.raw = tl_bits_get32(entry + 4),
		.stored = tl_bits_get32(entry + 8),
		.codec = entry[12],
	};
	const char *wrong = NULL;
	if (has_tag(block, col.tag))
		wrong = "occurs twice";
	else if (entry[13] || entry[14] || entry[15])
		wrong = "has a field that must be 0";
	else if (col.codec != TL_CODEC_NONE && col.codec != block->head.codec)
		wrong = "has another codec than its block";
	else if (!col.raw ||
		 (col.codec == TL_CODEC_NONE ? col.stored != col.raw : col.stored >= col.raw))
		wrong = "has a wrong length";
	if (wrong)
		return tl_err_set(err, TL_DATA, "column %s %s", tl_block_type_name(col.tag).s,
				  wrong);
	block->col[block->columns++] = col;
	return TL_OK;
}

static enum tl_status read_directory(struct tl_block *block, struct tl_err *err)
{
	const struct tl_buf *in = &block->payload;
	enum tl_status st = TL_OK;
	uint32_t n = in->len < 4 ? 0 : tl_bits_get32(in->data);
	size_t at = 4 + ENTRY * (size_t)n;
	uint64_t raw = 0;
	block->columns = 0;
	if (in->len < 4 || n > TL_BLOCK_COLUMNS || at > in->len)
		return tl_err_set(err, TL_DATA, "its list of columns does not fit");
	for (uint32_t i = 0; i < n; i++) {
		if ((st = read_entry(block, in->data + 4 + ENTRY * i, err)) != TL_OK)
			return st;
		struct tl_block_col *col = &block->col[i];
		if (col->stored > in->len - at)
			return tl_err_set(err, TL_DATA, "its columns are longer than the block");
		col->data = in->data + at;
		at += col->stored;
		raw += col->raw;
	}
	if (at != in->len || raw != block->head.raw)
		return tl_err_set(err, TL_DATA, "its columns do not add up to the block");
	return TL_OK;
}

enum tl_status tl_block_open(struct tl_block *block, struct tl_err *err)
{
	uint8_t head[TL_BLOCK_HEADER];
	block->columns = 0;
	if (block->payload.len != block->head.stored)
		return tl_err_set(err, TL_DATA, "it has another length than its header says");
	tl_block_put_head(&block->head, head);
	block->hash = tl_hash_64(block->payload.data, block->payload.len);
	if (tl_block_sum(head, block->hash) != block->check)
		return tl_err_set(err, TL_DATA, "the check does not match");
	return read_directory(block, err);
}

/* A column of strings goes with that of their lengths. */
static bool is_skipped(const struct tl_block *block, uint32_t tag)
{
	return block->skip && (tag == block->skip || tag == TL_TAG_LENGTHS(block->skip));
}

/* Decodes column i, and the next one where both are coded as one, to the end of decoded. */
static enum tl_status decode_column(struct tl_block *block, struct tl_codec_ctx *ctx,
				    struct tl_buf *decoded, size_t i, size_t *ret_columns,
				    struct tl_err *err)
{
	struct tl_block_col *col = &block->col[i];
	enum tl_status st;
	*ret_columns = 1;
	if (is_skipped(block, col->tag)) {
		col->data = NULL;
		col->raw = 0;
		return TL_OK;
	}
	if (col->codec == TL_CODEC_NONE)
		return TL_OK;
	uint8_t *to = decoded->data + decoded->len;
	if (col->codec == TL_CODEC_MODEL)
		st = tl_modelled_decode(block, i, to, ret_columns, err);
	else
		st = tl_codec_decode(ctx, (enum tl_codec)col->codec, col->data, col->stored, to,
				     col->raw, err);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "column %s", tl_block_type_name(col->tag).s);
	for (size_t k = 0; k < *ret_columns; k++) {
		col[k].data = to;
		to += col[k].raw;
		decoded->len += col[k].raw;
	}
	return st;
}

static enum tl_status decode_all(struct tl_block *block, struct tl_codec_ctx *ctx,
				 struct tl_buf *decoded, struct tl_err *err)
{
	size_t need = 0, columns = 1;
	for (size_t i = 0; i < block->columns; i++)
		need += block->col[i].codec == TL_CODEC_NONE ? 0 : block->col[i].raw;
	tl_buf_reset(decoded);
	enum tl_status st = need ? tl_buf_reserve(decoded, need, err) : TL_OK;
	for (size_t i = 0; i < block->columns && st == TL_OK; i += columns)
		st = decode_column(block, ctx, decoded, i, &columns, err);
	return st;
}

enum tl_status tl_block_decode(struct tl_block *block, struct tl_err *err)
{
	struct tl_codec_ctx ctx = {0};
	enum tl_status st = decode_all(block, &ctx, &block->decoded, err);
	tl_codec_free(&ctx);
	return st;
}

/* Columns of more bytes are rare: their memory is not kept. */
#define ROOM_BYTES (8u << 20)

enum tl_status tl_block_room_new(struct tl_block_room **ret, struct tl_err *err)
{
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	return *ret ? TL_OK : TL_NOMEM;
}

enum tl_status tl_block_decode_in(struct tl_block *block, struct tl_block_room *room,
				  struct tl_err *err)
{
	if (room->decoded.cap > ROOM_BYTES)
		tl_buf_free(&room->decoded);
	return decode_all(block, &room->ctx, &room->decoded, err);
}

void tl_block_room_free(struct tl_block_room *room)
{
	if (!room)
		return;
	tl_codec_free(&room->ctx);
	tl_buf_free(&room->decoded);
	tl_mem_free(room);
}

void tl_block_leave(struct tl_block *block)
{
	for (size_t i = 0; i < block->columns; i++)
		if (block->col[i].codec != TL_CODEC_NONE)
			block->col[i].data = NULL;
}

struct tl_str tl_block_get(const struct tl_block *block, uint32_t tag)
{
	for (size_t i = 0; i < block->columns; i++)
		if (block->col[i].tag == tag)
			return (struct tl_str){block->col[i].data, block->col[i].raw};
	return (struct tl_str){NULL, 0};
}

void tl_block_free(struct tl_block *block)
{
	tl_buf_free(&block->payload);
	tl_buf_free(&block->decoded);
	*block = (struct tl_block){0};
}
