/* SPDX-License-Identifier: MIT */
/* rest: what a worker does until there is something to do.
 *
 * It looks for a task some times, with pauses twice as long each time up to LONGEST, then sleeps on
 * a futex.  How often hangs on whether that led to anything before: half as often where it slept after
 * all, twice as often where something came.
 * Two kinds of sleepers have beds of their own: idle threads, a bed for each node, woken by new
 * tasks; and workers in tl_pool_wait, woken by tl_pool_wake and, where too few threads are idle,
 * by new tasks.
 */
#include "rest.h"

#include "steal.h"

#define LEAST 6     /* rounds of looking, some 10 us: what it costs to sleep and to be woken */
#define HOLDS 2      /* times that, for one's turn */
#define LONGEST 512 /* pauses between two looks */

/* Tells the core that this is a loop that waits. */
static void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* Where the idle are too few, all waiting workers are woken, not some: one of them may find that it
 * need not wait any longer, and go. */
void tl_rest_announce(struct tl_pool *pool, unsigned node, unsigned n)
{
	unsigned woken = 0;
	if (pool->n == 1)
		return;
	for (unsigned i = 0; i < pool->nodes && woken < n; i++)
		woken += tl_bed_wake(&pool->node[(node + i) % pool->nodes].idle, n - woken);
	if (woken < n && tl_bed_sleepers(&pool->waits))
		tl_bed_ring(&pool->waits);
}

void tl_rest_run(struct tl_crew_worker *w, struct tl_task *task)
{
	w->depth++;
	tl_metrics_add_to(w->counts, TL_METRICS_TASKS, 1);
	task->run(task, w->index);
	w->depth--;
}

struct wait {
	bool (*done)(void *ctx);
	void *ctx;
	bool helps; /* takes tasks meanwhile */
};

/* Looks for a task, or for the end of the wait, for a bounded time. */
static struct tl_task *spin(struct tl_crew_worker *w, const struct wait *wait, unsigned rounds)
{
	for (unsigned round = 0; round < rounds; round++) {
		if (wait->done(wait->ctx))
			return NULL;
		struct tl_task *task = wait->helps ? tl_steal_find(w, round) : NULL;
		if (task && round)
			tl_metrics_note(TL_METRICS_LOOKS, round);
		if (task)
			return task;
		for (unsigned i = 0, n = round < 7 ? 4u << round : LONGEST; i < n; i++)
			pause_cpu();
	}
	return NULL;
}

/* Sleeps once, unless there is something to do. */
static void doze(struct tl_crew_worker *w, struct tl_bed *bed, const struct wait *wait)
{
	uint32_t was = tl_bed_enter(bed);
	if (!wait->done(wait->ctx) && !(wait->helps && tl_steal_any(w))) {
		tl_metrics_add_to(w->counts, TL_METRICS_SLEEPS, 1);
		tl_bed_sleep(bed, was);
	}
	tl_bed_leave(bed);
}

/* Looking was worth it, or it was not. */
static void learn(struct tl_crew_worker *w, bool came)
{
	unsigned twice = 2 * w->patience;
	w->patience = !came ? w->patience / 2 : twice < TL_REST_SPINS ? twice : TL_REST_SPINS;
	w->patience = w->patience > LEAST ? w->patience : LEAST;
}

static void pass(struct tl_crew_worker *w, struct tl_bed *bed, const struct wait *wait)
{
	while (!wait->done(wait->ctx)) {
		struct tl_task *task = spin(w, wait, w->patience);
		learn(w, task || wait->done(wait->ctx));
		if (task)
			tl_rest_run(w, task);
		else
			doze(w, bed, wait);
	}
}

void tl_rest_wait(struct tl_crew_worker *w, bool (*done)(void *ctx), void *ctx, bool helps)
{
	struct wait wait = {done, ctx, helps};
	pass(w, &w->pool->waits, &wait);
}

bool tl_rest_hold(struct tl_crew_worker *w, bool (*done)(void *ctx), void *ctx)
{
	const struct wait wait = {done, ctx, false};
	for (unsigned i = 0; i < HOLDS; i++)
		(void)spin(w, &wait, TL_REST_SPINS);
	return done(ctx);
}

static bool stopped(void *ctx)
{
	struct tl_pool *pool = ctx;
	return atomic_load_explicit(&pool->stop, memory_order_seq_cst);
}

void tl_rest_serve(struct tl_crew_worker *w)
{
	struct wait wait = {stopped, w->pool, true};
	pass(w, &w->pool->node[w->node].idle, &wait);
}
