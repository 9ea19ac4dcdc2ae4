/* SPDX-License-Identifier: MIT */
/* test_scripted: what scripts say of other columns, and scripts that do not fit. */
#include "scripted.h"

#include <tl/bits.h>
#include <tl/block.h>
#include <tl/hash.h>
#include <tl/predict.h>
#include <tl/script.h>

#include "tltest.h"

enum { ORDN, FLAG, RLEN, BASE, OPSV, COLUMNS };

static struct tl_buf col[COLUMNS];

static void put(int c, uint64_t v)
{
	struct tl_err err = {0};
	tl_test_ok(tl_buf_add_varint(&col[c], v, &err), err);
}

/* Three records: one of 10 residues with a substitution, one of 7 in two pieces with literals at both
 * ends and on the other strand, one of none. */
static void fill(void)
{
	static const uint8_t flags[] = {0, 2, 1, 0}, ordn[] = {3, 0, 0, 1}, rlen[] = {10, 5, 2, 0};
	static const uint64_t ops[] = {2 * 4, 0, 0, 4 * 4, 2 * 4 + 1, 4 * 4, /* first */
				       2 * 1 + 1, 2, 1, 3 * 4, 4 + 3, 4,     /* second */
				       0, 0, 0};
	for (int i = 0; i < COLUMNS; i++)
		tl_buf_reset(&col[i]);
	for (int i = 0; i < 4; i++) {
		put(ORDN, ordn[i]);
		put(FLAG, flags[i]);
		put(RLEN, rlen[i]);
		put(BASE, 4);
	}
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		put(OPSV, ops[i]);
}

static struct tl_str str(int c)
{
	return (struct tl_str){col[c].data, col[c].len};
}

static enum tl_status read_all(struct tl_scripted *s)
{
	enum tl_status st =
		tl_scripted_open(s, str(ORDN), str(FLAG), str(RLEN), str(BASE), (struct tl_str){NULL, 0}, NULL);
	return st == TL_OK ? tl_scripted_walk(s, str(OPSV), NULL) : st;
}

static void test_read(void)
{
	struct tl_scripted s = {0};
	uint8_t lengths[8];
	size_t n;
	fill();
	tl_test_eq(read_all(&s), TL_OK);
	tl_test_eq(s.entries, 4);
	tl_test_eq(s.items, 3);
	tl_test(s.base[0] == 1 && s.base[1] == 2 && s.base[2] == 4);
	tl_test(s.length[0] == 10 && s.length[1] == 7 && s.length[2] == 0);
	tl_test(s.ops[0] == 6 && s.ops[1] == 6 && s.ops[2] == 3);
	tl_test(s.subs[0] == 2 && s.subs[1] == 0 && s.lits[0] == 0 && s.lits[1] == 3);
	tl_test_eq(s.keys, 2);
	tl_test(s.key[0] != s.key[1]);
	tl_scripted_put(&s, s.ops, lengths, sizeof lengths, &n);
	tl_test(n == 4 && !memcmp(lengths, "\6\6\0\3", 4));
	tl_scripted_put(&s, s.ops, lengths, 3, &n);
	tl_test_eq(n, 0);
	tl_scripted_free(&s);
}

/* Each number of each column made another: refused, or read, and never a step outside. */
static void test_misfit(void)
{
	struct tl_scripted s = {0};
	size_t refused = 0;
	for (int c = 0; c < COLUMNS; c++) {
		fill();
		for (size_t i = 0, n = col[c].len; i < n; i++)
			for (int how = 0; how < 3; how++) {
				fill();
				col[c].data[i] ^= (uint8_t)(how ? how == 1 ? 0x84 : 2 : 0x10);
				refused += read_all(&s) != TL_OK;
				tl_scripted_free(&s);
				col[c].len = i;
				refused += read_all(&s) != TL_OK;
				tl_scripted_free(&s);
			}
	}
	tl_test(refused > 60);
	fill();
	put(OPSV, 0);
	tl_test_eq(read_all(&s), TL_DATA);
	tl_scripted_free(&s);
	fill();
	put(RLEN, UINT64_MAX); /* overflows with the pieces before */
	col[FLAG].len = col[RLEN].len = 0;
	tl_test_eq(read_all(&s), TL_DATA);
	tl_scripted_free(&s);
}

/* A block of deltas, with all its lengths told by the scripts. */
static void test_block(void)
{
	static const char tags[][5] = {"FLAG", "ORDN", "RLEN", "BASE", "OPSv", "OPSV", "SUBs",
				       "SUBS", "LITs", "LITS"};
	struct tl_payload payload = {0};
	struct tl_block block = {0};
	struct tl_err err = {0};
	uint8_t head[TL_BLOCK_HEADER];
	struct tl_buf *c[10];
	for (int i = 0; i < 10; i++)
		c[i] = tl_block_column(&payload, TL_TAG(tags[i][0], tags[i][1], tags[i][2], tags[i][3]));
	for (unsigned i = 0; i < 400; i++) {
		unsigned at = 10 + i % 3, tail = i % 5;
		uint8_t script[] = {0, 0, (uint8_t)tail, (uint8_t)(at * 4), 5, 80};
		uint8_t row[] = {0, 0, (uint8_t)(at + 21 + tail), (uint8_t)(2 * i % 120 + 2), 6, 0, 1, 0,
				 (uint8_t)tail, 0};
		for (int k = 0; k < 9; k++)
			if (k != 5 && k != 7)
				tl_test_ok(tl_buf_add(c[k], &row[k], 1, &err), err);
		tl_test_ok(tl_buf_add(c[5], script, sizeof script, &err), err);
		tl_test_ok(tl_buf_add(c[7], &"ACG"[i % 3], 1, &err), err);
		tl_test_ok(tl_buf_add(c[9], &(i % 40 ? "CACGTA" : "NACGTA")[i % 2], tail, &err), err);
	}
	block.head.type = TL_BLOCK_DLTA;
	tl_test_ok(tl_block_pack(&payload, TL_CODEC_MODEL, 20, &block.head, &block.payload, &err), err);
	block.head.stored = (uint32_t)block.payload.len;
	tl_block_put_head(&block.head, head);
	block.check = tl_block_sum(head, tl_hash_64(block.payload.data, block.payload.len));
	tl_test_ok(tl_block_open(&block, &err), err);
	for (size_t i = 4; i < block.columns; i += 2)
		tl_test(block.col[i].stored == 1 && block.col[i].data[0] == TL_PREDICT_COUNTED);
	tl_test_eq(block.col[5].data[0], TL_PREDICT_SCRIPTS);
	tl_test_eq(block.col[7].data[0], TL_PREDICT_KEYED);
	tl_test_eq(block.col[9].data[0], TL_PREDICT_LETTERS);
	tl_test(block.col[5].stored < block.col[5].raw / 8);
	tl_test_ok(tl_block_decode(&block, &err), err);
	for (size_t i = 0; i < block.columns; i++) {
		struct tl_str s = tl_block_get(&block, payload.tag[i]);
		tl_test(s.n == payload.col[i].len && !memcmp(s.p, payload.col[i].data, s.n));
	}
	tl_block_free(&block);
	tl_block_discard(&payload);
}

int main(void)
{
	TL_RUN(test_read);
	TL_RUN(test_misfit);
	TL_RUN(test_block);
	for (int i = 0; i < COLUMNS; i++)
		tl_buf_free(&col[i]);
	return tl_test_end();
}
