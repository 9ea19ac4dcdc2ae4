/* SPDX-License-Identifier: MIT */
/* test_refid: numbers of references written and read, by ordinal and back; broken blocks. */
#include <tl/refid.h>

#include <tl/bits.h>
#include <tl/hash.h>

#include "tltest.h"

static struct tl_err err;

static void pack(struct tl_block *block, const struct tl_payload *payload, size_t n)
{
	uint8_t head[TL_BLOCK_HEADER];
	block->head = (struct tl_block_head){.type = TL_BLOCK_REFX, .records = (uint32_t)n};
	tl_buf_reset(&block->payload);
	tl_test_ok(tl_block_pack(payload, TL_CODEC_NONE, 0, &block->head, &block->payload, &err), err);
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
	tl_test_ok(tl_block_open(block, &err), err);
	tl_test_ok(tl_block_decode(block, &err), err);
}

/* In two blocks, as an archive of many references has them. */
static void test_round(void)
{
	static const uint64_t ordinal[] = {0, 3, 4, 1000000, (1ULL << 63) - 1}, id[] = {7, 1, 9, 0, 8};
	struct tl_refids ids = {.next = 10}, back = {0};
	struct tl_payload payload = {0};
	struct tl_block block = {0};
	uint64_t found;
	for (int i = 0; i < 5; i++)
		tl_test_ok(tl_refid_add(&ids, ordinal[i], id[i], &err), err);
	for (int at = 0; at < 5; at += 3) {
		tl_test_ok(tl_refid_encode(&ids, (size_t)at, at ? 2 : 3, &payload, &err), err);
		pack(&block, &payload, at ? 2 : 3);
		tl_test_ok(tl_refid_decode(&block, &back, &err), err);
	}
	tl_test_eq(back.n, 5);
	tl_test_eq(back.next, 10);
	for (int i = 0; i < 5; i++) {
		tl_test_eq(tl_refid_of(&back, ordinal[i]), id[i]);
		tl_test(tl_refid_find(&back, id[i], &found) && found == ordinal[i]);
	}
	/* Others have their ordinals; but one whose number is another one's ordinal has not that. */
	tl_test_eq(tl_refid_of(&back, 5), 5);
	tl_test(tl_refid_find(&back, 5, &found) && found == 5);
	tl_test(!tl_refid_find(&back, 4, &found));
	/* The same block again does not rise. */
	tl_test_eq(tl_refid_decode(&block, &back, &err), TL_DATA);
	tl_refid_free(&ids);
	tl_refid_free(&back);
	tl_block_free(&block);
	tl_block_discard(&payload);
}

static void test_broken(void)
{
	struct tl_refids ids = {.next = 5}, back = {0};
	struct tl_payload payload = {0};
	struct tl_block block = {0};
	tl_test_ok(tl_refid_add(&ids, 3, 5, &err), err);
	tl_test_ok(tl_refid_encode(&ids, 0, 1, &payload, &err), err);
	pack(&block, &payload, 1);
	tl_test_eq(tl_refid_decode(&block, &back, &err), TL_DATA); /* 5 is not below 5 */
	ids.next = UINT64_MAX;
	tl_test_ok(tl_refid_encode(&ids, 0, 1, &payload, &err), err);
	pack(&block, &payload, 1);
	tl_test_eq(tl_refid_decode(&block, &back, &err), TL_DATA);
	ids.next = 6;
	tl_test_ok(tl_refid_encode(&ids, 0, 1, &payload, &err), err);
	pack(&block, &payload, 2);
	tl_test_eq(tl_refid_decode(&block, &back, &err), TL_DATA);
	tl_refid_free(&ids);
	tl_refid_free(&back);
	tl_block_free(&block);
	tl_block_discard(&payload);
}

int main(void)
{
	TL_RUN(test_round);
	TL_RUN(test_broken);
	return tl_test_end();
}
