/* SPDX-License-Identifier: MIT */
/* spool: blocks put aside to be read again. */
#include <tl/spool.h>

#include <stdlib.h>
#include <string.h>

#include <lz4.h>

#include <tl/lane.h>
#include <tl/mem.h>
#include <tl/store.h>

#define PARCEL_BYTES ((size_t)2 << 20) /* what a parcel holds, about */
#define PENDING UINT32_MAX             /* of a slot: its block is with a worker */

struct slot {
	struct tl_block_head head;
	uint64_t check;
	uint32_t size;   /* bytes held; head.stored of them: not compressed */
	uint64_t offset; /* in the store */
};

/* A payload on its way. */
struct parcel {
	struct tl_buf payload, packed;
	struct tl_str bytes; /* one of the two, when it was worked on */
	size_t slot;
	struct parcel *next; /* idle */
};

struct tl_spool {
	struct tl_budget *budget;
	struct tl_store *store;
	struct slot *slot;
	size_t n, cap;
	struct tl_buf packed;
	struct tl_lane *lane; /* of parcels */
	struct parcel *idle;
	size_t parcels;       /* there are, for which the budget gave memory */
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
static bool is_worth(struct tl_buf *packed, const uint8_t *p, size_t n)
{
	int small = 0;
	if (n < 4 * SAMPLE * SAMPLES)
		return true;
	for (size_t k = 1; k <= SAMPLES; k++)
		small += LZ4_compress_default((const char *)p + n / (SAMPLES + 1) * k,
					      (char *)packed->data, SAMPLE, (int)packed->cap);
	return small < SAMPLES * (SAMPLE - SAMPLE / 16);
}

/* The payload as it will be held: lz4 where that saves a sixteenth, else as it is. */
static enum tl_status pack(const struct tl_buf *payload, struct tl_buf *packed, struct tl_str *ret,
			   struct tl_err *err)
{
	int raw = (int)payload->len, bound = LZ4_compressBound(raw);
	*ret = (struct tl_str){payload->data, payload->len};
	tl_buf_reset(packed);
	enum tl_status st = tl_buf_reserve(packed, (size_t)bound, err);
	if (st != TL_OK || !is_worth(packed, payload->data, payload->len))
		return st;
	int n = LZ4_compress_default((const char *)payload->data, (char *)packed->data, raw, bound);
	if (n > 0 && n < raw - raw / 16)
		*ret = (struct tl_str){packed->data, (size_t)n};
	return TL_OK;
}

static enum tl_status add_slot(struct tl_spool *s, const struct tl_block *block, struct tl_err *err)
{
	enum tl_status st = tl_budget_grow(s->budget, &s->slot, &s->cap, s->n + 1, sizeof *s->slot,
					   "the table of blocks", err);
	if (st == TL_OK)
		s->slot[s->n++] = (struct slot){block->head, block->check, PENDING, 0};
	return st;
}

static enum tl_status store(struct tl_spool *s, size_t slot, struct tl_str bytes, struct tl_err *err)
{
	s->slot[slot].size = (uint32_t)bytes.n;
	s->slot[slot].offset = tl_store_bytes(s->store);
	return tl_store_put(s->store, bytes.p, bytes.n, err);
}

enum tl_status tl_spool_put(struct tl_spool *s, const struct tl_block *block, struct tl_err *err)
{
	struct tl_str bytes = {block->payload.data, block->payload.len};
	enum tl_status st = add_slot(s, block, err);
	if (st != TL_OK)
		return st;
	if (block->head.codec == TL_CODEC_NONE)
		st = pack(&block->payload, &s->packed, &bytes, err);
	if (st == TL_OK)
		st = store(s, s->n - 1, bytes, err);
	s->n -= st != TL_OK;
	return st;
}

/* Blocks that workers compress. */

static enum tl_status work(void *item, unsigned worker, struct tl_err *err)
{
	struct parcel *p = item;
	(void)worker;
	return pack(&p->payload, &p->packed, &p->bytes, err);
}

static void free_parcel(void *item)
{
	struct parcel *p = item;
	tl_buf_free(&p->payload);
	tl_buf_free(&p->packed);
	free(p);
}

static enum tl_status take(struct tl_spool *s, struct tl_err *err)
{
	void *item;
	enum tl_status st = tl_lane_take(s->lane, &item, err);
	struct parcel *p = item;
	if (st == TL_OK)
		st = store(s, p->slot, p->bytes, err);
	p->next = s->idle;
	s->idle = p;
	return st;
}

static void end_lane(struct tl_spool *s)
{
	tl_lane_free(s->lane, free_parcel);
	s->lane = NULL;
	while (s->idle) {
		struct parcel *p = s->idle;
		s->idle = p->next;
		free_parcel(p);
	}
	tl_budget_give(s->budget, s->parcels * PARCEL_BYTES);
	s->parcels = 0;
}

/* One that is idle, made or waited for; *ret NULL where the budget has no memory for any. */
static enum tl_status get_parcel(struct tl_spool *s, struct tl_pool *pool, struct parcel **ret,
				 struct tl_err *err)
{
	const size_t most = tl_pool_threads(pool) + 1;
	enum tl_status st = s->lane ? TL_OK : tl_lane_new(pool, most, work, &s->lane, err);
	*ret = NULL;
	if (st == TL_OK && !s->idle && s->parcels < most && tl_budget_take(s->budget, PARCEL_BYTES)) {
		s->parcels++;
		s->idle = tl_mem_zalloc(1, sizeof *s->idle, err);
		st = s->idle ? TL_OK : TL_NOMEM;
	}
	if (st == TL_OK && !s->idle && tl_lane_pending(s->lane))
		st = take(s, err);
	if (st != TL_OK || !s->idle)
		return st;
	*ret = s->idle;
	s->idle = s->idle->next;
	return TL_OK;
}

enum tl_status tl_spool_give(struct tl_spool *s, struct tl_pool *pool, struct tl_block *block,
			     struct tl_err *err)
{
	struct parcel *p = NULL;
	enum tl_status st = TL_OK;
	bool usual = block->head.codec == TL_CODEC_NONE && block->payload.cap <= PARCEL_BYTES;
	if (usual && tl_pool_threads(pool) > 1)
		st = get_parcel(s, pool, &p, err);
	if (st != TL_OK || !p)
		return st != TL_OK ? st : tl_spool_put(s, block, err);
	struct tl_buf spare = p->payload;
	p->payload = block->payload;
	block->payload = spare;
	tl_buf_reset(&block->payload);
	p->slot = s->n;
	if ((st = add_slot(s, block, err)) != TL_OK) {
		free_parcel(p);
		return st;
	}
	tl_lane_put(s->lane, p);
	return TL_OK;
}

enum tl_status tl_spool_settle(struct tl_spool *s, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	while (st == TL_OK && s->lane && tl_lane_pending(s->lane))
		st = take(s, err);
	end_lane(s);
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

enum tl_status tl_spool_get(const struct tl_spool *s, size_t i, struct tl_buf *scratch,
			    struct tl_block *ret, struct tl_err *err)
{
	const struct slot *slot = &s->slot[i];
	struct tl_str bytes;
	enum tl_status st =
		tl_store_get(s->store, slot->offset, slot->size, scratch, &bytes, err);
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
	end_lane(s);
	tl_budget_give(s->budget, s->cap * sizeof *s->slot);
	free(s->slot);
	tl_store_free(s->store);
	tl_buf_free(&s->packed);
	free(s);
}
