/* SPDX-License-Identifier: MIT */
/* fuzz_refid: the columns of a refX block.  Input: 1 byte entries, 1 byte length of the second column, 8 bytes
 * NEXT, then both others; what is read is written again the same. */
#include <stdlib.h>
#include <string.h>

#include <tl/hash.h>
#include <tl/refid.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int fine)
{
	if (!fine)
		abort();
}

/* The block as it would be read. */
static void make(struct tl_block *block, struct tl_payload *payload, uint32_t records)
{
	uint8_t head[TL_BLOCK_HEADER];
	block->head = (struct tl_block_head){.type = TL_BLOCK_REFX, .records = records};
	must(!tl_block_pack(payload, TL_CODEC_NONE, 0, &block->head, &block->payload, NULL));
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
	must(!tl_block_open(block, NULL) && !tl_block_decode(block, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_block block = {0}, again = {0};
	struct tl_payload payload = {0};
	struct tl_refids ids = {0}, same = {0};
	uint64_t ordinal;
	if (size < 10 || size > 1 << 12)
		return 0;
	size_t n = data[1] < size - 10 ? data[1] : size - 10;
	must(!tl_buf_add(tl_block_column(&payload, TL_TAG('N', 'E', 'X', 'T')), data + 2, 8, NULL));
	must(!tl_buf_add(tl_block_column(&payload, TL_TAG('O', 'R', 'D', 'N')), data + 10, n, NULL));
	must(!tl_buf_add(tl_block_column(&payload, TL_TAG('R', 'E', 'F', 'I')), data + 10 + n, size - 10 - n,
			 NULL));
	make(&block, &payload, data[0]);
	enum tl_status st = tl_refid_decode(&block, &ids, NULL);
	must(st == TL_OK || st == TL_DATA);
	if (st == TL_OK) {
		must(!tl_refid_encode(&ids, 0, ids.n, &payload, NULL));
		make(&again, &payload, (uint32_t)ids.n);
		must(!tl_refid_decode(&again, &same, NULL));
		must(same.n == ids.n && same.next == ids.next);
		for (size_t i = 0; i < ids.n; i++) {
			must(same.ordinal[i] == ids.ordinal[i] && same.id[i] == ids.id[i]);
			must(tl_refid_of(&ids, ids.ordinal[i]) == ids.id[i]);
			must(tl_refid_find(&ids, ids.id[i], &ordinal));
		}
	}
	tl_refid_free(&ids);
	tl_refid_free(&same);
	tl_block_free(&block);
	tl_block_free(&again);
	tl_block_discard(&payload);
	return 0;
}
