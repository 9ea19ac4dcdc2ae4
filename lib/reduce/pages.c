/* SPDX-License-Identifier: MIT */
/* pages: the batches of records that a spool holds, decoded when they are asked for. */
#include <tl/pages.h>

#include <tl/mem.h>
#include <tl/record.h>

#define CACHED 16
#define CACHE_BYTES (24u << 20) /* beyond it fewer are kept */
#define CACHE_LEAST 4           /* one of each kind, and one more */

struct cached {
	struct tl_block block;
	struct tl_batch batch;
	uint32_t id; /* in the spool; UINT32_MAX: nothing yet */
	uint64_t used;
};

struct tl_pages {
	struct tl_spool *spool;
	const uint64_t *shift;
	struct cached cache[CACHED];
	uint64_t clock;
};

enum tl_status tl_pages_new(struct tl_spool *spool, const uint64_t *shift, struct tl_pages **ret,
			    struct tl_err *err)
{
	struct tl_pages *p = tl_mem_zalloc(1, sizeof *p, err);
	if (!p)
		return TL_NOMEM;
	p->spool = spool;
	p->shift = shift;
	for (size_t i = 0; i < CACHED; i++)
		p->cache[i].id = UINT32_MAX;
	*ret = p;
	return TL_OK;
}

/* What a decoded block holds, about. */
static size_t bytes_of(const struct cached *c)
{
	return c->block.payload.cap + tl_batch_bytes(&c->batch);
}

/* Frees what was used longest ago while the cache holds too much. */
static void shrink_cache(struct tl_pages *p)
{
	for (;;) {
		struct cached *oldest = NULL;
		size_t bytes = 0, n = 0;
		for (size_t i = 0; i < CACHED; i++) {
			struct cached *c = &p->cache[i];
			if (c->id == UINT32_MAX)
				continue;
			bytes += bytes_of(c);
			n++;
			if (!oldest || c->used < oldest->used)
				oldest = c;
		}
		if (bytes <= CACHE_BYTES || n <= CACHE_LEAST)
			return;
		tl_block_free(&oldest->block);
		tl_batch_free(&oldest->batch);
		oldest->id = UINT32_MAX;
		oldest->used = 0;
	}
}

enum tl_status tl_pages_get(struct tl_pages *p, uint32_t block, const struct tl_batch **ret,
			    struct tl_err *err)
{
	struct cached *oldest = &p->cache[0];
	struct tl_hash128 sum;
	bool has_sum;
	for (size_t i = 0; i < CACHED; i++) {
		struct cached *c = &p->cache[i];
		if (c->id == block) {
			c->used = ++p->clock;
			*ret = &c->batch;
			return TL_OK;
		}
		if (c->used < oldest->used)
			oldest = c;
	}
	oldest->id = UINT32_MAX;
	shrink_cache(p);
	enum tl_status st = tl_spool_get(p->spool, block, &oldest->block, err);
	if (st == TL_OK)
		st = tl_record_decode(&oldest->block, p->shift[block], &oldest->batch, &sum,
				      &has_sum, err);
	if (st != TL_OK)
		return st;
	oldest->id = block;
	oldest->used = ++p->clock;
	*ret = &oldest->batch;
	return TL_OK;
}

enum tl_status tl_pages_next(struct tl_pages *p, uint32_t *block, uint32_t *entry,
			     const struct tl_batch **batch, struct tl_err *err)
{
	uint32_t type = tl_spool_head(p->spool, *block)->type;
	if (++*entry < (*batch)->n)
		return TL_OK;
	*entry = 0;
	do {
		if (++*block == tl_spool_count(p->spool))
			return tl_err_set(err, TL_DATA, "the last piece of a record is missing");
	} while (tl_spool_head(p->spool, *block)->type != type ||
		 !tl_spool_head(p->spool, *block)->records);
	return tl_pages_get(p, *block, batch, err);
}

void tl_pages_free(struct tl_pages *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < CACHED; i++) {
		tl_block_free(&p->cache[i].block);
		tl_batch_free(&p->cache[i].batch);
	}
	tl_mem_free(p);
}
