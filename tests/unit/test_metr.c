/* SPDX-License-Identifier: MIT */
/* test_metr: what is put comes back; broken blocks are refused. */
#include <tl/metr.h>

#include <tl/hash.h>

#include "tltest.h"

/* Packs a payload as a block of n entries and opens it. */
static void make(struct tl_payload *payload, uint32_t n, struct tl_block *block)
{
	struct tl_err err;
	memset(block, 0, sizeof *block);
	block->head.type = TL_BLOCK_METR;
	block->head.records = n;
	tl_test_ok(tl_block_pack(payload, TL_CODEC_NONE, 0, &block->head, &block->payload, &err), err);
	block->head.stored = (uint32_t)block->payload.len;
	uint8_t head[TL_BLOCK_HEADER];
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
	tl_test_ok(tl_block_open(block, &err), err);
	tl_test_ok(tl_block_decode(block, &err), err);
}

static void test_round(void)
{
	static struct tl_metrics m;
	struct tl_payload payload = {0};
	struct tl_block block;
	struct tl_metr got = {0};
	struct tl_err err;
	uint32_t n;
	m.count[TL_METRICS_TASKS] = 7;
	m.count[TL_METRICS_SPILL_BYTES] = UINT64_MAX;
	m.peak[TL_METRICS_PEAK_LANE] = 3;
	m.bucket[TL_METRICS_BLOCK_BYTES][64] = 2;
	tl_test_ok(tl_metr_put("tl-test 1", &m, &payload, &n, &err), err);
	tl_test_eq(n, 4);
	make(&payload, n, &block);
	for (int lap = 0; lap < 2; lap++) {
		tl_test_ok(tl_metr_get(&block, &got, &err), err);
		tl_test_eq(got.n, 4);
		tl_test(got.tool.len == 9 && !memcmp(got.tool.data, "tl-test 1", 9));
		struct tl_str name = tl_col_get(&got.name, 3);
		tl_test(name.n == 14 && !memcmp(name.p, "block_bytes.64", 14));
		tl_test(got.value[0] == 7 && got.value[1] == UINT64_MAX && got.value[2] == 3 &&
			got.value[3] == 2);
	}
	/* As many entries as there are numbers. */
	block.head.records = 3;
	tl_test_eq(tl_metr_get(&block, &got, &err), TL_DATA);
	block.head.records = 5000;
	tl_test_eq(tl_metr_get(&block, &got, &err), TL_DATA);
	tl_block_free(&block);
	tl_block_discard(&payload);
	tl_metr_free(&got);
}

static void refuse(const char *tool, const char *name)
{
	struct tl_payload payload = {0};
	struct tl_block block;
	struct tl_metr got = {0};
	struct tl_err err;
	uint8_t one = 1, length = (uint8_t)strlen(name);
	tl_test_ok(tl_buf_add(tl_block_column(&payload, TL_TAG('T', 'O', 'O', 'L')), tool,
			      strlen(tool), &err), err);
	tl_test_ok(tl_buf_add(tl_block_column(&payload, TL_TAG('N', 'A', 'M', 'E') | 0x20000000u),
			      &length, 1, &err), err);
	tl_test_ok(tl_buf_add(tl_block_column(&payload, TL_TAG('N', 'A', 'M', 'E')), name,
			      strlen(name), &err), err);
	tl_test_ok(tl_buf_add(tl_block_column(&payload, TL_TAG('V', 'A', 'L', 'U')), &one, 1, &err),
		   err);
	make(&payload, 1, &block);
	tl_test_eq(tl_metr_get(&block, &got, &err), TL_DATA);
	tl_test_eq(got.n, 0);
	tl_block_free(&block);
	tl_block_discard(&payload);
	tl_metr_free(&got);
}

static void test_broken(void)
{
	refuse("", "tasks");
	refuse("a \"tool\"", "tasks");
	refuse("tool\n", "tasks");
	refuse("tool", "Tasks");
	refuse("tool", "");
	refuse("tool", "ta sks");
}

int main(void)
{
	TL_RUN(test_round);
	TL_RUN(test_broken);
	return tl_test_end();
}
