/* SPDX-License-Identifier: MIT */
/* spool: blocks put aside to be read again. */
#include <tl/spool.h>

#include <stdlib.h>
#include <string.h>

#include <lz4.h>

#include <tl/mem.h>
#include <tl/store.h>

struct slot {
	struct tl_block_head head;
	uint64_t check;
	uint32_t size;   /* bytes held; head.stored of them: not compressed */
	uint64_t offset; /* in the store */
};

struct tl_spool {
	struct tl_budget *budget;
	struct tl_store *store;
	struct slot *slot;
	size_t n, cap;
	struct tl_buf packed;
};

enum tl_status tl_spool_new(struct tl_budget *budget, uint64_t share, struct tl_spool **ret,
			    struct tl_err *err)
{
	struct tl_spool *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	s->budget = budget;
	enum tl_status st = tl_store_new(budget, share, &s->store, err);
	if (st != TL_OK) {
		tl_spool_free(s);
		return st;
	}
	*ret = s;
	return TL_OK;
}

#define SAMPLE 8192 /* bytes of each of SAMPLES that are tried first */
#define SAMPLES 3

/* Does lz4 save anything?  Residues that are not alike are as they are, and it takes as long to find that
 * out as it takes to read them. */
static bool is_worth(struct tl_spool *s, const uint8_t *p, size_t n)
{
	int small = 0;
	if (n < 4 * SAMPLE * SAMPLES)
		return true;
	for (size_t k = 1; k <= SAMPLES; k++)
		small += LZ4_compress_default((const char *)p + n / (SAMPLES + 1) * k,
					      (char *)s->packed.data, SAMPLE, (int)s->packed.cap);
	return small < SAMPLES * (SAMPLE - SAMPLE / 16);
}

/* The payload as it will be held: lz4 where that saves a sixteenth, else as it is. */
static enum tl_status pack(struct tl_spool *s, const struct tl_block *block, struct tl_str *ret,
			   struct tl_err *err)
{
	int raw = (int)block->payload.len, bound = LZ4_compressBound(raw);
	*ret = (struct tl_str){block->payload.data, block->payload.len};
	tl_buf_reset(&s->packed);
	enum tl_status st = tl_buf_reserve(&s->packed, (size_t)bound, err);
	if (st != TL_OK || block->head.codec != TL_CODEC_NONE ||
	    !is_worth(s, block->payload.data, block->payload.len))
		return st;
	int n = LZ4_compress_default((const char *)block->payload.data, (char *)s->packed.data, raw,
				     bound);
	if (n > 0 && n < raw - raw / 16)
		*ret = (struct tl_str){s->packed.data, (size_t)n};
	return TL_OK;
}

enum tl_status tl_spool_put(struct tl_spool *s, const struct tl_block *block, struct tl_err *err)
{
	struct tl_str bytes;
	enum tl_status st = tl_budget_grow(s->budget, &s->slot, &s->cap, s->n + 1, sizeof *s->slot,
					   "the table of blocks", err);
	if (st == TL_OK)
		st = pack(s, block, &bytes, err);
	if (st != TL_OK)
		return st;
	s->slot[s->n] = (struct slot){block->head, block->check, (uint32_t)bytes.n,
				      tl_store_bytes(s->store)};
	st = tl_store_put(s->store, bytes.p, bytes.n, err);
	s->n += st == TL_OK;
	return st;
}

size_t tl_spool_count(const struct tl_spool *s)
{
	return s->n;
}

const struct tl_block_head *tl_spool_head(const struct tl_spool *s, size_t i)
{
	return &s->slot[i].head;
}

enum tl_status tl_spool_get(struct tl_spool *s, size_t i, struct tl_block *ret, struct tl_err *err)
{
	const struct slot *slot = &s->slot[i];
	struct tl_str bytes;
	enum tl_status st =
		tl_store_get(s->store, slot->offset, slot->size, &s->packed, &bytes, err);
	ret->head = slot->head;
	ret->check = slot->check;
	tl_buf_reset(&ret->payload);
	if (st == TL_OK)
		st = tl_buf_reserve(&ret->payload, slot->head.stored, err);
	if (st != TL_OK)
		return st;
	ret->payload.len = slot->head.stored;
	if (slot->size == slot->head.stored && slot->size)
		memcpy(ret->payload.data, bytes.p, slot->size);
	else if (slot->size && LZ4_decompress_safe((const char *)bytes.p, (char *)ret->payload.data,
				     (int)slot->size, (int)slot->head.stored) !=
		 (int)slot->head.stored)
		return tl_err_set(err, TL_IO, "a temporary file was changed");
	st = tl_block_open(ret, err);
	return st == TL_OK ? tl_block_decode(ret, err) : st;
}

uint64_t tl_spool_bytes(const struct tl_spool *s)
{
	return tl_store_bytes(s->store);
}

uint64_t tl_spool_spilled(const struct tl_spool *s)
{
	return tl_store_spilled(s->store);
}

void tl_spool_free(struct tl_spool *s)
{
	if (!s)
		return;
	tl_budget_give(s->budget, s->cap * sizeof *s->slot);
	free(s->slot);
	tl_store_free(s->store);
	tl_buf_free(&s->packed);
	free(s);
}
