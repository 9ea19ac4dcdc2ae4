/* SPDX-License-Identifier: MIT */
/* range: tl_pool_for, a range of items in chunks on all workers.
 *
 * One task is pushed for each helper; whoever runs one cuts chunks from what is left, as does the
 * caller: so a worker that is late, or slow, takes less.
 */
#include "range.h"

#include "rest.h"

#define PARTS 3      /* chunks per worker that are cut from what is left */
#define DEPTH_MAX 16 /* tasks inside one another, from where no foreign ones are taken */

struct range {
	struct tl_task task; /* pushed once for each helper; all of them cut chunks from next */
	struct tl_pool *pool;
	tl_pool_range fn;
	void *ctx;
	size_t count, min_chunk, max_chunk;
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
		if (size > r->max_chunk)
			size = r->max_chunk;
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
static void call_helpers(struct tl_crew_worker *w, struct range *r, unsigned n)
{
	unsigned i = 0;
	atomic_init(&r->left, n);
	atomic_init(&r->queued, n);
	while (i < n && tl_deque_push(&w->deque, &r->task, NULL))
		i++;
	atomic_fetch_sub_explicit(&r->queued, n - i, memory_order_relaxed);
	atomic_fetch_sub_explicit(&r->left, n - i, memory_order_relaxed);
	if (i)
		tl_rest_announce(w->pool, w->node, i);
}

/* Waits for the helpers.  Deep inside other tasks the stack must not grow for ever: there only
 * our own deque is served, until no helper of ours is in it, and then we sleep.  That cannot
 * lock up: a helper that has begun waits only for what began after it. */
static void await_helpers(struct tl_crew_worker *w, struct range *r)
{
	bool helps = w->depth < DEPTH_MAX;
	while (!helps && atomic_load_explicit(&r->queued, memory_order_relaxed)) {
		struct tl_task *task = tl_deque_pop(&w->deque);
		if (!task)
			break;
		tl_rest_run(w, task);
	}
	tl_rest_wait(w, range_done, r, helps);
}

enum tl_status tl_range_run(struct tl_crew_worker *w, size_t count, size_t min_chunk,
			    tl_pool_range fn, void *ctx, struct tl_err *err)
{
	struct tl_pool *pool = w->pool;
	struct range r = {.task = {help_range}, .pool = pool, .fn = fn, .ctx = ctx, .count = count,
			  .min_chunk = min_chunk ? min_chunk : 1, .max_chunk = pool->max_chunk,
			  .status = TL_OK, .lock = PTHREAD_MUTEX_INITIALIZER};
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
