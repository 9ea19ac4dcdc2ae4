/* SPDX-License-Identifier: MIT */
/* test_pages: batches of a spool, in any order, with workers that read ahead and without. */
#include <tl/pages.h>

#include <stdio.h>
#include <string.h>

#include <tl/hash.h>
#include <tl/record.h>

#include "tltest.h"

#define BLOCKS 70
#define RECORDS 5

static struct tl_spool *spool;
static uint64_t shift[BLOCKS];

/* What record entry of block i holds. */
static size_t residues(size_t i, size_t entry, char *to, size_t room)
{
	size_t n = 0;
	while (n < 4 + (i * 37 + entry * 11) % 60)
		n += (size_t)snprintf(to + n, room - n, "%c", "ACDEFGHIKLMNPQRSTVWY"[(i + entry * 3 + n) % 20]);
	return n;
}

/* Every third block is one of duplicates. */
static bool is_dups(size_t i)
{
	return i % 3 == 2;
}

static void put(size_t i)
{
	struct tl_err err = {0};
	struct tl_batch batch = {0};
	struct tl_payload payload = {0};
	struct tl_block block = {0};
	uint8_t head[TL_BLOCK_HEADER];
	char text[256];
	batch.kind = is_dups(i) ? TL_KIND_DUP : TL_KIND_SEQ;
	for (size_t k = 0; k < RECORDS; k++) {
		size_t n = residues(i, k, text, sizeof text);
		struct tl_entry e = {.ordinal = i * RECORDS + k, .length = n};
		e.head = (struct tl_str){(const uint8_t *)"name", 4};
		if (is_dups(i))
			e.base = 0;
		else
			e.resi = (struct tl_str){(const uint8_t *)text, n};
		tl_test_ok(tl_batch_add(&batch, &e, &err), err);
	}
	block.head = (struct tl_block_head){.type = is_dups(i) ? TL_BLOCK_DUPS : TL_BLOCK_SEQS,
					    .records = RECORDS, .first = i * RECORDS};
	tl_test_ok(tl_record_encode(&batch, i * RECORDS, NULL, &payload, &err), err);
	tl_test_ok(tl_block_pack(&payload, TL_CODEC_NONE, 0, &block.head, &block.payload, &err), err);
	tl_block_put_head(&block.head, head);
	block.check = tl_block_sum(head, tl_hash_64(block.payload.data, block.payload.len));
	tl_test_ok(tl_spool_put(spool, &block, &err), err);
	tl_block_free(&block);
	tl_block_discard(&payload);
	tl_batch_free(&batch);
}

static void check(const struct tl_batch *b, size_t i, size_t entry)
{
	struct tl_entry e;
	char text[256];
	size_t n = residues(i, entry, text, sizeof text);
	tl_batch_get(b, entry, &e);
	tl_test_eq(e.ordinal, shift[i] + i * RECORDS + entry);
	tl_test_eq(e.length, n);
	if (!is_dups(i))
		tl_test(e.resi.n == n && !memcmp(e.resi.p, text, n));
}

/* In order, as an archive is written; here and there; and from piece to piece. */
static void check_all(struct tl_pool *opt_pool)
{
	struct tl_err err = {0};
	struct tl_pages *pages;
	const struct tl_batch *b;
	tl_test_ok(tl_pages_new(opt_pool, spool, shift, &pages, &err), err);
	for (uint32_t i = 0; i < BLOCKS; i++) {
		tl_test_ok(tl_pages_get(pages, i, &b, &err), err);
		for (size_t k = 0; k < RECORDS; k++)
			check(b, i, k);
	}
	for (size_t round = 0; round < 500; round++) {
		uint32_t i = (uint32_t)tl_test_below(BLOCKS);
		tl_test_ok(tl_pages_get(pages, i, &b, &err), err);
		check(b, i, tl_test_below(RECORDS));
	}
	uint32_t block = 0, entry = 0;
	enum tl_status st = tl_pages_get(pages, 0, &b, &err);
	for (size_t n = 0; st == TL_OK; n++) {
		tl_test(!is_dups(block));
		check(b, block, entry);
		tl_test_eq(n, (block - block / 3) * RECORDS + entry);
		st = tl_pages_next(pages, &block, &entry, &b, &err);
	}
	tl_test_eq(st, TL_DATA);
	tl_pages_free(pages);
}

static void test_alone(void)
{
	check_all(NULL);
}

static void test_ahead(void)
{
	for (unsigned threads = 1; threads <= 12; threads += threads) {
		struct tl_err err = {0};
		struct tl_pool *pool;
		tl_test_ok(tl_pool_new(&(struct tl_pool_opts){.threads = threads}, &pool, &err), err);
		check_all(pool);
		tl_pool_free(pool);
	}
	tl_pages_free(NULL);
}

int main(void)
{
	struct tl_err err = {0};
	tl_test_ok(tl_spool_new(NULL, 4096, &spool, &err), err);
	for (size_t i = 0; i < BLOCKS; i++) {
		shift[i] = i / 10 * 1000;
		put(i);
	}
	TL_RUN(test_alone);
	TL_RUN(test_ahead);
	tl_spool_free(spool);
	return tl_test_end();
}
