/* SPDX-License-Identifier: MIT */
/* pool: the one pool of worker threads of a process, by work stealing.
 *
 * Contents: 1. workers and finding tasks  2. sleep and waking  3. waiting  4. the threads
 * 5. tl_pool_for  6. making and freeing.
 *
 * Two kinds of sleepers have a futex word and a count each: idle threads, woken by new tasks, and
 * workers in tl_pool_wait, woken by tl_pool_wake and, where too few threads are idle, by new tasks.
 * No wake-up is lost, as both sides write first and then look, in the one order of seq_cst
 * operations: a sleeper adds itself to the count, then looks for tasks, then waits for the
 * word to change; a submitter pushes, then looks at the count, then changes the word.
 */
#include <tl/pool.h>

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <tl/mem.h>
#include <tl/topo.h>

#include "deque.h"

#define THREADS_MAX 4096
#define DEQUE_BITS 8   /* tasks of a deque at first: 256 */
#define SPINS 7        /* rounds of stealing before sleep, each twice as long as the last */
#define PARTS 3        /* chunks per worker that tl_pool_for cuts from what is left */
#define DEPTH_MAX 16   /* tasks inside one another, from where tl_pool_for takes no foreign ones */

struct worker {
	struct tl_deque deque;
	struct tl_pool *pool;
	unsigned index;
	unsigned depth;  /* tasks inside one another; only this worker's thread uses it */
	uint64_t random; /* xorshift state; only this worker's thread uses it */
	pthread_t thread;
	/* Counters, written by this worker's thread, read by tl_pool_stats: relaxed. */
	_Atomic unsigned long long tasks, tried, won, sleeps;
};

/* Where a kind of worker sleeps. */
struct bed {
	/* Both written by any worker, seq_cst; the word is changed before waking. */
	_Alignas(TL_DEQUE_LINE) _Atomic uint32_t word;
	_Atomic unsigned sleepers;
};

struct tl_pool {
	unsigned n;             /* workers; fixed once they run */
	struct bed idle, waits; /* threads without work, workers in tl_pool_wait */
	_Atomic bool stop;      /* written by tl_pool_free, seq_cst */
	struct worker *workers; /* [n] */
};

/* The worker that this thread is, where it belongs to a pool. */
static _Thread_local struct worker *current;

/* ---- 1. workers and finding tasks ---- */

/* A thread of another pool, or of none, is worker 0 of this one: it made it. */
static struct worker *me(const struct tl_pool *pool)
{
	struct worker *w = current;
	return w && w->pool == pool ? w : &pool->workers[0];
}

static void count(_Atomic unsigned long long *counter)
{
	unsigned long long v = atomic_load_explicit(counter, memory_order_relaxed);
	atomic_store_explicit(counter, v + 1, memory_order_relaxed);
}

/* Tells the core that this is a loop that waits. */
static void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static uint64_t next_random(struct worker *w)
{
	uint64_t x = w->random;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return w->random = x;
}

static struct tl_task *steal_from(struct worker *w, struct worker *victim)
{
	struct tl_task *task;
	enum tl_deque_got got;
	do {
		count(&w->tried);
		got = tl_deque_steal(&victim->deque, &task);
	} while (got == TL_DEQUE_LOST);
	if (got == TL_DEQUE_EMPTY)
		return NULL;
	count(&w->won);
	return task;
}

/* One round over all others, from a random one on. */
static struct tl_task *steal(struct worker *w)
{
	struct tl_pool *pool = w->pool;
	if (pool->n == 1)
		return NULL;
	unsigned at = (unsigned)(next_random(w) % pool->n);
	for (unsigned i = 0; i < pool->n; i++, at = at + 1 == pool->n ? 0 : at + 1) {
		if (at == w->index)
			continue;
		struct tl_task *task = steal_from(w, &pool->workers[at]);
		if (task)
			return task;
	}
	return NULL;
}

static struct tl_task *find(struct worker *w)
{
	struct tl_task *task = tl_deque_pop(&w->deque);
	return task ? task : steal(w);
}

static void run(struct worker *w, struct tl_task *task)
{
	w->depth++;
	count(&w->tasks);
	task->run(task, w->index);
	w->depth--;
}

/* ---- 2. sleep and waking ---- */

static bool any_task(const struct tl_pool *pool)
{
	for (unsigned i = 0; i < pool->n; i++)
		if (!tl_deque_empty(&pool->workers[i].deque))
			return true;
	return false;
}

/* Sleeps until the word is no longer what it was; may return early. */
static void sleep_on(struct bed *bed, uint32_t was)
{
	syscall(SYS_futex, (uint32_t *)&bed->word, FUTEX_WAIT_PRIVATE, was, NULL, NULL, 0);
}

/* Wakes up to n who sleep there; tells how many were. */
static unsigned wake(struct bed *bed, unsigned n)
{
	if (!atomic_load_explicit(&bed->sleepers, memory_order_seq_cst))
		return 0;
	atomic_fetch_add_explicit(&bed->word, 1, memory_order_seq_cst);
	long woken = syscall(SYS_futex, (uint32_t *)&bed->word, FUTEX_WAKE_PRIVATE,
			     n < INT_MAX ? n : INT_MAX, NULL, NULL, 0);
	return woken > 0 ? (unsigned)woken : 0;
}

/* n tasks are new.  Where the idle are too few, all waiting workers are woken, not some: one of
 * them may find that it need not wait any longer, and go. */
static void announce(struct tl_pool *pool, unsigned n)
{
	if (pool->n > 1 && wake(&pool->idle, n) < n)
		(void)wake(&pool->waits, UINT_MAX);
}

void tl_pool_wake(struct tl_pool *pool)
{
	if (pool->n == 1)
		return;
	/* The word changes in any case: a worker that adds itself to the sleepers after we looked
	 * reads it afterwards, and then sees what made done true. */
	atomic_fetch_add_explicit(&pool->waits.word, 1, memory_order_seq_cst);
	(void)wake(&pool->waits, UINT_MAX);
}

/* ---- 3. waiting ---- */

struct wait {
	bool (*done)(void *ctx);
	void *ctx;
	bool helps; /* takes tasks meanwhile */
};

/* Sleeps once, unless there is something to do. */
static void doze(struct worker *w, const struct wait *wait)
{
	struct bed *bed = &w->pool->waits;
	atomic_fetch_add_explicit(&bed->sleepers, 1, memory_order_seq_cst);
	uint32_t was = atomic_load_explicit(&bed->word, memory_order_seq_cst);
	if (!wait->done(wait->ctx) && !(wait->helps && any_task(w->pool))) {
		count(&w->sleeps);
		sleep_on(bed, was);
	}
	atomic_fetch_sub_explicit(&bed->sleepers, 1, memory_order_seq_cst);
}

/* Looks for a task, or for the end of the wait, for a bounded time. */
static struct tl_task *spin(struct worker *w, const struct wait *wait)
{
	for (unsigned round = 0; round < SPINS; round++) {
		if (wait->done(wait->ctx))
			return NULL;
		struct tl_task *task = wait->helps ? find(w) : NULL;
		if (task)
			return task;
		for (unsigned i = 0; i < 4u << round; i++)
			pause_cpu();
	}
	return NULL;
}

static void wait_for(struct worker *w, const struct wait *wait)
{
	while (!wait->done(wait->ctx)) {
		struct tl_task *task = spin(w, wait);
		if (task)
			run(w, task);
		else
			doze(w, wait);
	}
}

void tl_pool_wait(struct tl_pool *pool, bool (*done)(void *ctx), void *ctx)
{
	struct wait wait = {done, ctx, true};
	wait_for(me(pool), &wait);
}

bool tl_pool_help(struct tl_pool *pool)
{
	struct worker *w = me(pool);
	struct tl_task *task = find(w);
	if (task)
		run(w, task);
	return task != NULL;
}

void tl_pool_submit(struct tl_pool *pool, struct tl_task *task)
{
	struct worker *w = me(pool);
	if (tl_deque_push(&w->deque, task))
		announce(pool, 1);
	else
		run(w, task);
}

/* ---- 4. the threads ---- */

static bool stopped(void *ctx)
{
	struct tl_pool *pool = ctx;
	return atomic_load_explicit(&pool->stop, memory_order_seq_cst);
}

/* Sleeps once as an idle thread, unless there is a task or the end has come. */
static void idle(struct worker *w)
{
	struct bed *bed = &w->pool->idle;
	atomic_fetch_add_explicit(&bed->sleepers, 1, memory_order_seq_cst);
	uint32_t was = atomic_load_explicit(&bed->word, memory_order_seq_cst);
	if (!any_task(w->pool) && !stopped(w->pool)) {
		count(&w->sleeps);
		sleep_on(bed, was);
	}
	atomic_fetch_sub_explicit(&bed->sleepers, 1, memory_order_seq_cst);
}

static void *thread_main(void *arg)
{
	struct worker *w = arg;
	struct wait wait = {stopped, w->pool, true};
	current = w;
	for (;;) {
		struct tl_task *task = spin(w, &wait);
		if (task)
			run(w, task);
		else if (stopped(w->pool))
			return NULL;
		else
			idle(w);
	}
}

/* ---- 5. tl_pool_for ---- */

struct range {
	struct tl_task task; /* pushed once for each helper; all of them cut chunks from next */
	struct tl_pool *pool;
	tl_pool_range fn;
	void *ctx;
	size_t count, min_chunk;
	/* Where the next chunk begins.  Any worker, compare and swap; relaxed: guards nothing. */
	_Alignas(TL_DEQUE_LINE) _Atomic size_t next;
	_Atomic bool failed;     /* any worker, relaxed: only spares work */
	_Atomic unsigned queued; /* helpers that have not begun; written by them, relaxed */
	_Atomic unsigned left;   /* helpers that have not ended; written by them, acq_rel */
	pthread_mutex_t lock;    /* of what follows */
	size_t begin;            /* of the failed chunk whose error is below */
	enum tl_status status;
	struct tl_err err;
};

/* Cuts the next chunk off.  Where it ends depends only on where it begins, so that the chunks are
 * the same in every run with as many workers. */
static bool cut(struct range *r, size_t *ret_begin, size_t *ret_end)
{
	size_t begin = atomic_load_explicit(&r->next, memory_order_relaxed), end;
	do {
		if (begin >= r->count || atomic_load_explicit(&r->failed, memory_order_relaxed))
			return false;
		size_t left = r->count - begin, size = left / ((size_t)r->pool->n * PARTS);
		if (size < r->min_chunk)
			size = r->min_chunk;
		end = size < left ? begin + size : r->count;
	} while (!atomic_compare_exchange_weak_explicit(&r->next, &begin, end, memory_order_relaxed,
							memory_order_relaxed));
	*ret_begin = begin;
	*ret_end = end;
	return true;
}

/* Chunks are begun in order and, once begun, run: so whoever fails, the failure with the
 * smallest begin is always among those noted. */
static void note_failure(struct range *r, size_t begin, enum tl_status st,
			 const struct tl_err *err)
{
	atomic_store_explicit(&r->failed, true, memory_order_relaxed);
	pthread_mutex_lock(&r->lock);
	if (r->status == TL_OK || begin < r->begin) {
		r->begin = begin;
		r->status = st;
		r->err = *err;
	}
	pthread_mutex_unlock(&r->lock);
}

static void work_on_range(struct range *r, unsigned worker)
{
	size_t begin, end;
	while (cut(r, &begin, &end)) {
		struct tl_err err;
		err.status = TL_OK;
		err.sys_errno = 0;
		err.msg[0] = '\0';
		enum tl_status st = r->fn(r->ctx, begin, end, worker, &err);
		if (st != TL_OK)
			note_failure(r, begin, st, &err);
	}
}

static void help_range(struct tl_task *task, unsigned worker)
{
	struct range *r = (struct range *)task; /* its first member */
	struct tl_pool *pool = r->pool;
	atomic_fetch_sub_explicit(&r->queued, 1, memory_order_relaxed);
	work_on_range(r, worker);
	/* r may be gone as soon as left is 0. */
	if (atomic_fetch_sub_explicit(&r->left, 1, memory_order_acq_rel) == 1)
		tl_pool_wake(pool);
}

static bool range_done(void *ctx)
{
	struct range *r = ctx;
	return atomic_load_explicit(&r->left, memory_order_acquire) == 0;
}

/* Pushes the task of r for up to n helpers. */
static void call_helpers(struct worker *w, struct range *r, unsigned n)
{
	unsigned i = 0;
	atomic_init(&r->left, n);
	atomic_init(&r->queued, n);
	while (i < n && tl_deque_push(&w->deque, &r->task))
		i++;
	atomic_fetch_sub_explicit(&r->queued, n - i, memory_order_relaxed);
	atomic_fetch_sub_explicit(&r->left, n - i, memory_order_relaxed);
	if (i)
		announce(w->pool, i);
}

/* Waits for the helpers.  Deep inside other tasks the stack must not grow for ever: there only
 * our own deque is served, until no helper of ours is in it, and then we sleep.  That cannot
 * lock up: a helper that has begun waits only for what began after it. */
static void await_helpers(struct worker *w, struct range *r)
{
	struct wait wait = {range_done, r, w->depth < DEPTH_MAX};
	while (!wait.helps && atomic_load_explicit(&r->queued, memory_order_relaxed)) {
		struct tl_task *task = tl_deque_pop(&w->deque);
		if (!task)
			break;
		run(w, task);
	}
	wait_for(w, &wait);
}

enum tl_status tl_pool_for(struct tl_pool *pool, size_t count, size_t min_chunk, tl_pool_range fn,
			   void *ctx, struct tl_err *err)
{
	struct worker *w = me(pool);
	struct range r = {.task = {help_range}, .pool = pool, .fn = fn, .ctx = ctx, .count = count,
			  .min_chunk = min_chunk ? min_chunk : 1, .status = TL_OK,
			  .lock = PTHREAD_MUTEX_INITIALIZER};
	if (!count)
		return TL_OK;
	size_t more = (count - 1) / r.min_chunk; /* chunks but one */
	unsigned helpers = more < pool->n - 1 ? (unsigned)more : pool->n - 1;
	call_helpers(w, &r, helpers);
	work_on_range(&r, w->index);
	await_helpers(w, &r);
	pthread_mutex_destroy(&r.lock);
	if (r.status != TL_OK && err)
		*err = r.err;
	return r.status;
}

/* ---- 6. making and freeing ---- */

static void join(struct tl_pool *pool, unsigned begun)
{
	atomic_store_explicit(&pool->stop, true, memory_order_seq_cst);
	(void)wake(&pool->idle, UINT_MAX);
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
		struct worker *w = &pool->workers[i];
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

static void free_pool(struct tl_pool *pool)
{
	for (unsigned i = 0; pool->workers && i < pool->n; i++)
		tl_deque_free(&pool->workers[i].deque);
	free(pool->workers);
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
	for (unsigned i = 0; i < pool->n; i++) {
		struct worker *w = &pool->workers[i];
		w->pool = pool;
		w->index = i;
		w->random = 0x9E3779B97F4A7C15u * (i + 1);
		enum tl_status st = tl_deque_init(&w->deque, DEQUE_BITS, err);
		if (st != TL_OK)
			return st;
	}
	return TL_OK;
}

enum tl_status tl_pool_new(const struct tl_pool_opts *opts, struct tl_pool **ret,
			   struct tl_err *err)
{
	enum tl_status st = TL_NOMEM;
	unsigned n = opts && opts->threads ? opts->threads : tl_topo_cpus();
	struct tl_pool *pool = aligned_zeros(sizeof *pool, err);
	if (!pool)
		return TL_NOMEM;
	pool->n = n < THREADS_MAX ? n : THREADS_MAX;
	pool->workers = aligned_zeros(pool->n * sizeof *pool->workers, err);
	if (!pool->workers || (st = init_workers(pool, err)) != TL_OK ||
	    (st = start(pool, err)) != TL_OK) {
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
	join(pool, pool->n);
	free_pool(pool);
}

unsigned tl_pool_threads(const struct tl_pool *pool)
{
	return pool->n;
}

void tl_pool_stats(const struct tl_pool *pool, struct tl_pool_stats *ret)
{
	*ret = (struct tl_pool_stats){0};
	for (unsigned i = 0; i < pool->n; i++) {
		const struct worker *w = &pool->workers[i];
		ret->tasks += atomic_load_explicit(&w->tasks, memory_order_relaxed);
		ret->steals_tried += atomic_load_explicit(&w->tried, memory_order_relaxed);
		ret->steals_won += atomic_load_explicit(&w->won, memory_order_relaxed);
		ret->sleeps += atomic_load_explicit(&w->sleeps, memory_order_relaxed);
	}
}
