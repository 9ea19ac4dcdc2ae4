/* SPDX-License-Identifier: MIT */
/* test_modelled: payloads through models: headers and their lengths as one, and damage to that. */
#include <tl/bits.h>
#include <tl/block.h>
#include <tl/hash.h>
#include <tl/predict.h>

#include "tltest.h"

#define TAG_HEAd TL_TAG('H', 'E', 'A', 'd')
#define TAG_HEAD TL_TAG('H', 'E', 'A', 'D')

static struct tl_payload payload;

/* Two columns of strings "gene_N odd", the seventh with the byte odd. */
static void fill(unsigned n, char odd)
{
	struct tl_err err = {0};
	char s[40];
	tl_block_clear(&payload);
	struct tl_buf *lengths = tl_block_column(&payload, TAG_HEAd);
	struct tl_buf *bytes = tl_block_column(&payload, TAG_HEAD);
	for (unsigned i = 0; i < n; i++) {
		int len = snprintf(s, sizeof s, "gene_%u strain%c", i, i == 7 ? odd : 'A');
		uint8_t v = (uint8_t)(i % 5 ? len : 0);
		tl_test_ok(tl_buf_add(lengths, &v, 1, &err), err);
		tl_test_ok(tl_buf_add(bytes, s, v, &err), err);
	}
}

static void seal(struct tl_block *block)
{
	uint8_t head[TL_BLOCK_HEADER];
	block->head.stored = (uint32_t)block->payload.len;
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
}

static void make(struct tl_block *block)
{
	struct tl_err err = {0};
	tl_block_free(block);
	block->head.type = TL_BLOCK_SEQS;
	tl_test_ok(tl_block_pack(&payload, TL_CODEC_MODEL, 20, &block->head, &block->payload, &err),
		   err);
	seal(block);
	tl_test_ok(tl_block_open(block, &err), err);
}

static void comes_back(struct tl_block *block)
{
	struct tl_err err = {0};
	tl_test_ok(tl_block_decode(block, &err), err);
	for (size_t i = 0; i < payload.columns; i++) {
		struct tl_str s = tl_block_get(block, payload.tag[i]);
		tl_test(s.n == payload.col[i].len && !memcmp(s.p, payload.col[i].data, s.n));
	}
}

static void test_lines(void)
{
	struct tl_block block = {0};
	fill(500, 'B');
	make(&block);
	tl_test_eq(block.columns, 2);
	tl_test_eq(block.col[0].data[0], TL_PREDICT_IMPLIED);
	tl_test_eq(block.col[0].stored, 3);
	tl_test_eq(block.col[1].data[0], TL_PREDICT_NAMES);
	tl_test(block.col[1].stored < block.col[1].raw / 8);
	comes_back(&block);
	tl_block_free(&block);
}

/* What cannot be lines is coded otherwise: an LF, lengths that are not in the shortest form. */
static void test_no_lines(void)
{
	struct tl_block block = {0};
	struct tl_err err = {0};
	fill(500, '\n');
	make(&block);
	tl_test_eq(block.col[1].data[0], TL_PREDICT_BYTES);
	comes_back(&block);
	fill(500, 'B');
	tl_test_ok(tl_buf_add(&payload.col[0], "\200\0", 2, &err), err);
	make(&block);
	tl_test_eq(block.col[1].data[0], TL_PREDICT_BYTES);
	comes_back(&block);
	tl_block_free(&block);
}

/* Where the code of column i begins in the payload. */
static uint8_t *code_of(struct tl_block *block, size_t i)
{
	return block->payload.data + (block->col[i].data - block->payload.data);
}

static void refuses(struct tl_block *block)
{
	seal(block);
	if (tl_block_open(block, NULL) == TL_OK)
		tl_test_eq(tl_block_decode(block, NULL), TL_DATA);
}

static void test_damage(void)
{
	struct tl_block block = {0};
	fill(300, 'B');
	make(&block);
	code_of(&block, 0)[1] ^= 1; /* one more or less */
	refuses(&block);
	make(&block);
	code_of(&block, 0)[2] |= 0x80; /* a number without end */
	refuses(&block);
	make(&block);
	code_of(&block, 1)[0] = TL_PREDICT_BYTES;
	refuses(&block);
	make(&block);
	code_of(&block, 1)[0] = TL_PREDICT_IMPLIED;
	refuses(&block);
	make(&block);
	block.payload.data[4] = 'X'; /* lengths of other strings than those that follow */
	refuses(&block);
	make(&block);
	block.payload.data[8]--; /* a byte of the lengths goes to the strings */
	block.payload.data[24]++;
	refuses(&block);
	tl_block_free(&block);
}

int main(void)
{
	TL_RUN(test_lines);
	TL_RUN(test_no_lines);
	TL_RUN(test_damage);
	tl_block_discard(&payload);
	return tl_test_end();
}
