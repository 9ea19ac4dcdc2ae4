/* SPDX-License-Identifier: MIT */
/* glossary: what came before in headers. */
#include "glossary.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#include "shape.h"

#define LONGEST 255 /* bytes of a symbol */
#define LINES 256   /* of the cache */
#define OFTEN_SHAPE 3
#define OFTEN_PLAN 4

void tl_glossary_look(struct tl_glossary *g, struct tl_intern_word *word, size_t n)
{
	(void)tl_intern_look(g->symbols, g->cache, word, n); /* nothing is ever forgotten here */
}

enum tl_status tl_glossary_learn(struct tl_glossary *g, struct tl_intern_word *w, unsigned often,
				 struct tl_err *err)
{
	unsigned times;
	bool is_new;
	if (w->n > LONGEST)
		return TL_OK;
	enum tl_status st = tl_sight_add(&g->sight, w->hash, &times, err);
	if (st != TL_OK || times < often)
		return st;
	return tl_intern_put(g->symbols, w->hash, w->p, w->n, &w->id, &is_new, err);
}

/* A shape that is not known, and whose hash is that: it is from some times on. */
static enum tl_status learn_shape(struct tl_glossary *g, struct tl_str shape, uint64_t hash,
				  uint64_t number, uint32_t *ret_shape, struct tl_err *err)
{
	unsigned times;
	bool is_new;
	enum tl_status st = tl_sight_add(&g->sight, ~hash, &times, err);
	if (st != TL_OK || times < OFTEN_SHAPE)
		return st;
	st = tl_intern_put(g->shapes, hash, shape.p, shape.n, ret_shape, &is_new, err);
	if (st == TL_OK)
		st = tl_mem_grow(&g->base, &g->base_cap, (size_t)*ret_shape + 1, sizeof *g->base,
				 err);
	if (st == TL_OK)
		g->base[*ret_shape] = number;
	return st;
}

enum tl_status tl_glossary_shape(struct tl_glossary *g, struct tl_str s, uint32_t *ret_shape,
				 uint64_t *ret_number, struct tl_err *err)
{
	uint8_t shape[TL_SHAPE_MOST];
	enum tl_status st = TL_OK;
	*ret_shape = TL_INTERN_NONE;
	if (!tl_shape_of(s.p, s.n, shape, ret_number))
		return TL_OK;
	uint64_t hash = tl_intern_hash(shape, s.n);
	if (!tl_intern_find(g->shapes, hash, shape, s.n, ret_shape))
		st = learn_shape(g, (struct tl_str){shape, s.n}, hash, *ret_number, ret_shape, err);
	if (st == TL_OK && *ret_shape != TL_INTERN_NONE)
		*ret_number = tl_bits_zigzag((int64_t)(*ret_number - g->base[*ret_shape]));
	return st;
}

enum tl_status tl_glossary_plan(struct tl_glossary *g, struct tl_str plan, uint32_t *ret_plan,
				struct tl_err *err)
{
	uint64_t hash = tl_intern_hash(plan.p, plan.n);
	unsigned times;
	bool is_new;
	if (tl_intern_find(g->plans, hash, plan.p, plan.n, ret_plan))
		return TL_OK;
	enum tl_status st = tl_sight_add(&g->sight, hash + 1, &times, err);
	if (st != TL_OK || times < OFTEN_PLAN)
		return st;
	return tl_intern_put(g->plans, hash, plan.p, plan.n, ret_plan, &is_new, err);
}

uint64_t tl_glossary_memory(const struct tl_glossary *g)
{
	struct tl_intern *const table[] = {g->symbols, g->shapes, g->plans};
	uint64_t memory = g->base_cap * sizeof *g->base + g->sight.slots * sizeof *g->sight.slot;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct tl_intern_sum sum;
		tl_intern_sum(table[i], &sum);
		memory += sum.memory;
	}
	return memory;
}

enum tl_status tl_glossary_open(struct tl_glossary *g, struct tl_err *err)
{
	*g = (struct tl_glossary){0};
	enum tl_status st = tl_intern_new(NULL, &g->symbols, err);
	if (st == TL_OK)
		st = tl_intern_new(NULL, &g->shapes, err);
	if (st == TL_OK)
		st = tl_intern_new(NULL, &g->plans, err);
	if (st == TL_OK)
		st = tl_intern_cache_new(LINES, &g->cache, err);
	if (st != TL_OK)
		tl_glossary_close(g);
	return st;
}

void tl_glossary_end(struct tl_glossary *g)
{
	tl_intern_cache_free(g->cache);
	g->cache = NULL;
	tl_sight_free(&g->sight);
}

void tl_glossary_close(struct tl_glossary *g)
{
	tl_glossary_end(g);
	tl_intern_free(g->symbols);
	tl_intern_free(g->shapes);
	tl_intern_free(g->plans);
	free(g->base);
	*g = (struct tl_glossary){0};
}
