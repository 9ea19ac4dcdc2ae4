/* SPDX-License-Identifier: MIT */
/* test_cand: candidates to payloads and back, and payloads that lie. */
#include <tl/cand.h>

#include <tl/bits.h>
#include <tl/hash.h>

#include "tltest.h"

static struct tl_payload payload;

static void to_block(struct tl_block *block, uint64_t first, size_t records)
{
	struct tl_err err = {0};
	uint8_t head[TL_BLOCK_HEADER];
	tl_block_free(block);
	block->head = (struct tl_block_head){
		.type = TL_BLOCK_CAND, .first = first, .records = (uint32_t)records};
	tl_test_ok(tl_block_pack(&payload, TL_CODEC_LZ4, 1, &block->head, &block->payload, &err),
		   err);
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
	tl_test_ok(tl_block_open(block, &err), err);
	tl_test_ok(tl_block_decode(block, &err), err);
}

static void fill(struct tl_cands *cands, size_t n, uint64_t below)
{
	struct tl_err err = {0};
	tl_cand_reset(cands);
	cands->part = (struct tl_cand_part){(uint32_t)tl_test_below(3), 3, tl_test_random(),
					    tl_test_random(),
					    (enum tl_alphabet)tl_test_below(2)};
	for (size_t i = 0; i < n; i++) {
		struct tl_cand c = {.a = tl_test_below(below), .minus = tl_test_below(2),
				    .hits = 1 + tl_test_below(3 * tl_test_below(3) + 1)};
		c.b = (c.a + 1 + tl_test_below(below - 1)) % below;
		c.diagonal = (int64_t)tl_test_below(2 * TL_CAND_DIAGONALS - 1) -
			     TL_CAND_DIAGONALS + 1;
		if (i % 50 == 7)
			c.hits = TL_CAND_HITS;
		tl_test_ok(tl_cand_add(cands, &c, &err), err);
	}
}

static void same(const struct tl_cands *x, const struct tl_cands *y, uint64_t shift)
{
	tl_test_eq(x->n, y->n);
	tl_test(x->part.part == y->part.part && x->part.parts == y->part.parts);
	tl_test(x->part.bank == y->part.bank && x->part.how == y->part.how);
	tl_test_eq(x->part.alphabet, y->part.alphabet);
	for (size_t i = 0; i < x->n; i++) {
		const struct tl_cand *c = &x->cand[i], *d = &y->cand[i];
		tl_test(c->a + shift == d->a && c->b + shift == d->b);
		tl_test(c->diagonal == d->diagonal && c->hits == d->hits && c->minus == d->minus);
	}
}

static void test_round(void)
{
	struct tl_cands in = {0}, out = {0};
	struct tl_block block = {0};
	struct tl_err err = {0};
	for (int i = 0; i < 50; i++) {
		const size_t n = i ? tl_test_below(300) : 0;
		const uint64_t below = 2 + (tl_test_random() >> (2 + tl_test_below(60)));
		const uint64_t first = tl_test_below(below), shift = i % 2 ? 0 : 1000;
		fill(&in, n, below);
		tl_test_ok(tl_cand_encode(&in, first, &payload, &err), err);
		to_block(&block, first, n);
		tl_test_ok(tl_cand_decode(&block, shift, &out, &err), err);
		same(&in, &out, shift);
	}
	tl_block_free(&block);
	tl_cand_free(&in);
	tl_cand_free(&out);
}

static void refused(uint64_t first, size_t records, uint64_t shift)
{
	struct tl_block block = {0};
	struct tl_cands out = {0};
	struct tl_err err = {0};
	to_block(&block, first, records);
	tl_test_eq(tl_cand_decode(&block, shift, &out, &err), TL_DATA);
	tl_test_eq(out.n, 0);
	tl_block_free(&block);
	tl_cand_free(&out);
}

static void test_lies(void)
{
	struct tl_cands in = {0};
	struct tl_err err = {0};
	fill(&in, 80, 500);
	in.cand[0].minus = true;
	tl_test_ok(tl_cand_encode(&in, 500, &payload, &err), err);
	refused(500, 79, 0);
	refused(500, 81, 0);
	refused(500, TL_BLOCK_RECORDS, 0);
	refused(0, 80, 0);
	refused(0, 80, 400);
	refused(TL_BLOCK_ORDINALS + 500, 80, 0);
	refused(500, 80, UINT64_MAX);
	for (size_t i = 0; i < payload.columns; i++) {
		tl_test(payload.col[i].len > 0);
		payload.col[i].len--;
		refused(500, 80, 0);
		payload.col[i].len++;
		tl_test_ok(tl_buf_fill(&payload.col[i], 0, 1, &err), err);
		refused(500, 80, 0);
		payload.col[i].len--;
		payload.tag[i] ^= 16;
		refused(500, 80, 0);
		payload.tag[i] ^= 16;
	}
	tl_cand_free(&in);
}

/* A byte of PARM, a flag, a diagonal, a number of hits that cannot be. */
static void test_values(void)
{
	struct tl_cands in = {0};
	struct tl_err err = {0};
	uint8_t *parm;
	fill(&in, 1, 9);
	in.cand[0] = (struct tl_cand){.a = 1, .b = 2, .diagonal = 3, .hits = 4, .minus = true};
	tl_test_ok(tl_cand_encode(&in, 0, &payload, &err), err);
	parm = payload.col[0].data;
	tl_bits_put32(parm, 3); /* the fourth of three */
	refused(0, 1, 0);
	tl_bits_put32(parm, 0);
	parm[24] = 2;
	refused(0, 1, 0);
	parm[24] = 0;
	parm[31] = 1;
	refused(0, 1, 0);
	parm[31] = 0;
	payload.col[3].data[0] = 2;
	refused(0, 1, 0);
	payload.col[3].data[0] = 1;
	for (int i = 0; i < 4; i++) {
		struct tl_cand c = in.cand[0];
		in.cand[0].b = i == 0 ? 1 : 2;
		in.cand[0].diagonal = i == 1 ? TL_CAND_DIAGONALS : i == 2 ? -TL_CAND_DIAGONALS : 0;
		in.cand[0].hits = i == 3 ? 0 : 1;
		tl_test_eq(tl_cand_encode(&in, 0, &payload, &err), TL_INTERNAL);
		in.cand[0] = c;
	}
	tl_test_ok(tl_cand_encode(&in, 0, &payload, &err), err);
	tl_buf_reset(&payload.col[5]);
	tl_test_ok(tl_buf_add_varint(&payload.col[5], TL_CAND_HITS, &err), err);
	refused(0, 1, 0);
	tl_buf_reset(&payload.col[5]);
	tl_buf_reset(&payload.col[4]);
	tl_test_ok(tl_buf_add_varint(&payload.col[4], 2 * TL_CAND_DIAGONALS, &err), err);
	refused(0, 1, 0);
	tl_cand_free(&in);
	tl_block_discard(&payload);
}

int main(void)
{
	TL_RUN(test_round);
	TL_RUN(test_lies);
	TL_RUN(test_values);
	return tl_test_end();
}
