/* SPDX-License-Identifier: MIT */
/* pages: the batches of records that a spool holds, decoded when they are asked for. */
#include <tl/pages.h>

#include <tl/mem.h>
#include <tl/record.h>

#define CACHED 16
#define CACHE_BYTES (24u << 20) /* beyond it fewer are kept */
#define CACHE_LEAST 4           /* one of each kind, and one more */
#define AHEAD 8                 /* blocks decoded at the same time, at most */
#define AHEAD_BYTES (8u << 20)  /* of them all, but for the one asked for */

struct cached {
	struct tl_block block;
	struct tl_batch batch;
	struct tl_buf scratch;
	uint32_t id; /* in the spool; UINT32_MAX: nothing yet */
	uint64_t used;
};

struct tl_pages {
	struct tl_pool *opt_pool;
	const struct tl_spool *spool;
	const uint64_t *shift;
	struct cached cache[CACHED];
	uint64_t clock;
};

enum tl_status tl_pages_new(struct tl_pool *opt_pool, const struct tl_spool *spool,
			    const uint64_t *shift, struct tl_pages **ret, struct tl_err *err)
{
	struct tl_pages *p = tl_mem_zalloc(1, sizeof *p, err);
	if (!p)
		return TL_NOMEM;
	p->opt_pool = opt_pool;
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
		tl_buf_free(&oldest->scratch);
		oldest->id = UINT32_MAX;
		oldest->used = 0;
	}
}

static struct cached *find(struct tl_pages *p, uint32_t block)
{
	for (size_t i = 0; i < CACHED; i++)
		if (p->cache[i].id == block)
			return &p->cache[i];
	return NULL;
}

static struct cached *take_oldest(struct tl_pages *p)
{
	struct cached *oldest = &p->cache[0];
	for (size_t i = 1; i < CACHED; i++)
		if (p->cache[i].used < oldest->used)
			oldest = &p->cache[i];
	return oldest;
}

/* Blocks that are decoded at the same time. */
struct fetch {
	struct tl_pages *pages;
	struct cached *to[AHEAD];
	size_t n;
};

/* The block asked for, and as many behind it, of its kind, as there are workers. */
static void plan(struct tl_pages *p, uint32_t block, struct fetch *f)
{
	const unsigned threads = p->opt_pool ? tl_pool_threads(p->opt_pool) : 1;
	const size_t most = threads < AHEAD ? threads : AHEAD;
	const uint32_t type = tl_spool_head(p->spool, block)->type;
	uint64_t bytes = 0;
	*f = (struct fetch){.pages = p};
	for (size_t b = block; b < tl_spool_count(p->spool) && f->n < most; b++) {
		const struct tl_block_head *head = tl_spool_head(p->spool, b);
		if (head->type != type || !head->records || find(p, (uint32_t)b))
			continue;
		bytes += b > block ? head->stored : 0;
		if (bytes > AHEAD_BYTES)
			return;
		struct cached *c = f->to[f->n++] = take_oldest(p);
		c->id = (uint32_t)b;
		c->used = ++p->clock;
	}
}

static enum tl_status decode(void *ctx, size_t begin, size_t end, unsigned worker, struct tl_err *err)
{
	struct fetch *f = ctx;
	enum tl_status st = TL_OK;
	(void)worker;
	for (size_t i = begin; i < end && st == TL_OK; i++) {
		struct cached *c = f->to[i];
		struct tl_hash128 sum;
		bool has_sum;
		st = tl_spool_get(f->pages->spool, c->id, &c->scratch, &c->block, err);
		if (st == TL_OK)
			st = tl_record_decode(&c->block, f->pages->shift[c->id], &c->batch, &sum,
					      &has_sum, err);
	}
	return st;
}

static enum tl_status fetch(struct tl_pages *p, uint32_t block, struct tl_err *err)
{
	struct fetch f;
	shrink_cache(p);
	plan(p, block, &f);
	enum tl_status st = f.n > 1 ? tl_pool_for(p->opt_pool, f.n, 1, decode, &f, err)
				    : decode(&f, 0, f.n, 0, err);
	for (size_t i = 0; st != TL_OK && i < f.n; i++)
		f.to[i]->id = UINT32_MAX;
	return st;
}

enum tl_status tl_pages_get(struct tl_pages *p, uint32_t block, const struct tl_batch **ret,
			    struct tl_err *err)
{
	struct cached *c = find(p, block);
	if (!c) {
		enum tl_status st = fetch(p, block, err);
		if (st != TL_OK)
			return st;
		c = find(p, block);
	}
	c->used = ++p->clock;
	*ret = &c->batch;
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
		tl_buf_free(&p->cache[i].scratch);
	}
	tl_mem_free(p);
}
