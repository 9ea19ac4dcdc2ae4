/* SPDX-License-Identifier: MIT */
/* titles: headers of records in memory: sixteen side by side, with one pointer. */
#include <tl/titles.h>

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#include "arena.h"
#include "glossary.h"
#include "title_get.h"
#include "title_put.h"

#define GROUP 16   /* headers behind one pointer */
#define ACCOUNT 64 /* groups, until the budget is asked again */
#define ACCOUNT_BYTES (256u << 10) /* of headers, and at the latest after so many */

struct tl_titles {
	struct tl_glossary glossary;
	const uint8_t **group;
	size_t groups, group_cap;
	struct tl_arena arena; /* of the groups */
	uint64_t n, bytes;
	struct tl_budget *budget;
	uint64_t accounted; /* of memory */
	uint64_t asked;     /* what bytes was when the budget was asked last */
	/* While headers are added: */
	struct tl_title_put put;
	struct tl_buf open; /* the group that is not full */
};

static uint64_t memory_of(const struct tl_titles *t)
{
	return sizeof *t + tl_glossary_memory(&t->glossary) + t->arena.memory +
	       t->group_cap * sizeof *t->group + t->put.plan.cap + t->put.args.cap + t->open.cap;
}

static enum tl_status account(struct tl_titles *t, struct tl_err *err)
{
	uint64_t memory = memory_of(t);
	enum tl_status st = TL_OK;
	t->asked = t->bytes;
	if (memory > t->accounted)
		st = tl_budget_need(t->budget, memory - t->accounted, "the table of headers", err);
	else
		tl_budget_give(t->budget, t->accounted - memory);
	if (st == TL_OK)
		t->accounted = memory;
	return st;
}

static enum tl_status end_group(struct tl_titles *t, struct tl_err *err)
{
	const uint8_t *at;
	enum tl_status st = tl_arena_add(&t->arena, t->open.data, t->open.len, &at, err);
	if (st == TL_OK)
		st = tl_mem_grow(&t->group, &t->group_cap, t->groups + 1, sizeof *t->group, err);
	if (st != TL_OK)
		return st;
	t->group[t->groups++] = at;
	tl_buf_reset(&t->open);
	return TL_OK;
}

enum tl_status tl_titles_add(struct tl_titles *t, struct tl_str head, struct tl_err *err)
{
	if (head.n > UINT32_MAX)
		return tl_err_set(err, TL_DATA, "a header has more than 4 GiB");
	enum tl_status st = tl_title_put_head(&t->glossary, &t->put, head, &t->open, err);
	if (st != TL_OK)
		return st;
	t->bytes += head.n;
	if (++t->n % GROUP == 0)
		st = end_group(t, err);
	if (st == TL_OK && (t->n % (GROUP * ACCOUNT) == 0 || t->bytes - t->asked >= ACCOUNT_BYTES))
		st = account(t, err);
	return st;
}

enum tl_status tl_titles_end(struct tl_titles *t, struct tl_err *err)
{
	enum tl_status st = t->n % GROUP ? end_group(t, err) : TL_OK;
	if (st == TL_OK && t->groups)
		st = tl_mem_resize(&t->group, &t->group_cap, t->groups, sizeof *t->group, err);
	tl_glossary_end(&t->glossary);
	tl_title_put_free(&t->put);
	tl_buf_free(&t->open);
	return st == TL_OK ? account(t, err) : st;
}

enum tl_status tl_titles_get(const struct tl_titles *t, uint64_t i, struct tl_buf *out,
			     struct tl_err *err)
{
	const uint8_t *p = t->group[i / GROUP];
	enum tl_status st = TL_OK;
	for (uint64_t k = i % GROUP; k && st == TL_OK; k--)
		st = tl_title_get_head(&t->glossary, &p, NULL, err);
	return st == TL_OK ? tl_title_get_head(&t->glossary, &p, out, err) : st;
}

uint64_t tl_titles_count(const struct tl_titles *t)
{
	return t->n;
}

void tl_titles_sum(const struct tl_titles *t, struct tl_titles_sum *ret)
{
	const struct tl_glossary *g = &t->glossary;
	*ret = (struct tl_titles_sum){.bytes = t->bytes,
				      .memory = memory_of(t),
				      .symbols = tl_intern_count(g->symbols),
				      .shapes = tl_intern_count(g->shapes),
				      .plans = tl_intern_count(g->plans)};
}

enum tl_status tl_titles_new(struct tl_budget *opt_budget, struct tl_titles **ret,
			     struct tl_err *err)
{
	struct tl_titles *t = tl_mem_zalloc(1, sizeof *t, err);
	if (!t)
		return TL_NOMEM;
	t->budget = opt_budget;
	enum tl_status st = tl_glossary_open(&t->glossary, err);
	if (st == TL_OK)
		*ret = t;
	else
		tl_titles_free(t);
	return st;
}

void tl_titles_free(struct tl_titles *t)
{
	if (!t)
		return;
	tl_glossary_close(&t->glossary);
	tl_title_put_free(&t->put);
	tl_arena_free(&t->arena);
	tl_buf_free(&t->open);
	free(t->group);
	tl_budget_give(t->budget, t->accounted);
	free(t);
}
