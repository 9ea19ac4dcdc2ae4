/* SPDX-License-Identifier: MIT */
/* test_lane: order under random work times, errors, cancelling, for many counts of threads. */
#include <tl/lane.h>

#include <stdatomic.h>
#include <stdio.h>

#include "tltest.h"

static const unsigned counts[] = {1, 2, 3, 7, 16};
#define COUNTS (sizeof counts / sizeof *counts)

struct item {
	unsigned number, spins;
	bool fails;
	unsigned result;
	atomic_uint worked, discarded;
};

static struct tl_pool *new_pool(unsigned threads)
{
	struct tl_pool *pool = NULL;
	struct tl_err err;
	tl_test_ok(tl_pool_new(&(struct tl_pool_opts){.threads = threads}, &pool, &err), err);
	return pool;
}

static struct tl_lane *new_lane(struct tl_pool *pool, size_t depth, tl_lane_work work)
{
	struct tl_lane *lane = NULL;
	struct tl_err err;
	tl_test_ok(tl_lane_new(pool, depth, work, &lane, &err), err);
	return lane;
}

static enum tl_status work(void *p, unsigned worker, struct tl_err *err)
{
	struct item *item = p;
	(void)worker;
	for (volatile unsigned i = 0; i < item->spins; i++)
		;
	item->result = item->number * 7 + 1;
	atomic_fetch_add(&item->worked, 1);
	return item->fails ? tl_err_set(err, TL_DATA, "item %u", item->number) : TL_OK;
}

static void discard(void *p)
{
	atomic_fetch_add(&((struct item *)p)->discarded, 1);
}

static struct item *new_items(unsigned n, unsigned spins)
{
	struct item *items = calloc(n, sizeof *items);
	for (unsigned i = 0; i < n; i++) {
		items[i].number = i;
		items[i].spins = tl_test_below(8) ? 0 : (unsigned)tl_test_below(spins);
		items[i].fails = tl_test_below(50) == 0;
	}
	return items;
}

static void check_take(struct tl_lane *lane, struct item *want)
{
	void *got;
	struct tl_err err;
	char text[64];
	snprintf(text, sizeof text, "item %u", want->number);
	enum tl_status st = tl_lane_take(lane, &got, &err);
	tl_test(got == want);
	tl_test_eq(want->result, want->number * 7 + 1);
	tl_test_eq(st, want->fails ? TL_DATA : TL_OK);
	tl_test(!want->fails || (err.status == TL_DATA && !strcmp(err.msg, text)));
}

static void pass(unsigned threads, size_t depth, unsigned n)
{
	struct tl_pool *pool = new_pool(threads);
	struct tl_lane *lane = new_lane(pool, depth, work);
	struct item *items = new_items(n, 20000);
	unsigned out = 0;
	for (unsigned in = 0; in < n; in++) {
		while (tl_lane_full(lane) || (tl_lane_ready(lane) && tl_test_below(2)))
			check_take(lane, &items[out++]);
		tl_lane_put(lane, &items[in]);
		tl_test_eq(tl_lane_pending(lane), in + 1 - out);
	}
	while (tl_lane_pending(lane))
		check_take(lane, &items[out++]);
	tl_test_eq(out, n);
	tl_test(!tl_lane_ready(lane) && !tl_lane_full(lane));
	for (unsigned i = 0; i < n; i++)
		tl_test_eq(atomic_load(&items[i].worked), 1);
	tl_lane_free(lane, discard);
	for (unsigned i = 0; i < n; i++)
		tl_test_eq(atomic_load(&items[i].discarded), 0);
	tl_pool_free(pool);
	free(items);
}

/* What items are drawn from; without a lock. */
struct well {
	unsigned next, fails; /* the number to be drawn; from which one on it is dry */
	atomic_uint users;    /* who draw at this moment */
	atomic_bool crowded;  /* there were several */
};

struct pail {
	struct item item; /* first */
	struct well *well;
};

static enum tl_status draw(void *p, unsigned worker, struct tl_err *err)
{
	struct pail *pail = p;
	struct well *well = pail->well;
	(void)worker;
	if (atomic_fetch_add(&well->users, 1))
		atomic_store(&well->crowded, true);
	pail->item.number = well->next++;
	pail->item.fails = false;
	for (volatile unsigned i = 0; i < pail->item.spins / 4; i++)
		;
	atomic_fetch_sub(&well->users, 1);
	return pail->item.number < well->fails ? TL_OK : tl_err_set(err, TL_IO, "dry");
}

static struct pail *new_pails(struct well *well, unsigned n)
{
	struct pail *pails = calloc(n, sizeof *pails);
	for (unsigned i = 0; i < n; i++) {
		pails[i].well = well;
		pails[i].item.spins = (unsigned)tl_test_below(5000);
	}
	return pails;
}

/* Items are drawn one after the other, in the order in which they were put, beside others that are
 * not drawn; where that fails there is no work. */
static void draw_all(unsigned threads, size_t depth, unsigned n)
{
	struct tl_pool *pool = new_pool(threads);
	struct tl_lane *lane = new_lane(pool, depth, work);
	struct well well = {.fails = n / 2};
	struct pail *pails = new_pails(&well, n);
	struct item other = {.spins = 100};
	unsigned out = 0, full = 0;
	struct tl_err err;
	void *got;
	tl_lane_draws(lane, draw);
	for (unsigned in = 0; out < n;) {
		for (; in < n && !tl_lane_full(lane); in++)
			tl_lane_put_empty(lane, &pails[in]);
		enum tl_status st = tl_lane_take(lane, &got, &err);
		struct item *item = got;
		tl_test(item == &pails[out].item);
		tl_test_eq(item->number, out);
		tl_test_eq(st, out < well.fails ? TL_OK : TL_IO);
		tl_test_eq(atomic_load(&item->worked), st == TL_OK);
		full += st == TL_OK;
		if (++out % 16 == 0 && !tl_lane_pending(lane)) {
			tl_lane_put(lane, &other);
			tl_test_ok(tl_lane_take(lane, &got, &err), err);
			tl_test(got == &other);
		}
	}
	tl_test_eq(full, n / 2);
	tl_test(!atomic_load(&well.crowded));
	tl_lane_free(lane, discard);
	tl_pool_free(pool);
	free(pails);
}

static void test_drawn(void)
{
	for (size_t i = 0; i < COUNTS; i++)
		for (size_t depth = 1; depth <= 9; depth += 4)
			draw_all(counts[i], depth, 500);
}

/* A lane that is freed while items are being drawn. */
static void test_drawn_free(void)
{
	for (size_t i = 0; i < COUNTS; i++) {
		struct tl_pool *pool = new_pool(counts[i]);
		for (unsigned n = 1; n <= 60; n++) {
			struct well well = {.fails = n};
			struct pail *pails = new_pails(&well, n);
			struct tl_lane *lane = new_lane(pool, n, work);
			tl_lane_draws(lane, draw);
			for (unsigned k = 0; k < n; k++)
				tl_lane_put_empty(lane, &pails[k]);
			tl_lane_free(lane, discard);
			for (unsigned k = 0; k < n; k++)
				tl_test_eq(atomic_load(&pails[k].item.discarded), 1);
			free(pails);
		}
		tl_pool_free(pool);
	}
}

static void test_order(void)
{
	for (size_t i = 0; i < COUNTS; i++)
		pass(counts[i], 0, 2000);
}

static void test_depth_one(void)
{
	for (size_t i = 0; i < COUNTS; i++)
		pass(counts[i], 1, 300);
}

static void test_depth_deep(void)
{
	for (size_t i = 0; i < COUNTS; i++)
		pass(counts[i], 500, 2000);
}

/* With one thread nothing runs before it is waited for: so all but the first are skipped. */
static void test_free_skips(void)
{
	struct tl_pool *pool = new_pool(1);
	struct tl_lane *lane = new_lane(pool, 8, work);
	struct item *items = new_items(8, 1);
	for (int i = 0; i < 8; i++)
		tl_lane_put(lane, &items[i]);
	tl_test(tl_lane_full(lane));
	tl_test(!tl_lane_ready(lane));
	check_take(lane, &items[0]);
	tl_lane_free(lane, discard);
	for (int i = 1; i < 8; i++) {
		tl_test_eq(atomic_load(&items[i].worked), 0);
		tl_test_eq(atomic_load(&items[i].discarded), 1);
	}
	tl_test_eq(atomic_load(&items[0].worked), 1);
	tl_test_eq(atomic_load(&items[0].discarded), 0);
	tl_pool_free(pool);
	free(items);
}

static void test_free_busy(void)
{
	for (size_t i = 0; i < COUNTS; i++) {
		struct tl_pool *pool = new_pool(counts[i]);
		for (int k = 0; k < 100; k++) {
			unsigned n = 1 + (unsigned)tl_test_below(20);
			unsigned out = (unsigned)tl_test_below(n);
			struct tl_lane *lane = new_lane(pool, 20, work);
			struct item *items = new_items(n, 5000);
			for (unsigned j = 0; j < n; j++)
				tl_lane_put(lane, &items[j]);
			for (unsigned j = 0; j < out; j++)
				check_take(lane, &items[j]);
			tl_lane_free(lane, k % 2 ? discard : NULL);
			for (unsigned j = 0; j < n; j++) {
				tl_test(atomic_load(&items[j].worked) <= 1);
				tl_test_eq(atomic_load(&items[j].discarded), j >= out && k % 2);
			}
			free(items);
		}
		tl_pool_free(pool);
	}
	tl_lane_free(NULL, discard);
}

struct cell {
	struct tl_pool *pool;
	_Atomic size_t sum;
};

static enum tl_status add_length(void *ctx, size_t begin, size_t end, unsigned worker,
				 struct tl_err *err)
{
	(void)worker;
	(void)err;
	atomic_fetch_add(&((struct cell *)ctx)->sum, end - begin);
	return TL_OK;
}

static enum tl_status loop_inside(void *p, unsigned worker, struct tl_err *err)
{
	struct cell *cell = p;
	(void)worker;
	return tl_pool_for(cell->pool, 100, 1, add_length, cell, err);
}

/* Work that uses the pool itself, in two lanes at once. */
static void test_nested(void)
{
	for (size_t i = 0; i < COUNTS; i++) {
		struct tl_pool *pool = new_pool(counts[i]);
		struct tl_lane *lane[2] = {new_lane(pool, 0, loop_inside),
					   new_lane(pool, 100, loop_inside)};
		static struct cell cells[400];
		void *got;
		struct tl_err err;
		memset(cells, 0, sizeof cells);
		for (int k = 0; k < 400; k++) {
			cells[k].pool = pool;
			while (tl_lane_full(lane[k % 2]))
				tl_test_ok(tl_lane_take(lane[k % 2], &got, &err), err);
			tl_lane_put(lane[k % 2], &cells[k]);
		}
		for (int k = 0; k < 2; k++) {
			while (tl_lane_pending(lane[k]))
				tl_test_ok(tl_lane_take(lane[k], &got, &err), err);
			tl_lane_free(lane[k], NULL);
		}
		for (int k = 0; k < 400; k++)
			tl_test_eq(cells[k].sum, 100);
		tl_pool_free(pool);
	}
}

static void test_too_deep(void)
{
	struct tl_pool *pool = new_pool(1);
	struct tl_lane *lane;
	struct tl_err err;
	tl_test_eq(tl_lane_new(pool, SIZE_MAX, work, &lane, &err), TL_NOMEM);
	tl_pool_free(pool);
}

int main(void)
{
	TL_RUN(test_order);
	TL_RUN(test_drawn);
	TL_RUN(test_drawn_free);
	TL_RUN(test_depth_one);
	TL_RUN(test_depth_deep);
	TL_RUN(test_free_skips);
	TL_RUN(test_free_busy);
	TL_RUN(test_nested);
	TL_RUN(test_too_deep);
	return tl_test_end();
}
