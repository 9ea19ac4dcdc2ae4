/* SPDX-License-Identifier: MIT */
/* test_spool: blocks come back as they were put, from memory, from the disk, and from both. */
#include <tl/spool.h>

#include <tl/store.h>

#include <tl/hash.h>

#include "tltest.h"

#define BLOCKS 60
#define TAG_A TL_TAG('A', 'A', 'A', 'A')
#define TAG_B TL_TAG('B', 'B', 'B', 'B')

static struct tl_block block[BLOCKS], got;
static struct tl_payload payload;
static struct tl_buf scratch;

/* A column that compresses and one that does not, of random sizes, one or both perhaps empty.  Large
 * ones are not coded by models: that takes seconds, and a spool does not look inside. */
static void make(struct tl_block *to, size_t i, size_t n)
{
	struct tl_err err = {0};
	uint8_t head[TL_BLOCK_HEADER];
	tl_block_clear(&payload);
	struct tl_buf *a = tl_block_column(&payload, TAG_A);
	tl_test_ok(tl_buf_fill(a, (uint8_t)i, tl_test_below(3) ? tl_test_below(n + 1) : 0, &err),
		   err);
	struct tl_buf *b = tl_block_column(&payload, TAG_B);
	for (size_t k = tl_test_below(3) ? tl_test_below(n + 1) : 0; k; k--) {
		uint8_t byte = (uint8_t)tl_test_random();
		tl_test_ok(tl_buf_add(b, &byte, 1, &err), err);
	}
	tl_block_free(to);
	*to = (struct tl_block){
		.head = {.type = TL_BLOCK_SEQS, .number = i, .first = 5 * i, .records = 7}};
	const enum tl_codec codec = (enum tl_codec)(i % (n > 1u << 20 ? TL_CODEC_MODEL : TL_CODECS));
	tl_test_ok(tl_block_pack(&payload, codec, 3, &to->head, &to->payload, &err), err);
	tl_block_put_head(&to->head, head);
	to->check = tl_block_sum(head, tl_hash_64(to->payload.data, to->payload.len));
	tl_test_ok(tl_block_open(to, &err), err);
	tl_test_ok(tl_block_decode(to, &err), err);
}

static int same_column(const struct tl_block *x, const struct tl_block *y, uint32_t tag)
{
	struct tl_str a = tl_block_get(x, tag), b = tl_block_get(y, tag);
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

static void check(struct tl_spool *s, size_t i)
{
	struct tl_err err = {0};
	const struct tl_block_head *h = tl_spool_head(s, i);
	tl_test_eq(h->number, block[i].head.number);
	tl_test_eq(h->first, block[i].head.first);
	tl_test_ok(tl_spool_get(s, i, &scratch, &got, &err), err);
	uint8_t head[2][TL_BLOCK_HEADER]; /* not the structs, which have padding */
	tl_block_put_head(&got.head, head[0]);
	tl_block_put_head(&block[i].head, head[1]);
	tl_test(!memcmp(head[0], head[1], sizeof head[0]));
	tl_test_eq(got.payload.len, block[i].payload.len);
	tl_test(!got.payload.len ||
		!memcmp(got.payload.data, block[i].payload.data, got.payload.len));
	tl_test(got.check == block[i].check);
	tl_test(same_column(&got, &block[i], TAG_A) && same_column(&got, &block[i], TAG_B));
}

/* Puts all blocks, some gets in between, then gets in any order, often again. */
static void run(uint64_t limit, uint64_t *ret_bytes, uint64_t *ret_spilled)
{
	struct tl_spool *s;
	struct tl_err err = {0};
	tl_test_ok(tl_spool_new(NULL, limit, &s, &err), err);
	for (size_t i = 0; i < BLOCKS; i++) {
		tl_test_eq(tl_spool_count(s), i);
		tl_test_ok(tl_spool_put(s, &block[i], &err), err);
		check(s, tl_test_below(i + 1));
	}
	for (size_t round = 0; round < 3 * BLOCKS; round++)
		check(s, tl_test_below(BLOCKS));
	*ret_bytes = tl_spool_bytes(s);
	*ret_spilled = tl_spool_spilled(s);
	tl_test(*ret_bytes - *ret_spilled < TL_STORE_CHUNK ||
		*ret_bytes - *ret_spilled <= limit + TL_STORE_CHUNK);
	tl_spool_free(s);
}

static void check_limits(size_t size)
{
	uint64_t bytes, spilled, all, raw = 0;
	for (size_t i = 0; i < BLOCKS; i++) {
		make(&block[i], i, size);
		raw += block[i].payload.len;
	}
	run(UINT64_MAX, &all, &spilled);
	tl_test_eq(spilled, 0);
	tl_test(all > 0 && all <= raw);
	run(0, &bytes, &spilled);
	tl_test_eq(bytes, all);
	tl_test_eq(spilled, all / TL_STORE_CHUNK * TL_STORE_CHUNK);
	run(all + TL_STORE_CHUNK, &bytes, &spilled);
	tl_test_eq(spilled, 0);
	run(TL_STORE_CHUNK, &bytes, &spilled);
	tl_test_eq(bytes, all);
	tl_test(spilled > 0 ? spilled < all : all <= 2 * TL_STORE_CHUNK);
}

static void test_tiny(void)
{
	check_limits(3);
}

static void test_small(void)
{
	check_limits(60000);
}

static void test_large(void)
{
	struct tl_spool *s;
	struct tl_err err = {0};
	uint64_t limits[] = {0, 3u << 20, UINT64_MAX};
	for (size_t i = 0; i < 4; i++)
		make(&block[i], i, 4u << 20);
	for (size_t k = 0; k < 3; k++) {
		tl_test_ok(tl_spool_new(NULL, limits[k], &s, &err), err);
		for (size_t i = 0; i < 4; i++)
			tl_test_ok(tl_spool_put(s, &block[i], &err), err);
		for (size_t i = 4; i-- > 0;)
			check(s, i);
		tl_spool_free(s);
	}
}

/* Nothing but equal bytes, and no codec: what is held is far less than what came. */
static void test_compressed(void)
{
	struct tl_spool *s;
	struct tl_err err = {0};
	struct tl_block_head *h = &block[0].head;
	uint8_t head[TL_BLOCK_HEADER];
	tl_block_clear(&payload);
	tl_test_ok(tl_buf_fill(tl_block_column(&payload, TAG_A), 'x', 100000, &err), err);
	tl_block_free(&block[0]);
	block[0] = (struct tl_block){.head = {.type = TL_BLOCK_SEQS}};
	tl_test_ok(tl_block_pack(&payload, TL_CODEC_NONE, 0, h, &block[0].payload, &err), err);
	tl_block_put_head(h, head);
	block[0].check =
		tl_block_sum(head, tl_hash_64(block[0].payload.data, block[0].payload.len));
	tl_test_ok(tl_block_open(&block[0], &err), err);
	tl_test_ok(tl_block_decode(&block[0], &err), err);
	tl_test_ok(tl_spool_new(NULL, 1000, &s, &err), err);
	tl_test_ok(tl_spool_put(s, &block[0], &err), err);
	tl_test(tl_spool_bytes(s) < 1000);
	tl_test_eq(tl_spool_spilled(s), 0);
	check(s, 0);
	tl_spool_free(s);
}

/* A copy of block i, as what gives it away loses it. */
static struct tl_block copy_of(size_t i)
{
	struct tl_err err = {0};
	struct tl_block b = {.head = block[i].head, .check = block[i].check};
	tl_test_ok(tl_buf_add(&b.payload, block[i].payload.data, block[i].payload.len, &err), err);
	return b;
}

/* Workers compress; some blocks are put at once, some are large; with memory for all parcels, for one and
 * for none. */
static void test_given(void)
{
	struct tl_pool *pool;
	struct tl_err err = {0};
	uint64_t all, spilled;
	const uint64_t limits[] = {0, 8u << 20, 3u << 20, 1u << 20};
	for (size_t i = 0; i < BLOCKS; i++)
		make(&block[i], i, i % 20 == 7 ? 3u << 20 : 90000);
	run(1u << 30, &all, &spilled);
	for (unsigned threads = 1; threads <= 5; threads += 2) {
		tl_test_ok(tl_pool_new(&(struct tl_pool_opts){.threads = threads}, &pool, &err), err);
		for (size_t k = 0; k < 4; k++) {
			struct tl_budget *budget;
			struct tl_budget_opts opts = {.limit = limits[k]};
			struct tl_spool *s;
			tl_test_ok(tl_budget_new(&opts, &budget, &err), err);
			tl_test_ok(tl_spool_new(budget, 1u << 20, &s, &err), err);
			for (size_t i = 0; i < BLOCKS; i++) {
				struct tl_block b = copy_of(i);
				tl_test_ok(i % 11 == 3 ? tl_spool_put(s, &b, &err)
						       : tl_spool_give(s, pool, &b, &err),
					   err);
				tl_test_eq(tl_spool_count(s), i + 1);
				tl_block_free(&b);
			}
			if (k < 3) {
				tl_test_ok(tl_spool_settle(s, &err), err);
				tl_test_eq(tl_spool_bytes(s), all);
				for (size_t round = 0; round < 2 * BLOCKS; round++)
					check(s, tl_test_below(BLOCKS));
			}
			tl_spool_free(s); /* the last time with blocks under way */
			struct tl_budget_sum sum;
			tl_budget_sum(budget, &sum);
			tl_test_eq(sum.used, 0);
			tl_budget_free(budget);
		}
		tl_pool_free(pool);
	}
}

/* The directory is asked for only where something spills. */
static void test_no_directory(void)
{
	struct tl_spool *s;
	struct tl_err err = {0};
	make(&block[0], 0, 60000);
	while (block[0].payload.len < 1000)
		make(&block[0], 0, 60000);
	struct tl_budget_opts opts = {.dir = "/nowhere/at/all"};
	struct tl_budget *budget;
	tl_test_ok(tl_budget_new(&opts, &budget, &err), err);
	tl_test_ok(tl_spool_new(budget, 1 << 20, &s, &err), err);
	tl_test_ok(tl_spool_put(s, &block[0], &err), err);
	check(s, 0);
	tl_spool_free(s);
	tl_test_ok(tl_spool_new(budget, 0, &s, &err), err);
	enum tl_status st = TL_OK;
	size_t n = 0;
	for (; st == TL_OK && n < 10000; n++)
		st = tl_spool_put(s, &block[0], &err);
	tl_test_eq(st, TL_CANTCREATE);
	tl_test_eq(tl_spool_count(s), n - 1);
	tl_spool_free(s);
	tl_budget_free(budget);
	tl_spool_free(NULL);
}

int main(void)
{
	TL_RUN(test_tiny);
	TL_RUN(test_small);
	TL_RUN(test_large);
	TL_RUN(test_compressed);
	TL_RUN(test_given);
	TL_RUN(test_no_directory);
	for (size_t i = 0; i < BLOCKS; i++)
		tl_block_free(&block[i]);
	tl_block_free(&got);
	tl_block_discard(&payload);
	tl_buf_free(&scratch);
	return tl_test_end();
}
