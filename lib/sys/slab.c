/* SPDX-License-Identifier: MIT */
/* slab: pieces of memory of one size. */
#include "slab.h"

#include <stdbool.h>
#include <stdlib.h>

#include <tl/mem.h>
#include <tl/metrics.h>

#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif
#ifdef WATCHED
#include <sanitizer/asan_interface.h>
#define RED 128 /* bytes behind a piece that nobody may touch */
#define FORBID(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define ALLOW(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define RED 0
#define FORBID(p, n) ((void)(p), (void)(n))
#define ALLOW(p, n) ((void)(p), (void)(n))
#endif

#define LINE 64
#define FEWEST 4              /* pieces in a block */
#define MOST ((size_t)256 << 20) /* bytes of a block, about */

struct tl_slab_block {
	struct tl_slab_block *before;
	uint8_t *base;
	size_t bytes, used; /* bytes of pieces that were taken */
	size_t asked;       /* of them, or just behind them, that tl_mem_use was told of */
};

static size_t stride(const struct tl_slab *slab)
{
	return (slab->size + RED + LINE - 1) / LINE * LINE;
}

static enum tl_status add_block(struct tl_slab *slab, struct tl_err *err)
{
	size_t step = stride(slab), n = slab->pieces / 2;
	n = n < MOST / step ? n : MOST / step;
	n = n > FEWEST ? n : FEWEST;
	struct tl_slab_block *b = tl_mem_zalloc(1, sizeof *b, err);
	if (!b)
		return TL_NOMEM;
	b->bytes = n * step;
	b->base = tl_mem_map(b->bytes, err);
	if (!b->base) {
		free(b);
		return TL_NOMEM;
	}
	FORBID(b->base, b->bytes);
	b->before = slab->last;
	slab->last = b;
	slab->pieces += n;
	tl_metrics_add(TL_METRICS_SLAB_MAPPED, b->bytes);
	return TL_OK;
}

/* What is small stays in small pages: the first block. */
static void ask(struct tl_slab_block *b)
{
	size_t to = (b->used + TL_MEM_HUGE - 1) / TL_MEM_HUGE * TL_MEM_HUGE;
	to = to < b->bytes ? to : b->bytes;
	if (!b->before || to <= b->asked)
		return;
	tl_mem_use(b->base, b->asked, to);
	b->asked = to;
}

void *tl_slab_take(struct tl_slab *slab, struct tl_err *err)
{
	struct tl_slab_block *b = slab->last;
	if ((!b || b->used == b->bytes) && add_block(slab, err) != TL_OK)
		return NULL;
	b = slab->last;
	uint8_t *piece = b->base + b->used;
	b->used += stride(slab);
	ask(b);
	ALLOW(piece, slab->size);
	slab->taken++;
	tl_metrics_add(TL_METRICS_SLAB_TAKEN, slab->size);
	return piece;
}

void tl_slab_free(struct tl_slab *slab)
{
	while (slab->last) {
		struct tl_slab_block *b = slab->last;
		slab->last = b->before;
		ALLOW(b->base, b->bytes);
		tl_mem_unmap(b->base, b->bytes);
		free(b);
	}
	slab->pieces = slab->taken = 0;
}
