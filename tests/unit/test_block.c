/* SPDX-License-Identifier: MIT */
/* test_block: headers, payloads, checks, directories. */
#include <tl/block.h>

#include <tl/bits.h>
#include <tl/hash.h>

#include "tltest.h"

#define TAG_A TL_TAG('A', 'A', 'A', 'A')
#define TAG_B TL_TAG('B', 'B', 'B', 'B')

/* Two columns, one that compresses well and one that does not, and an empty one. */
static void fill(struct tl_payload *payload, size_t n)
{
	struct tl_err err = {0};
	tl_block_clear(payload);
	tl_test_ok(tl_buf_fill(tl_block_column(payload, TAG_A), 'x', n, &err), err);
	(void)tl_block_column(payload, TL_TAG('N', 'O', 'N', 'E'));
	struct tl_buf *b = tl_block_column(payload, TAG_B);
	for (size_t i = 0; i < n; i++) {
		uint8_t byte = (uint8_t)tl_test_random();
		tl_test_ok(tl_buf_add(b, &byte, 1, &err), err);
	}
}

static void make(struct tl_block *block, enum tl_codec codec, size_t n, struct tl_payload *payload)
{
	struct tl_err err = {0};
	uint8_t head[TL_BLOCK_HEADER];
	fill(payload, n);
	tl_block_free(block);
	block->head = (struct tl_block_head){.type = TL_BLOCK_SEQS, .number = 3, .first = 9};
	tl_test_ok(tl_block_pack(payload, codec, 3, &block->head, &block->payload, &err), err);
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
}

/* Makes the check right again after a change of the payload. */
static void mend(struct tl_block *block)
{
	uint8_t head[TL_BLOCK_HEADER];
	block->head.stored = (uint32_t)block->payload.len;
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
}

static void test_types(void)
{
	tl_test(!tl_block_ancillary(TL_BLOCK_SEQS) && !tl_block_safe(TL_BLOCK_SEQS));
	tl_test(tl_block_ancillary(TL_BLOCK_PROV) && tl_block_safe(TL_BLOCK_PROV));
	tl_test(tl_block_ancillary(TL_BLOCK_INDX) && !tl_block_safe(TL_BLOCK_INDX));
	tl_test(!strcmp(tl_block_type_name(TL_BLOCK_INDX).s, "indX"));
	tl_test(!strcmp(tl_block_type_name(TL_TAG('A', 0, '@', 'z')).s, "A??z"));
	tl_test(!strcmp(tl_block_codec_name(TL_CODEC_ZSTD), "zstd"));
	tl_test(!strcmp(tl_block_codec_name(77), "?"));
}

static void test_head(void)
{
	struct tl_err err = {0};
	struct tl_block_head h = {TL_BLOCK_DLTA, 1, TL_CODEC_LZ4, 1ULL << 40, 1ULL << 50, 5, 6, 7},
			     g;
	uint8_t bytes[TL_BLOCK_HEADER];
	tl_block_put_head(&h, bytes);
	tl_test_ok(tl_block_get_head(bytes, &g, &err), err);
	tl_test(g.type == h.type && g.flags == 1 && g.codec == TL_CODEC_LZ4 &&
		g.number == h.number && g.first == h.first && g.records == 5 && g.raw == 6 &&
		g.stored == 7);
	for (size_t i = 0; i < sizeof bytes * 8; i++) {
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		tl_test_eq(tl_block_get_head(bytes, &g, &err), TL_DATA);
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
}

/* A header whose own check is right, but which claims what must not be. */
static void test_head_limits(void)
{
	struct tl_err err = {0};
	struct tl_block_head good = {.type = TL_BLOCK_SEQS}, g;
	struct tl_block_head bad[5] = {good, good, good, good, good};
	uint8_t bytes[TL_BLOCK_HEADER];
	bad[0].codec = TL_CODECS;
	bad[1].raw = TL_BLOCK_MAX + 1;
	bad[2].stored = TL_BLOCK_MAX + 1;
	bad[3].records = TL_BLOCK_RECORDS + 1;
	bad[4].type = TL_TAG('A', 'B', '1', 'C');
	for (int i = 0; i < 5; i++) {
		tl_block_put_head(&bad[i], bytes);
		tl_test_eq(tl_block_get_head(bytes, &g, &err), TL_DATA);
	}
	tl_block_put_head(&good, bytes);
	tl_test_ok(tl_block_get_head(bytes, &g, &err), err);
	bytes[6] = 1;
	tl_bits_put32(bytes + 36, (uint32_t)tl_hash_64(bytes, 36));
	tl_test_eq(tl_block_get_head(bytes, &g, &err), TL_DATA);
}

static void test_round(void)
{
	static struct tl_payload payload;
	struct tl_block block = {0};
	struct tl_err err = {0};
	static const size_t sizes[] = {0, 1, 5, 100, 70000};
	for (unsigned codec = 0; codec < TL_CODECS; codec++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			size_t n = sizes[i];
			make(&block, (enum tl_codec)codec, n, &payload);
			tl_test_eq(block.head.raw, 2 * n);
			tl_test_eq(block.head.stored, block.payload.len);
			tl_test_eq(block.head.codec, n >= 100 ? codec : 0);
			tl_test_ok(tl_block_open(&block, &err), err);
			tl_test_eq(block.columns, n ? 2 : 0);
			tl_test_ok(tl_block_decode(&block, &err), err);
			struct tl_str a = tl_block_get(&block, TAG_A),
				      b = tl_block_get(&block, TAG_B);
			tl_test_eq(a.n, n);
			tl_test_eq(b.n, n);
			tl_test(!n || !memcmp(a.p, payload.col[0].data, n));
			tl_test(!n || !memcmp(b.p, payload.col[2].data, n));
			tl_test_eq(tl_block_get(&block, TAG_A + 1).n, 0);
		}
	tl_block_free(&block);
	tl_block_discard(&payload);
}

static void test_damage(void)
{
	static struct tl_payload payload;
	struct tl_block block = {0};
	struct tl_err err = {0};
	make(&block, TL_CODEC_NONE, 20, &payload);
	for (size_t i = 0; i < block.payload.len; i++) {
		block.payload.data[i] ^= 0x10;
		tl_test_eq(tl_block_open(&block, &err), TL_DATA);
		block.payload.data[i] ^= 0x10;
	}
	block.head.first++;
	tl_test_eq(tl_block_open(&block, &err), TL_DATA);
	block.head.first--;
	block.payload.len--;
	tl_test_eq(tl_block_open(&block, &err), TL_DATA);
	block.payload.len++;
	tl_test_ok(tl_block_open(&block, &err), err);
	tl_block_free(&block);
	tl_block_discard(&payload);
}

/* Directories that lie although the check is right. */
static void test_directory(void)
{
	static struct tl_payload payload;
	struct tl_block block = {0};
	struct tl_err err = {0};
	static const struct {
		size_t at;
		uint8_t value;
	} lies[] = {
		{0, 3},  {0, 1},  {0, 33}, {3, 0x80}, {20, 'A'}, {8, 21}, {12, 19},
		{16, 1}, {17, 1}, {19, 1}, {8, 0},    {24, 40},  {15, 1},
	};
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		make(&block, TL_CODEC_NONE, 20, &payload);
		tl_test_eq(block.payload.len, 4 + 32 + 40);
		if (lies[i].at == 20)
			memcpy(block.payload.data + 20, "AAAA", 4);
		else
			block.payload.data[lies[i].at] = lies[i].value;
		mend(&block);
		tl_test_eq(tl_block_open(&block, &err), TL_DATA);
	}
	make(&block, TL_CODEC_NONE, 20, &payload);
	tl_test_ok(tl_buf_fill(&block.payload, 0, 1, &err), err);
	mend(&block);
	tl_test_eq(tl_block_open(&block, &err), TL_DATA);
	block.payload.len = 3;
	mend(&block);
	tl_test_eq(tl_block_open(&block, &err), TL_DATA);
	tl_block_free(&block);
	tl_block_discard(&payload);
}

/* Compressed bytes that lie although the check is right: an error or other bytes, no more. */
static void test_codec_damage(void)
{
	static struct tl_payload payload;
	struct tl_block block = {0};
	struct tl_err err = {0};
	for (unsigned codec = TL_CODEC_LZ4; codec < TL_CODECS; codec++) {
		unsigned refused = 0;
		for (int i = 0; i < 500; i++) {
			make(&block, (enum tl_codec)codec, 500, &payload);
			size_t end = 36 + (block.payload.len - 36 - 500);
			block.payload.data[36 + tl_test_below(end - 36)] ^=
				(uint8_t)(1 + tl_test_below(255));
			mend(&block);
			tl_test_ok(tl_block_open(&block, &err), err);
			enum tl_status st = tl_block_decode(&block, &err);
			tl_test(st == TL_OK || st == TL_DATA);
			refused += st == TL_DATA;
		}
		tl_test(refused > 50);
	}
	tl_block_free(&block);
	tl_block_discard(&payload);
}

static void test_too_large(void)
{
	static struct tl_payload payload;
	struct tl_err err = {0};
	struct tl_block_head head = {0};
	struct tl_buf out = {0};
	tl_test_ok(tl_buf_fill(tl_block_column(&payload, TAG_A), 1, TL_BLOCK_MAX, &err), err);
	tl_test_eq(tl_block_pack(&payload, TL_CODEC_NONE, 0, &head, &out, &err), TL_INTERNAL);
	tl_test_ok(tl_buf_fill(tl_block_column(&payload, TAG_B), 1, 1, &err), err);
	tl_test_eq(tl_block_pack(&payload, TL_CODEC_LZ4, 0, &head, &out, &err), TL_INTERNAL);
	tl_test_eq(out.len, 0);
	tl_buf_free(&out);
	tl_block_discard(&payload);
}

/* Residues of proteins are no larger at a higher level. */
static void test_levels(void)
{
	static const char letters[] = "LLLLAAAGGVVEESSIKRDTPNQFYMHCW";
	struct tl_payload payload = {0};
	struct tl_block block = {0};
	struct tl_err err = {0};
	size_t last = SIZE_MAX;
	struct tl_buf *resi = tl_block_column(&payload, TL_TAG('R', 'E', 'S', 'I'));
	for (size_t i = 0; i < 200000; i++) {
		uint8_t s = (uint8_t)letters[tl_test_below(sizeof letters - 1)];
		tl_test_ok(tl_buf_add(resi, &s, 1, &err), err);
	}
	for (int level = 2; level <= 19; level++) {
		tl_buf_reset(&block.payload);
		tl_test_ok(tl_block_pack(&payload, TL_CODEC_ZSTD, level, &block.head,
					 &block.payload, &err),
			   err);
		tl_test(block.payload.len <= last);
		last = block.payload.len;
	}
	tl_block_free(&block);
	tl_block_discard(&payload);
}

int main(void)
{
	TL_RUN(test_types);
	TL_RUN(test_head);
	TL_RUN(test_head_limits);
	TL_RUN(test_round);
	TL_RUN(test_damage);
	TL_RUN(test_directory);
	TL_RUN(test_codec_damage);
	TL_RUN(test_too_large);
	TL_RUN(test_levels);
	return tl_test_end();
}
