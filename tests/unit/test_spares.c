/* SPDX-License-Identifier: MIT */
/* test_spares: things come back to who took them, to one at a time, and are not made without need. */
#include <tl/spares.h>

#include <stdatomic.h>

#include <tl/lane.h>

#include "tltest.h"

struct thing {
	struct tl_spare spare;
	_Atomic unsigned users;
	unsigned *emptied; /* NULL: it is new */
};

static unsigned emptied;

static void empty(void *p)
{
	struct thing *t = p;
	tl_test_eq(atomic_load(&t->users), 0);
	emptied++;
}

static struct tl_spares *new_spares(unsigned workers)
{
	struct tl_spares *s = NULL;
	struct tl_err err;
	emptied = 0;
	tl_test_ok(tl_spares_new(workers, &s, &err), err);
	return s;
}

static struct thing *take(struct tl_spares *s, unsigned worker)
{
	struct tl_err err;
	struct thing *t = tl_spares_take(s, worker, sizeof *t, &err);
	tl_test(t);
	return t;
}

static void test_own(void)
{
	struct tl_spares *s = new_spares(2);
	struct thing *a = take(s, 0), *b = take(s, 0), *c = take(s, 1);
	tl_test(a != b && b != c && a != c);
	tl_test(!a->emptied && !atomic_load(&a->users));
	tl_spares_give(s, a);
	tl_spares_give(s, c);
	tl_spares_give(s, b);
	tl_test(take(s, 1) == c);
	tl_test(take(s, 0) == b); /* the last one first */
	tl_test(take(s, 0) == a);
	tl_spares_give(s, a);
	tl_test(take(s, 1) == a); /* before one is made */
	tl_spares_give(s, a);
	tl_test(take(s, 1) == a); /* it is worker 1's now */
	tl_spares_give(s, NULL);
	tl_spares_give(s, a);
	tl_spares_give(s, b);
	tl_spares_give(s, c);
	tl_spares_free(s, empty);
	tl_test_eq(emptied, 3);
	tl_spares_free(NULL, empty);
}

/* Of another's things the first is taken, and the others stay there. */
static void test_others(void)
{
	struct tl_spares *s = new_spares(3);
	struct thing *t[5];
	for (unsigned i = 0; i < 5; i++)
		t[i] = take(s, 1);
	for (unsigned i = 0; i < 5; i++)
		tl_spares_give(s, t[i]);
	struct thing *x = take(s, 2), *y = take(s, 0);
	tl_test(x != y);
	for (unsigned i = 0; i < 3; i++)
		tl_test_eq(take(s, 1)->spare.worker, 1);
	for (unsigned i = 0; i < 5; i++)
		tl_spares_give(s, t[i]);
	tl_spares_free(s, empty);
	tl_test_eq(emptied, 5);
}

struct use {
	struct tl_spares *spares;
	struct thing *thing;
};

static enum tl_status use_one(void *p, unsigned worker, struct tl_err *err)
{
	struct use *u = p;
	u->thing = tl_spares_take(u->spares, worker, sizeof *u->thing, err);
	if (!u->thing)
		return TL_NOMEM;
	if (u->thing->spare.worker != worker || atomic_fetch_add(&u->thing->users, 1))
		return tl_err_set(err, TL_INTERNAL, "it is somebody else's");
	u->thing->emptied = &emptied;
	for (volatile unsigned i = 0; i < 50; i++)
		;
	return TL_OK;
}

static void give_oldest(struct tl_lane *lane, struct tl_spares *s)
{
	void *item = NULL;
	struct tl_err err;
	tl_test_ok(tl_lane_take(lane, &item, &err), err);
	struct use *u = item;
	tl_test_eq(atomic_fetch_sub(&u->thing->users, 1), 1);
	tl_spares_give(s, u->thing);
}

static void use_many(unsigned threads)
{
	enum { DEPTH = 9, USES = 4000 };
	static struct use uses[DEPTH];
	struct tl_pool *pool = NULL;
	struct tl_lane *lane = NULL;
	struct tl_err err;
	struct tl_spares *s = new_spares(threads);
	tl_test_ok(tl_pool_new(&(struct tl_pool_opts){.threads = threads}, &pool, &err), err);
	tl_test_ok(tl_lane_new(pool, DEPTH, use_one, &lane, &err), err);
	for (unsigned i = 0; i < USES; i++) {
		if (tl_lane_full(lane))
			give_oldest(lane, s);
		uses[i % DEPTH] = (struct use){.spares = s};
		tl_lane_put(lane, &uses[i % DEPTH]);
	}
	while (tl_lane_pending(lane))
		give_oldest(lane, s);
	tl_lane_free(lane, NULL);
	tl_pool_free(pool);
	tl_spares_free(s, empty);
	/* One that another worker keeps for itself is not seen. */
	tl_test(emptied >= 1 && emptied <= DEPTH * threads);
}

static void test_threads(void)
{
	use_many(1);
	tl_test(emptied <= 9);
	use_many(2);
	use_many(7);
	use_many(16);
}

int main(void)
{
	TL_RUN(test_own);
	TL_RUN(test_others);
	TL_RUN(test_threads);
	return tl_test_end();
}
