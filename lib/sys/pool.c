/* SPDX-License-Identifier: MIT */
/* pool: the one pool of worker threads of a process, by work stealing.
 *
 * Its parts: deque.c the deques, inbox.c the queues of the nodes, steal.c where a worker looks for
 * tasks, rest.c how it backs off, bed.c how it sleeps and is woken, range.c tl_pool_for.  Here are
 * the public functions and the threads.
 *
 * Contents: 1. tasks  2. threads  3. making and freeing.
 */
#include <tl/pool.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tl/mem.h>

#include "crew.h"
#include "range.h"
#include "rest.h"
#include "steal.h"

#define DEQUE_BITS 8   /* tasks of a deque at first: 256 */
#define ROUNDS_MANY 99 /* more than after which a worker looks everywhere */

/* The worker that this thread is, where it belongs to a pool. */
static _Thread_local struct tl_crew_worker *current;

/* ---- 1. tasks ---- */

/* A thread of another pool, or of none, is worker 0 of this one: it made it. */
static struct tl_crew_worker *me(const struct tl_pool *pool)
{
	struct tl_crew_worker *w = current;
	return w && w->pool == pool ? w : &pool->workers[0];
}

void tl_pool_submit(struct tl_pool *pool, struct tl_task *task)
{
	struct tl_crew_worker *w = me(pool);
	size_t depth = 0;
	if (!tl_deque_push(&w->deque, task, &depth) &&
	    !tl_inbox_put(&pool->node[w->node].inbox, task)) {
		tl_rest_run(w, task);
		return;
	}
	tl_metrics_note(TL_METRICS_QUEUE_DEPTH, depth);
	tl_metrics_peak(TL_METRICS_PEAK_QUEUE, depth);
	tl_rest_announce(pool, w->node, 1);
}

void tl_pool_submit_on(struct tl_pool *pool, struct tl_task *task, unsigned node)
{
	if (pool->nodes == 1 || !tl_inbox_put(&pool->node[node].inbox, task))
		tl_pool_submit(pool, task);
	else
		tl_rest_announce(pool, node, 1);
}

bool tl_pool_help(struct tl_pool *pool)
{
	struct tl_crew_worker *w = me(pool);
	struct tl_task *task = tl_steal_find(w, ROUNDS_MANY);
	if (task)
		tl_rest_run(w, task);
	return task != NULL;
}

void tl_pool_wait(struct tl_pool *pool, bool (*done)(void *ctx), void *ctx)
{
	tl_rest_wait(me(pool), done, ctx, true);
}

bool tl_pool_hold(struct tl_pool *pool, bool (*done)(void *ctx), void *ctx)
{
	struct tl_crew_worker *w = me(pool);
	return w->index && w->depth == 1 && tl_rest_hold(w, done, ctx);
}

void tl_pool_wake(struct tl_pool *pool)
{
	if (pool->n > 1)
		tl_bed_ring(&pool->waits);
}

enum tl_status tl_pool_for(struct tl_pool *pool, size_t count, size_t min_chunk, tl_pool_range fn,
			   void *ctx, struct tl_err *err)
{
	return tl_range_run(me(pool), count, min_chunk, fn, ctx, err);
}

/* ---- 2. threads ---- */

static void *thread_main(void *arg)
{
	struct tl_crew_worker *w = arg;
	current = w;
	tl_metrics_use(w->counts);
	tl_topo_bind(w->pool->topo, w->index);
	tl_rest_serve(w);
	return NULL;
}

static void join(struct tl_pool *pool, unsigned begun)
{
	atomic_store_explicit(&pool->stop, true, memory_order_seq_cst);
	for (unsigned k = 0; k < pool->nodes; k++)
		tl_bed_ring(&pool->node[k].idle);
	for (unsigned i = 1; i < begun; i++)
		pthread_join(pool->workers[i].thread, NULL);
}

/* Starts the threads with all signals blocked, so that the thread that made the pool gets them. */
static enum tl_status start(struct tl_pool *pool, struct tl_err *err)
{
	sigset_t all, old;
	unsigned i = 1;
	int failed = 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (i < pool->n && !failed) {
		struct tl_crew_worker *w = &pool->workers[i];
		failed = pthread_create(&w->thread, NULL, thread_main, w);
		i += !failed;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!failed)
		return TL_OK;
	join(pool, i);
	errno = failed;
	return tl_err_sys(err, TL_NOMEM, "cannot start thread %u of %u", i + 1, pool->n);
}

static void *clock_main(void *arg)
{
	struct tl_crew_clock *c = arg;
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	pthread_mutex_lock(&c->lock);
	while (!c->end) {
		at.tv_nsec += (long)(c->ms % 1000) * 1000000;
		at.tv_sec += c->ms / 1000 + at.tv_nsec / 1000000000;
		at.tv_nsec %= 1000000000;
		while (!c->end && pthread_cond_timedwait(&c->ends, &c->lock, &at) != ETIMEDOUT)
			;
		if (!c->end)
			c->fn(c->ctx);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

enum tl_status tl_pool_tick(struct tl_pool *pool, unsigned ms, void (*fn)(void *ctx), void *ctx,
			    struct tl_err *err)
{
	struct tl_crew_clock *c = &pool->clock;
	pthread_condattr_t attr;
	sigset_t all, old;
	c->ms = ms;
	c->fn = fn;
	c->ctx = ctx;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->ends, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&c->lock, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	errno = pthread_create(&c->thread, NULL, clock_main, c);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	c->runs = !errno;
	return c->runs ? TL_OK : tl_err_sys(err, TL_NOMEM, "cannot start a thread");
}

static void stop_clock(struct tl_crew_clock *c)
{
	if (!c->runs)
		return;
	pthread_mutex_lock(&c->lock);
	c->end = true;
	pthread_cond_signal(&c->ends);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	pthread_cond_destroy(&c->ends);
	pthread_mutex_destroy(&c->lock);
}

/* ---- 3. making and freeing ---- */

static void free_pool(struct tl_pool *pool)
{
	for (unsigned i = 0; pool->workers && i < pool->n; i++) {
		tl_deque_free(&pool->workers[i].deque);
		tl_metrics_close(pool->workers[i].counts);
	}
	for (unsigned k = 0; pool->node && k < pool->nodes; k++)
		tl_inbox_free(&pool->node[k].inbox);
	free(pool->workers);
	free(pool->node);
	free(pool->members);
	tl_topo_free(pool->topo);
	free(pool);
}

/* A block of zeros whose address suits _Alignas(TL_DEQUE_LINE). */
static void *aligned_zeros(size_t size, struct tl_err *err)
{
	void *p = aligned_alloc(TL_DEQUE_LINE, size);
	if (p)
		memset(p, 0, size);
	else
		(void)tl_err_nomem(err, size);
	return p;
}

static enum tl_status init_workers(struct tl_pool *pool, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (unsigned i = 0; i < pool->n && st == TL_OK; i++) {
		struct tl_crew_worker *w = &pool->workers[i];
		w->pool = pool;
		w->index = i;
		w->node = tl_topo_place_of(pool->topo, i)->node;
		w->patience = TL_REST_SPINS;
		w->random = 0x9E3779B97F4A7C15u * (i + 1);
		st = tl_deque_init(&w->deque, DEQUE_BITS, err);
		if (st == TL_OK)
			st = tl_metrics_open(&w->counts, err);
	}
	return st;
}

static void init_nodes(struct tl_pool *pool)
{
	unsigned at = 0;
	for (unsigned k = 0; k < pool->nodes; k++) {
		struct tl_crew_node *node = &pool->node[k];
		tl_inbox_init(&node->inbox);
		node->member = pool->members + at;
		for (unsigned i = 0; i < pool->n; i++)
			if (pool->workers[i].node == k)
				pool->members[at + node->members++] = i;
		at += node->members;
	}
}

static enum tl_status make(struct tl_pool *pool, struct tl_err *err)
{
	const struct tl_topo_sum *sum = tl_topo_sum_of(pool->topo);
	pool->n = sum->workers;
	pool->nodes = sum->nodes;
	pool->workers = aligned_zeros(pool->n * sizeof *pool->workers, err);
	pool->members = pool->workers ? tl_mem_zalloc(pool->n, sizeof *pool->members, err) : NULL;
	if (!pool->members)
		return TL_NOMEM;
	enum tl_status st = init_workers(pool, err);
	if (st != TL_OK)
		return st;
	pool->node = aligned_zeros(pool->nodes * sizeof *pool->node, err);
	if (!pool->node)
		return TL_NOMEM;
	init_nodes(pool);
	tl_topo_bind(pool->topo, 0);
	/* Inside a task of another pool its worker goes on counting there. */
	struct tl_metrics_shard *before = tl_metrics_use(pool->workers[0].counts);
	if (before)
		tl_metrics_use(before);
	return start(pool, err);
}

enum tl_status tl_pool_new(const struct tl_pool_opts *opts, struct tl_pool **ret,
			   struct tl_err *err)
{
	static const struct tl_pool_opts none;
	const struct tl_pool_opts *o = opts ? opts : &none;
	struct tl_topo_opts topts = {.threads = o->threads, .smt = o->smt, .pin = o->pin,
				     .numa = o->numa};
	struct tl_pool *pool = aligned_zeros(sizeof *pool, err);
	if (!pool)
		return TL_NOMEM;
	pool->max_chunk = o->max_chunk ? o->max_chunk : SIZE_MAX;
	enum tl_status st = tl_topo_new(&topts, &pool->topo, err);
	if (st == TL_OK)
		st = make(pool, err);
	if (st != TL_OK) {
		free_pool(pool);
		return st;
	}
	*ret = pool;
	return TL_OK;
}

void tl_pool_free(struct tl_pool *pool)
{
	if (!pool)
		return;
	stop_clock(&pool->clock);
	join(pool, pool->n);
	tl_topo_unbind(pool->topo);
	free_pool(pool);
}

unsigned tl_pool_threads(const struct tl_pool *pool)
{
	return pool->n;
}

unsigned tl_pool_nodes(const struct tl_pool *pool)
{
	return pool->nodes;
}

unsigned tl_pool_node_of(const struct tl_pool *pool, unsigned worker)
{
	return pool->workers[worker].node;
}

void tl_pool_lay(const struct tl_pool *pool, void *p, size_t n, unsigned node)
{
	tl_topo_lay(pool->topo, p, n, node);
}

const struct tl_topo *tl_pool_topo(const struct tl_pool *pool)
{
	return pool->topo;
}

void tl_pool_stats(const struct tl_pool *pool, struct tl_pool_stats *ret)
{
	*ret = (struct tl_pool_stats){0};
	for (unsigned i = 0; i < pool->n; i++) {
		const struct tl_metrics_shard *s = pool->workers[i].counts;
		ret->tasks += tl_metrics_of(s, TL_METRICS_TASKS);
		ret->steals_tried += tl_metrics_of(s, TL_METRICS_STEALS_TRIED);
		ret->steals_won += tl_metrics_of(s, TL_METRICS_STEALS_WON);
		ret->steals_far += tl_metrics_of(s, TL_METRICS_STEALS_FAR);
		ret->migrated += tl_metrics_of(s, TL_METRICS_MIGRATED);
		ret->sleeps += tl_metrics_of(s, TL_METRICS_SLEEPS);
	}
}
