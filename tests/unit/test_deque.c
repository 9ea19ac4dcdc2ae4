/* SPDX-License-Identifier: MIT */
/* test_deque: order, growth, and that under many thieves each item is taken exactly once. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "deque.h"
#include "tltest.h"

#define ITEMS 60000
#define THIEVES 4

static struct tl_task items[ITEMS];
static atomic_int taken[ITEMS];

static struct tl_deque *new_deque(unsigned bits)
{
	static struct tl_deque d;
	struct tl_err err;
	tl_test_ok(tl_deque_init(&d, bits, &err), err);
	return &d;
}

static void test_order(void)
{
	struct tl_deque *d = new_deque(1);
	struct tl_task *t;
	tl_test(tl_deque_empty(d));
	tl_test(!tl_deque_pop(d));
	tl_test(tl_deque_steal(d, &t) == TL_DEQUE_EMPTY);
	for (int i = 0; i < 100; i++)
		tl_test(tl_deque_push(d, &items[i], NULL));
	tl_test(!tl_deque_empty(d));
	for (int i = 0; i < 50; i++) {
		tl_test(tl_deque_pop(d) == &items[99 - i]);
		tl_test(tl_deque_steal(d, &t) == TL_DEQUE_TAKEN);
		tl_test(t == &items[i]);
	}
	tl_test(!tl_deque_pop(d));
	tl_test(tl_deque_empty(d));
	tl_deque_free(d);
}

/* Many laps round a small array which never has to grow, then growth in the middle of a lap. */
static void test_wrap(void)
{
	struct tl_deque *d = new_deque(2);
	struct tl_task *t;
	for (int i = 0; i < 1000; i++) {
		for (int k = 0; k < 3; k++)
			tl_test(tl_deque_push(d, &items[i + k], NULL));
		tl_test(tl_deque_steal(d, &t) == TL_DEQUE_TAKEN && t == &items[i]);
		tl_test(tl_deque_pop(d) == &items[i + 2]);
		tl_test(tl_deque_steal(d, &t) == TL_DEQUE_TAKEN && t == &items[i + 1]);
		tl_test(tl_deque_empty(d));
	}
	for (int i = 0; i < 37; i++)
		tl_test(tl_deque_push(d, &items[i], NULL));
	for (int i = 0; i < 37; i++)
		tl_test(tl_deque_steal(d, &t) == TL_DEQUE_TAKEN && t == &items[i]);
	tl_deque_free(d);
}

struct thief {
	struct tl_deque *d;
	atomic_bool *stop;
};

static void mark(struct tl_task *t)
{
	atomic_fetch_add(&taken[t - items], 1);
}

static void *thief_main(void *arg)
{
	struct thief *thief = arg;
	struct tl_task *t;
	for (;;) {
		bool stop = atomic_load(thief->stop);
		enum tl_deque_got got = tl_deque_steal(thief->d, &t);
		if (got == TL_DEQUE_TAKEN)
			mark(t);
		else if (got == TL_DEQUE_EMPTY && stop)
			return NULL;
	}
}

/* The owner pushes and pops in bursts of up to burst, so that the deque is often nearly empty. */
static void thrash(unsigned bits, unsigned burst)
{
	struct tl_deque *d = new_deque(bits);
	atomic_bool stop = false;
	struct thief thief = {d, &stop};
	pthread_t id[THIEVES];
	memset(taken, 0, sizeof taken);
	for (int i = 0; i < THIEVES; i++)
		if (pthread_create(&id[i], NULL, thief_main, &thief))
			abort();
	bool pushed = true;
	for (int i = 0; i < ITEMS;) {
		for (unsigned n = 1 + (unsigned)tl_test_below(burst); n && i < ITEMS; n--)
			pushed = tl_deque_push(d, &items[i++], NULL) && pushed;
		for (unsigned n = 1 + (unsigned)tl_test_below(burst); n; n--) {
			struct tl_task *t = tl_deque_pop(d);
			if (t)
				mark(t);
		}
	}
	atomic_store(&stop, true);
	for (int i = 0; i < THIEVES; i++)
		pthread_join(id[i], NULL);
	tl_test(pushed);
	tl_test(tl_deque_empty(d));
	for (int i = 0; i < ITEMS; i++)
		tl_test_eq(atomic_load(&taken[i]), 1);
	tl_deque_free(d);
}

static void test_thrash_few(void)
{
	thrash(1, 2);
}

static void test_thrash_bursts(void)
{
	thrash(2, 50);
}

static void test_thrash_growth(void)
{
	thrash(0, 5000);
}

int main(void)
{
	TL_RUN(test_order);
	TL_RUN(test_wrap);
	TL_RUN(test_thrash_few);
	TL_RUN(test_thrash_bursts);
	TL_RUN(test_thrash_growth);
	return tl_test_end();
}
