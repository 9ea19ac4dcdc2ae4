/* SPDX-License-Identifier: MIT */
/* test_model: the deque and the bed, as they are compiled, explored exhaustively at up to three
 * threads; and that each memory order they rely on is missed when it is made weaker. */
#include "model.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Arrays that grow come from here, the same each time that the owner is begun anew. */
static _Alignas(16) char arena[256];
static size_t arena_used, arena_base;

static void *arena_take(size_t n)
{
	void *p = arena + arena_used;
	arena_used += (n + 15) / 16 * 16;
	if (arena_used > sizeof arena)
		abort();
	return p;
}

static long futex_call(long number, void *word, int op, unsigned was)
{
	(void)number;
	return model_futex(word, op == FUTEX_WAIT_PRIVATE, was);
}

#define malloc(n) arena_take(n)
#define free(p) ((void)(p))
#define syscall(number, word, op, was, ...) futex_call(number, word, op, (unsigned)(was))
#include "../../lib/sys/deque.c"
#include "../../lib/sys/bed.c"
#undef malloc
#undef free
#undef syscall

#include "tltest.h"

#define TASKS 4

static struct tl_deque deque;
static struct tl_bed bed;
static struct tl_task task[TASKS];
static struct tl_task *got[MODEL_THREADS][8];
static int gots[MODEL_THREADS];
static unsigned bits;

static void set_up(void)
{
	struct tl_err err;
	arena_used = 0;
	/* Locations get their numbers here, so that equal states look equal. */
	if (tl_deque_init(&deque, bits, &err) != TL_OK)
		abort();
	atomic_init(&bed.word, 0);
	atomic_init(&bed.sleepers, 0);
	arena_base = arena_used;
	for (size_t i = 0; i < 10; i++)
		(void)model_loc(arena + 16 + 8 * i);
}

static void begin(int t)
{
	gots[t] = 0;
	if (t == 0)
		arena_used = arena_base;
}

static void push(int i)
{
	if (!tl_deque_push(&deque, &task[i], NULL))
		abort();
}

static void pop(int t)
{
	got[t][gots[t]] = tl_deque_pop(&deque);
	gots[t] += got[t][gots[t]] != NULL;
}

static void steal(int t)
{
	gots[t] += tl_deque_steal(&deque, &got[t][gots[t]]) == TL_DEQUE_TAKEN;
}

static uint64_t latest(const struct model_state *s, const volatile void *p)
{
	int loc = model_loc(p);
	return s->msg[loc][s->n[loc] - 1].value;
}

/* Each task that was pushed was taken once, or is still there. */
static int pushes;
static bool each_once(const struct model_state *s)
{
	int times[TASKS] = {0};
	struct tl_deque_array *a = (void *)(uintptr_t)latest(s, &deque.array);
	int64_t top = (int64_t)latest(s, &deque.top), bottom = (int64_t)latest(s, &deque.bottom);
	for (int t = 0; t < MODEL_THREADS; t++)
		for (int i = 0; i < gots[t]; i++) {
			if (got[t][i] < task || got[t][i] >= task + TASKS)
				return false; /* what nobody put there */
			times[got[t][i] - task]++;
		}
	for (int64_t i = top; i < bottom; i++) {
		uint64_t v = latest(s, &a->slot[i & a->mask]);
		if (v < (uintptr_t)task || v >= (uintptr_t)(task + TASKS))
			return false;
		times[(struct tl_task *)(uintptr_t)v - task]++;
	}
	for (int i = 0; i < TASKS; i++)
		if (times[i] != (i < pushes))
			return false;
	return true;
}

static void thief(int t)
{
	begin(t);
	steal(t);
}

static void thief_twice(int t)
{
	begin(t);
	steal(t);
	steal(t);
}

/* The last item, and the one before it. */
static void owner_last(int t)
{
	begin(t);
	push(0);
	push(1);
	pop(t);
	pop(t);
}

/* Slots are used a second time. */
static void owner_wraps(int t)
{
	begin(t);
	push(0);
	push(1);
	pop(t);
	push(2);
	pop(t);
}

/* One slot, then two. */
static void owner_grows(int t)
{
	begin(t);
	push(0);
	push(1);
	pop(t);
}

static void scene(void (*owner)(int), void (*first)(int), void (*second)(int), unsigned size_bits,
		  int n)
{
	model.thread[0] = owner;
	model.thread[1] = first;
	model.thread[2] = second;
	model.judge = each_once;
	bits = size_bits;
	pushes = n;
	memset(gots, 0, sizeof gots);
}

static void explore(void)
{
	bool right = model_explore(set_up, NULL);
	printf("# %lu states\n", model.states);
	tl_test(right);
	tl_test(model.states > 100);
}

static void test_last(void)
{
	scene(owner_last, thief, thief, 1, 2);
	explore();
	scene(owner_last, thief_twice, thief, 1, 2);
	explore();
}

static void test_wraps(void)
{
	scene(owner_wraps, thief, thief, 1, 3);
	explore();
}

static void test_grows(void)
{
	scene(owner_grows, thief, thief, 0, 2);
	explore();
}

/* ---- sleeping ---- */

static void submitter(int t)
{
	begin(t);
	push(0);
	(void)tl_bed_wake(&bed, 1);
}

static void sleeper(int t)
{
	begin(t);
	uint32_t was = tl_bed_enter(&bed);
	if (tl_deque_empty(&deque))
		tl_bed_sleep(&bed, was);
	tl_bed_leave(&bed);
	steal(t);
}

static atomic_int told;

static void teller(int t)
{
	begin(t);
	atomic_store_explicit(&told, 1, memory_order_release);
	tl_bed_ring(&bed);
}

static void listener(int t)
{
	begin(t);
	uint32_t was = tl_bed_enter(&bed);
	if (!atomic_load_explicit(&told, memory_order_acquire))
		tl_bed_sleep(&bed, was);
	tl_bed_leave(&bed);
}

static void set_up_told(void)
{
	set_up();
	atomic_init(&told, 0);
}

static bool any_end(const struct model_state *s)
{
	(void)s;
	return true;
}

static void test_sleep(void)
{
	scene(submitter, sleeper, NULL, 1, 1);
	explore();
	scene(submitter, sleeper, sleeper, 1, 1);
	/* With two sleepers one may wake and take all; the other sleeps on, as it should. */
	scene(teller, listener, listener, 1, 0);
	model.judge = any_end;
	tl_test(model_explore(set_up_told, NULL));
	tl_test(model.states > 50);
}

/* ---- weaker orders ---- */

#define SC memory_order_seq_cst
#define ACQ memory_order_acquire
#define REL memory_order_release
#define ACQ_REL memory_order_acq_rel
#define RLX memory_order_relaxed

/* Some scene goes wrong with m, and m did weaken something. */
static void wants(struct model_mutant m)
{
	unsigned long hits = 0;
	bool wrong = false;
	static const struct {
		void (*owner)(int), (*first)(int), (*second)(int);
		unsigned bits;
		int n;
	} scenes[] = {
		{owner_grows, thief, thief, 0, 2}, {owner_last, thief, thief, 1, 2},
		{submitter, sleeper, NULL, 1, 1},  {owner_wraps, thief, thief, 1, 3},
	};
	for (size_t i = 0; i < sizeof scenes / sizeof *scenes && !wrong; i++) {
		scene(scenes[i].owner, scenes[i].first, scenes[i].second, scenes[i].bits,
		      scenes[i].n);
		wrong = !model_explore(set_up, &m);
		hits += model.hits;
	}
	if (!wrong || !hits)
		printf("# %s, %s: %s\n", m.fn, m.object, hits ? "not missed" : "no such place");
	tl_test(wrong && hits);
}

static void test_orders_of_deque(void)
{
	wants((struct model_mutant){"tl_deque_push", "&d->bottom", 's', SC, RLX});
	wants((struct model_mutant){"grow", "&d->array", 's', REL, RLX});
	wants((struct model_mutant){"tl_deque_pop", "&d->bottom", 's', SC, REL});
	wants((struct model_mutant){"tl_deque_pop", "&d->top", 'l', SC, ACQ});
	wants((struct model_mutant){"tl_deque_steal", "&d->bottom", 'l', SC, ACQ});
	wants((struct model_mutant){"tl_deque_steal", "&d->array", 'l', ACQ, RLX});
	wants((struct model_mutant){"tl_deque_steal", "&d->top", 'u', SC, ACQ_REL});
}

static void test_orders_of_bed(void)
{
	wants((struct model_mutant){"tl_deque_push", "&d->bottom", 's', SC, REL});
	wants((struct model_mutant){"tl_deque_empty", "&d->bottom", 'l', SC, ACQ});
	wants((struct model_mutant){"tl_bed_enter", "&bed->sleepers", 'u', SC, ACQ_REL});
	wants((struct model_mutant){"tl_bed_wake", "&bed->sleepers", 'l', SC, ACQ});
}

/* The checker itself: an update that is a load and a store loses one of two. */
static atomic_int number;

static void adder(int t)
{
	(void)t;
	int v = atomic_load_explicit(&number, SC);
	atomic_store_explicit(&number, v + 1, SC);
}

static void real_adder(int t)
{
	(void)t;
	atomic_fetch_add_explicit(&number, 1, RLX);
}

static void set_up_number(void)
{
	atomic_init(&number, 0);
}

static bool is_three(const struct model_state *s)
{
	return latest(s, &number) == 3;
}

static void test_checker(void)
{
	scene(adder, adder, adder, 1, 0);
	model.judge = is_three;
	tl_test(!model_explore(set_up_number, NULL));
	scene(real_adder, real_adder, real_adder, 1, 0);
	model.judge = is_three;
	tl_test(model_explore(set_up_number, NULL));
}

int main(void)
{
	TL_RUN(test_checker);
	TL_RUN(test_last);
	TL_RUN(test_wraps);
	TL_RUN(test_grows);
	TL_RUN(test_sleep);
	TL_RUN(test_orders_of_deque);
	TL_RUN(test_orders_of_bed);
	return tl_test_end();
}
