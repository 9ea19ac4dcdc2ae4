/* SPDX-License-Identifier: MIT */
/* test_note: FILE, ENDS, prov and indX blocks. */
#include <tl/note.h>

#include <tl/bits.h>

#include "tltest.h"

static struct tl_payload payload;

static void to_block(struct tl_block *block, uint32_t type, uint64_t first, size_t records)
{
	struct tl_err err = {0};
	uint8_t head[TL_BLOCK_HEADER];
	tl_block_free(block);
	block->head =
		(struct tl_block_head){.type = type, .first = first, .records = (uint32_t)records};
	tl_test_ok(tl_block_pack(&payload, TL_CODEC_NONE, 0, &block->head, &block->payload, &err),
		   err);
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
	tl_test_ok(tl_block_open(block, &err), err);
	tl_test_ok(tl_block_decode(block, &err), err);
}

static struct tl_str str(const char *s)
{
	return (struct tl_str){(const uint8_t *)s, strlen(s)};
}

static bool is(struct tl_str a, const char *b)
{
	return a.n == strlen(b) && (!a.n || !memcmp(a.p, b, a.n));
}

static void test_file(void)
{
	struct tl_block block = {0};
	struct tl_err err = {0};
	struct tl_note_file f = {100,      107,           2,           1ULL << 33,
				 {11, 12}, TL_NUCLEOTIDE, str("\n\n"), str("a.fa")},
			    g;
	tl_test_ok(tl_note_put_file(&f, &payload, &err), err);
	to_block(&block, TL_BLOCK_FILE, 100, 0);
	tl_test_ok(tl_note_get_file(&block, 5, &g, &err), err);
	tl_test(g.first == 105 && g.end == 112 && g.missing == 2 && g.text == f.text &&
		g.hash.lo == 11 && g.hash.hi == 12 && g.alphabet == TL_NUCLEOTIDE);
	tl_test(is(g.tail, "\n\n") && is(g.name, "a.fa"));
	tl_test_eq(tl_note_get_file(&block, UINT64_MAX - 50, &g, &err), TL_DATA);
	tl_test_eq(tl_note_get_file(&block, TL_BLOCK_ORDINALS - 106, &g, &err), TL_DATA);
	payload.col[0].data[0] = 1; /* fewer ordinals than are missing */
	to_block(&block, TL_BLOCK_FILE, 100, 0);
	tl_test_eq(tl_note_get_file(&block, 0, &g, &err), TL_DATA);
	payload.col[0].data[0] = 7;
	payload.col[0].data[40] = 2;
	to_block(&block, TL_BLOCK_FILE, 100, 0);
	tl_test_eq(tl_note_get_file(&block, 0, &g, &err), TL_DATA);
	payload.col[0].data[40] = 1;
	payload.col[0].data[47] = 1;
	to_block(&block, TL_BLOCK_FILE, 100, 0);
	tl_test_eq(tl_note_get_file(&block, 0, &g, &err), TL_DATA);
	f.missing = 8;
	tl_test_eq(tl_note_put_file(&f, &payload, &err), TL_INTERNAL);
	f = (struct tl_note_file){.first = 3, .end = 3};
	tl_test_ok(tl_note_put_file(&f, &payload, &err), err);
	to_block(&block, TL_BLOCK_FILE, 3, 0);
	tl_test_ok(tl_note_get_file(&block, 0, &g, &err), err);
	tl_test(g.first == 3 && g.end == 3 && !g.tail.n && !g.name.n);
	tl_block_free(&block);
}

static void test_ends(void)
{
	struct tl_block block = {0};
	struct tl_err err = {0};
	struct tl_note_ends e = {1, 2, 3, 4, UINT64_MAX}, g;
	tl_test_ok(tl_note_put_ends(&e, &payload, &err), err);
	to_block(&block, TL_BLOCK_ENDS, 0, 0);
	tl_test_ok(tl_note_get_ends(&block, &g, &err), err);
	tl_test(!memcmp(&e, &g, sizeof e));
	e.next = TL_BLOCK_ORDINALS + 1;
	tl_test_ok(tl_note_put_ends(&e, &payload, &err), err);
	to_block(&block, TL_BLOCK_ENDS, 0, 0);
	tl_test_eq(tl_note_get_ends(&block, &g, &err), TL_DATA);
	payload.col[0].len--;
	to_block(&block, TL_BLOCK_ENDS, 0, 0);
	tl_test_eq(tl_note_get_ends(&block, &g, &err), TL_DATA);
	tl_block_free(&block);
}

static void test_prov(void)
{
	struct tl_block block = {0};
	struct tl_err err = {0};
	tl_test_ok(tl_note_put_prov(str("tl-parse 1\n"), &payload, &err), err);
	to_block(&block, TL_BLOCK_PROV, 0, 0);
	tl_test(is(tl_note_get_prov(&block), "tl-parse 1\n"));
	tl_block_free(&block);
}

static void fill_index(struct tl_note_index *e, size_t n)
{
	uint64_t offset = 16;
	for (size_t i = 0; i < n; i++) {
		uint64_t first = tl_test_random() >> (1 + tl_test_below(60));
		e[i] = (struct tl_note_index){.offset = offset,
					      .first = first,
					      .last = first + tl_test_below(1000),
					      .type = TL_BLOCK_SEQS,
					      .records = (uint32_t)tl_test_random(),
					      .flags = (uint8_t)tl_test_below(4)};
		offset += 40 + tl_test_below(1 << 20);
	}
}

static void test_index(void)
{
	struct tl_block block = {0};
	struct tl_err err = {0};
	struct tl_note_index in[200], *out;
	size_t n;
	for (size_t m = 0; m <= 200; m += 40) {
		memset(in, 0, sizeof in);
		fill_index(in, m);
		tl_test_ok(tl_note_put_index(in, m, &payload, &err), err);
		to_block(&block, TL_BLOCK_INDX, 0, m);
		tl_test_ok(tl_note_get_index(&block, &out, &n, &err), err);
		tl_test_eq(n, m);
		for (size_t i = 0; i < m; i++)
			tl_test(out[i].offset == in[i].offset && out[i].first == in[i].first &&
				out[i].last == in[i].last && out[i].type == in[i].type &&
				out[i].records == in[i].records && out[i].flags == in[i].flags);
		free(out);
		/* The footer tells the size of the block, from its end. */
		const struct tl_buf *p = &block.payload;
		tl_test_eq(tl_bits_get64(p->data + p->len - 16),
			   TL_BLOCK_HEADER + p->len + TL_BLOCK_CHECK);
	}
	block.head.records++;
	tl_test_eq(tl_note_get_index(&block, &out, &n, &err), TL_DATA);
	in[1].offset = 0;
	tl_test_eq(tl_note_put_index(in, 2, &payload, &err), TL_INTERNAL);
	tl_block_free(&block);
	tl_block_discard(&payload);
}

int main(void)
{
	TL_RUN(test_file);
	TL_RUN(test_ends);
	TL_RUN(test_prov);
	TL_RUN(test_index);
	return tl_test_end();
}
