/* SPDX-License-Identifier: MIT */
/* test_edge: edges to payloads and back, and payloads that lie. */
#include <tl/edge.h>

#include <tl/hash.h>

#include "sample.h"
#include "tltest.h"

static struct tl_payload payload;

static void to_block(struct tl_block *block, uint64_t first, size_t records)
{
	struct tl_err err = {0};
	uint8_t head[TL_BLOCK_HEADER];
	tl_block_free(block);
	block->head = (struct tl_block_head){
		.type = TL_BLOCK_EDGE, .first = first, .records = (uint32_t)records};
	tl_test_ok(tl_block_pack(&payload, TL_CODEC_LZ4, 1, &block->head, &block->payload, &err),
		   err);
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
	tl_test_ok(tl_block_open(block, &err), err);
	tl_test_ok(tl_block_decode(block, &err), err);
}

static void test_round(void)
{
	struct tl_edges in = {0}, out = {0};
	struct tl_block block = {0};
	struct tl_err err = {0};
	for (int i = 0; i < 50; i++) {
		size_t n = tl_test_below(300);
		uint64_t below = 1 + (tl_test_random() >> (1 + tl_test_below(60)));
		uint64_t first = tl_test_below(below), shift = i % 2 ? 0 : 1000;
		sample_edges(&in, n, below / 2 + 1);
		tl_test_ok(tl_edge_encode(&in, first, &payload, &err), err);
		to_block(&block, first, n);
		tl_test_ok(tl_edge_decode(&block, shift, &out, &err), err);
		same_edges(&in, &out, shift);
	}
	tl_test(tl_edge_bytes(&in) >= in.n * 17 + in.ops.bytes.len + in.lita.bytes.len);
	tl_block_free(&block);
	tl_edge_free(&in);
	tl_edge_free(&out);
}

static void refused(uint64_t first, size_t records, uint64_t shift)
{
	struct tl_block block = {0};
	struct tl_edges out = {0};
	struct tl_err err = {0};
	to_block(&block, first, records);
	tl_test_eq(tl_edge_decode(&block, shift, &out, &err), TL_DATA);
	tl_test_eq(out.n, 0);
	tl_block_free(&block);
	tl_edge_free(&out);
}

static void test_lies(void)
{
	struct tl_edges in = {0};
	struct tl_err err = {0};
	sample_edges(&in, 40, 500);
	tl_test_ok(tl_edge_encode(&in, 500, &payload, &err), err);
	refused(500, 39, 0);
	refused(500, 41, 0);
	refused(500, TL_BLOCK_RECORDS, 0);
	refused(0, 40, 0);
	refused(0, 40, 400); /* edges between records before the stream */
	refused(TL_BLOCK_ORDINALS + 500, 40, 0);
	refused(500, 40, UINT64_MAX);
	for (size_t i = 0; i < payload.columns; i++) {
		if (!payload.col[i].len)
			continue;
		payload.col[i].len--;
		refused(500, 40, 0);
		payload.col[i].len++;
		tl_test_ok(tl_buf_fill(&payload.col[i], 0, 1, &err), err);
		refused(500, 40, 0);
		payload.col[i].len--;
		payload.tag[i] ^= 16;
		refused(500, 40, 0);
		payload.tag[i] ^= 16;
	}
	tl_edge_free(&in);
}

/* Bytes of a direction whose flag is not set; unknown flags; an edge from a record to itself. */
static void test_flags(void)
{
	struct tl_err err = {0};
	const uint8_t base = 'A';
	for (int i = 0; i < 7; i++) {
		struct tl_edges in = {0};
		struct tl_edge e = {.a = 3, .b = 4, .flags = TL_EDGE_A | TL_EDGE_B};
		struct tl_str *s[] = {&e.suba, &e.lita, &e.subb, &e.litb};
		if (i < 4) {
			*s[i] = (struct tl_str){&base, 1};
			e.flags = i < 2 ? TL_EDGE_B : TL_EDGE_A;
		}
		e.flags |= i == 4 ? 8 : 0;
		e.b = i == 5 ? 3 : 4;
		tl_test_ok(tl_edge_add(&in, &e, &err), err);
		enum tl_status st = tl_edge_encode(&in, 0, &payload, &err);
		tl_test_eq(st, i == 5 ? TL_INTERNAL : TL_OK);
		if (i < 5)
			refused(0, 1, 0);
		tl_edge_free(&in);
	}
	/* b - a stored as 0 */
	payload.col[1].data[0] = 0;
	refused(0, 1, 0);
	tl_block_discard(&payload);
}

int main(void)
{
	TL_RUN(test_round);
	TL_RUN(test_lies);
	TL_RUN(test_flags);
	return tl_test_end();
}
