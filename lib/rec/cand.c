/* SPDX-License-Identifier: MIT */
/* cand: candidate pairs as CAND blocks.  man tl-stream(5) section 6.1. */
#include <tl/cand.h>

#include <tl/bits.h>
#include <tl/mem.h>

#include "column.h"

enum {
	TAG_PARM = TL_TAG('P', 'A', 'R', 'M'),
	TAG_AORD = TL_TAG('A', 'O', 'R', 'D'),
	TAG_BORD = TL_TAG('B', 'O', 'R', 'D'),
	TAG_FLAG = TL_TAG('F', 'L', 'A', 'G'),
	TAG_DIAG = TL_TAG('D', 'I', 'A', 'G'),
	TAG_HITS = TL_TAG('H', 'I', 'T', 'S'),
};

#define PARM_BYTES 32
#define MINUS 1 /* the only flag */

enum tl_status tl_cand_add(struct tl_cands *cands, const struct tl_cand *c, struct tl_err *err)
{
	enum tl_status st =
		tl_mem_grow(&cands->cand, &cands->cap, cands->n + 1, sizeof *cands->cand, err);
	if (st == TL_OK)
		cands->cand[cands->n++] = *c;
	return st;
}

void tl_cand_reset(struct tl_cands *cands)
{
	cands->n = 0;
}

void tl_cand_free(struct tl_cands *cands)
{
	tl_mem_free(cands->cand);
	*cands = (struct tl_cands){0};
}

/* 1. Encoding. */

static enum tl_status put_parm(const struct tl_cand_part *part, struct tl_payload *payload,
			       struct tl_err *err)
{
	uint8_t p[PARM_BYTES] = {0};
	tl_bits_put32(p, part->part);
	tl_bits_put32(p + 4, part->parts);
	tl_bits_put64(p + 8, part->bank);
	tl_bits_put64(p + 16, part->how);
	p[24] = (uint8_t)part->alphabet;
	return tl_buf_add(tl_block_column(payload, TAG_PARM), p, sizeof p, err);
}

static bool fits(const struct tl_cand *c)
{
	return c->a < TL_BLOCK_ORDINALS && c->b < TL_BLOCK_ORDINALS && c->a != c->b &&
	       c->diagonal > -TL_CAND_DIAGONALS && c->diagonal < TL_CAND_DIAGONALS && c->hits &&
	       c->hits <= TL_CAND_HITS;
}

static enum tl_status put_pairs(const struct tl_cands *cands, uint64_t first,
				struct tl_payload *payload, struct tl_err *err)
{
	struct tl_buf *a = tl_block_column(payload, TAG_AORD);
	struct tl_buf *b = tl_block_column(payload, TAG_BORD);
	struct tl_buf *flag = tl_block_column(payload, TAG_FLAG);
	struct tl_buf *diag = tl_block_column(payload, TAG_DIAG);
	struct tl_buf *hits = tl_block_column(payload, TAG_HITS);
	enum tl_status st = TL_OK;
	uint64_t last = first;
	for (size_t i = 0; i < cands->n && st == TL_OK; i++) {
		const struct tl_cand *c = &cands->cand[i];
		if (!fits(c))
			return tl_err_set(err, TL_INTERNAL, "a candidate that is none");
		st = tl_buf_add_varint(a, tl_bits_zigzag((int64_t)(c->a - last)), err);
		if (st == TL_OK)
			st = tl_buf_add_varint(b, tl_bits_zigzag((int64_t)(c->b - c->a)), err);
		if (st == TL_OK)
			st = tl_buf_fill(flag, c->minus ? MINUS : 0, 1, err);
		if (st == TL_OK)
			st = tl_buf_add_varint(diag, tl_bits_zigzag(c->diagonal), err);
		if (st == TL_OK)
			st = tl_buf_add_varint(hits, c->hits - 1, err);
		last = c->a;
	}
	tl_column_trim(flag);
	tl_column_trim(diag);
	tl_column_trim(hits);
	return st;
}

enum tl_status tl_cand_encode(const struct tl_cands *cands, uint64_t first,
			      struct tl_payload *payload, struct tl_err *err)
{
	tl_block_clear(payload);
	if (cands->n > TL_BLOCK_RECORDS || first >= TL_BLOCK_ORDINALS)
		return tl_err_set(err, TL_INTERNAL, "a block of %zu candidates", cands->n);
	enum tl_status st = put_parm(&cands->part, payload, err);
	return st == TL_OK ? put_pairs(cands, first, payload, err) : st;
}

/* 2. Decoding. */

static enum tl_status get_parm(const struct tl_block *block, struct tl_cand_part *part,
			       struct tl_err *err)
{
	const struct tl_str s = tl_block_get(block, TAG_PARM);
	uint8_t rest = 0;
	if (s.n != PARM_BYTES)
		return tl_err_set(err, TL_DATA, "column PARM has %zu bytes", s.n);
	for (size_t i = 25; i < PARM_BYTES; i++)
		rest |= s.p[i];
	*part = (struct tl_cand_part){.part = tl_bits_get32(s.p), .parts = tl_bits_get32(s.p + 4),
				      .bank = tl_bits_get64(s.p + 8),
				      .how = tl_bits_get64(s.p + 16),
				      .alphabet = (enum tl_alphabet)s.p[24]};
	if (part->part >= part->parts || s.p[24] > TL_NUCLEOTIDE || rest)
		return tl_err_set(err, TL_DATA, "column PARM is broken");
	return TL_OK;
}

/* Adds a zigzag difference to *at; false where that leaves [shift, 2^63). */
static bool step(uint64_t *at, uint64_t zigzag, uint64_t shift)
{
	return !__builtin_add_overflow(*at, tl_bits_unzigzag(zigzag), at) && *at >= shift &&
	       *at < TL_BLOCK_ORDINALS;
}

/* One column of numbers after the other, in scratch. */
static enum tl_status get_ordinals(const struct tl_block *block, uint64_t shift, uint64_t *scratch,
				   struct tl_cands *cands, struct tl_err *err)
{
	const size_t n = block->head.records;
	uint64_t a;
	bool fine = tl_bits_add(block->head.first, shift, &a) && a < TL_BLOCK_ORDINALS;
	enum tl_status st = tl_column_get_numbers(block, TAG_AORD, scratch, n, err);
	for (size_t i = 0; i < n && st == TL_OK && fine; i++) {
		fine = step(&a, scratch[i], shift);
		cands->cand[i].a = a;
	}
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_BORD, scratch, n, err);
	for (size_t i = 0; i < n && st == TL_OK && fine; i++) {
		uint64_t b = cands->cand[i].a;
		fine = step(&b, scratch[i], shift) && b != cands->cand[i].a;
		cands->cand[i].b = b;
	}
	return st == TL_OK && !fine ? tl_err_set(err, TL_DATA, "a candidate leaves the stream") : st;
}

static enum tl_status get_places(const struct tl_block *block, uint64_t *scratch,
				 struct tl_cands *cands, struct tl_err *err)
{
	const size_t n = block->head.records;
	uint8_t *flag = (uint8_t *)scratch;
	bool fine = true;
	enum tl_status st = tl_column_get_numbers(block, TAG_DIAG, scratch, n, err);
	for (size_t i = 0; i < n && st == TL_OK; i++)
		cands->cand[i].diagonal = tl_bits_unzigzag(scratch[i]);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_HITS, scratch, n, err);
	for (size_t i = 0; i < n && st == TL_OK; i++)
		cands->cand[i].hits = scratch[i] < TL_CAND_HITS ? scratch[i] + 1 : 0;
	if (st == TL_OK)
		st = tl_column_get_bytes(block, TAG_FLAG, flag, n, err);
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		cands->cand[i].minus = flag[i] == MINUS;
		fine = fine && flag[i] <= MINUS && fits(&cands->cand[i]);
	}
	return st == TL_OK && !fine ? tl_err_set(err, TL_DATA, "a candidate is broken") : st;
}

enum tl_status tl_cand_decode(const struct tl_block *block, uint64_t shift, struct tl_cands *cands,
			      struct tl_err *err)
{
	static const uint32_t tags[] = {TAG_PARM, TAG_AORD, TAG_BORD, TAG_FLAG, TAG_DIAG, TAG_HITS};
	const size_t n = block->head.records;
	uint64_t *scratch = NULL;
	tl_cand_reset(cands);
	enum tl_status st = tl_column_known(block, tags, sizeof tags / sizeof *tags, err);
	if (st == TL_OK)
		st = get_parm(block, &cands->part, err);
	if (st == TL_OK)
		st = tl_column_need(block, TAG_AORD, n, err);
	if (st == TL_OK)
		st = tl_mem_grow(&cands->cand, &cands->cap, n, sizeof *cands->cand, err);
	if (st == TL_OK && !(scratch = tl_mem_alloc(n + 1, sizeof *scratch, err)))
		st = TL_NOMEM;
	if (st == TL_OK)
		st = get_ordinals(block, shift, scratch, cands, err);
	if (st == TL_OK)
		st = get_places(block, scratch, cands, err);
	tl_mem_free(scratch);
	if (st == TL_OK)
		cands->n = n;
	return st;
}
