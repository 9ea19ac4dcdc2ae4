/* SPDX-License-Identifier: MIT */
/* pool: the one pool of worker threads of a process, by work stealing.
 *
 * Model: a pool of T threads is the thread that made it (worker 0) and T-1 threads of its own
 * (workers 1 .. T-1).  Each worker has a Chase-Lev deque (Chase and Lev, SPAA 2005, after the C11
 * form of Le, Pop, Cohen, Zappa Nardelli, PPoPP 2013): it pushes and pops tasks at the bottom,
 * others steal from the top.  A worker without work tries all others of its NUMA node from a random
 * one on, then those of other nodes, backs off, then sleeps on a futex.  Each node has an inbox for
 * tasks whose memory lies there.  Where the workers sit says tl/topo.h.  Worker 0 works only inside tl_pool_for, tl_pool_wait and
 * tl_pool_help, so with T = 1 everything happens there, in the calling thread.
 * Threads: tl_pool_submit, tl_pool_for, tl_pool_help and tl_pool_wait may be called by worker 0
 * and, nested, from inside tasks; by no other thread.  A task must not wait for another in any
 * other way: it may lie under that one on the same stack.
 */
#ifndef TL_POOL_H
#define TL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <tl/err.h>
#include <tl/topo.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_pool;

/* The first four as in struct tl_topo_opts; all zero is right. */
struct tl_pool_opts {
	unsigned threads; /* 0: one for each core that may be used */
	bool smt;
	enum tl_topo_pin pin;
	enum tl_topo_numa numa;
	size_t max_chunk; /* items in a chunk of tl_pool_for at most; 0: no limit */
};

enum tl_status tl_pool_new(const struct tl_pool_opts *opts, struct tl_pool **ret,
			   struct tl_err *err) TL_CHECK;
void tl_pool_free(struct tl_pool *pool); /* all tasks are done by then; NULL is fine */
unsigned tl_pool_threads(const struct tl_pool *pool);

/* A task: the caller owns the struct and keeps it until run has returned.  worker is the number of
 * the worker that runs it, below tl_pool_threads(): the index of per-worker scratch memory. */
struct tl_task {
	void (*run)(struct tl_task *task, unsigned worker);
};

/* Hands the task to the pool.  Never blocks (a full deque grows; where it cannot, the task is run
 * at once).  A struct may be handed over several times: then it is run as often. */
void tl_pool_submit(struct tl_pool *pool, struct tl_task *task);

/* The same, for a worker of that node (below tl_pool_nodes) if it can be had: the task's memory lies
 * there.  Workers of other nodes take it where those of the node have more than enough to do. */
void tl_pool_submit_on(struct tl_pool *pool, struct tl_task *task, unsigned node);

/* Nodes that have workers, numbered from 0; the node of a worker; and laying fresh memory there. */
unsigned tl_pool_nodes(const struct tl_pool *pool);
unsigned tl_pool_node_of(const struct tl_pool *pool, unsigned worker);
void tl_pool_lay(const struct tl_pool *pool, void *p, size_t n, unsigned node);
const struct tl_topo *tl_pool_topo(const struct tl_pool *pool);

/* Runs one task of the pool in the calling worker, if one is found; false where none was. */
bool tl_pool_help(struct tl_pool *pool);

/* Works on tasks of the pool, or sleeps, until done(ctx) is true.  Whatever makes done true must be
 * followed by tl_pool_wake, from any worker. */
void tl_pool_wait(struct tl_pool *pool, bool (*done)(void *ctx), void *ctx);
void tl_pool_wake(struct tl_pool *pool);

/* For what tasks had better do in order: waits a moment for done(ctx), some 200 us, and works on nothing
 * meanwhile.  False where it did not come, and at once in worker 0, for which others wait, and where
 * another task lies under this one on the stack: that one may be what is waited for. */
bool tl_pool_hold(struct tl_pool *pool, bool (*done)(void *ctx), void *ctx);

/* Calls fn for chunks [begin, end) that cover [0, count), each once, on all workers, the caller
 * included; returns when all are done.  A chunk has a third of a worker's share of the items that
 * are left, never fewer than min_chunk (but for the last) nor, otherwise, more than max_chunk; chunks are begun in order and are the
 * same whenever count, min_chunk and the number of workers are.  After a failure no further chunk
 * is begun; the error of the chunk with the smallest begin that fails at all is returned. */
typedef enum tl_status (*tl_pool_range)(void *ctx, size_t begin, size_t end, unsigned worker,
					struct tl_err *err);
enum tl_status tl_pool_for(struct tl_pool *pool, size_t count, size_t min_chunk, tl_pool_range fn,
			   void *ctx, struct tl_err *err) TL_CHECK;

/* Calls fn every so many milliseconds, from a thread that is no worker, until the pool is freed; once
 * for a pool.  fn prints, or looks at what tl/metrics.h tells. */
enum tl_status tl_pool_tick(struct tl_pool *pool, unsigned ms, void (*fn)(void *ctx), void *ctx,
			    struct tl_err *err) TL_CHECK;

/* What the workers did since the pool was made (relaxed counters, exact when the pool is idle). */
struct tl_pool_stats {
	unsigned long long tasks, steals_tried, steals_won, steals_far, migrated, sleeps;
};
void tl_pool_stats(const struct tl_pool *pool, struct tl_pool_stats *ret);

#ifdef __cplusplus
}
#endif
#endif
