/* SPDX-License-Identifier: MIT */
/* fuzz_ledger: the columns of a recX block, walked over.  Input: 1 byte rows, 1 byte rows of a
 * block, 4 bytes lengths of columns, then they; the last column has what is left. */
#include <stdlib.h>
#include <string.h>

#include <tl/hash.h>
#include <tl/ledger.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int fine)
{
	if (!fine)
		abort();
}

/* The block as it would be read, in memory of just its size. */
static void make(struct tl_block *block, const uint8_t *data, size_t size)
{
	static const char tag[TL_LEDGER_COLUMNS][4] = {"ORDN", "BASE", "INFO", "KEYS", "LENT"};
	struct tl_payload payload = {0};
	uint8_t head[TL_BLOCK_HEADER];
	const uint8_t *p = data + 6, *end = data + size;
	for (int i = 0; i < TL_LEDGER_COLUMNS; i++) {
		const uint8_t *t = (const uint8_t *)tag[i];
		size_t left = (size_t)(end - p), n = i < 4 && data[2 + i] < left ? data[2 + i] : left;
		must(!tl_buf_add(tl_block_column(&payload, TL_TAG(t[0], t[1], t[2], t[3])), p, n, NULL));
		p += n;
	}
	block->head = (struct tl_block_head){.type = TL_BLOCK_RECX, .records = data[0]};
	must(!tl_block_pack(&payload, TL_CODEC_NONE, 0, &block->head, &block->payload, NULL));
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
	must(!tl_block_open(block, NULL) && !tl_block_decode(block, NULL));
	tl_block_discard(&payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_block block = {0};
	struct tl_ledger_walk w, from;
	struct tl_ledger_row row;
	enum tl_status st = TL_OK;
	uint64_t hash, ordinal, rows = 0, sum = 0;
	if (size < 6 || size > 1 << 12)
		return 0;
	make(&block, data, size);
	must(!tl_ledger_open(&block, &w, NULL));
	from = w;
	while (st == TL_OK && rows < data[0]) {
		if (rows % (1 + data[1]) == 0)
			tl_ledger_begin(&w, rows * 7);
		if ((st = tl_ledger_next(&w, &row, NULL)) != TL_OK)
			break;
		rows++;
		for (size_t i = 0; i < row.keys; i++)
			sum += tl_ledger_row_key(&row, i);
		for (size_t pos = 0; tl_ledger_row_lender(&row, &pos, &ordinal);)
			must(ordinal < TL_BLOCK_ORDINALS);
	}
	must(st == TL_OK || st == TL_DATA);
	must(!tl_ledger_hash(&from, &w, &hash, NULL));
	if (st == TL_OK)
		must(tl_ledger_next(&w, &row, NULL) == TL_DATA || sum > UINT64_MAX / 2);
	(void)tl_ledger_ended(&w);
	tl_block_free(&block);
	return 0;
}
