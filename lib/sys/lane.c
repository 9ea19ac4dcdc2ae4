/* SPDX-License-Identifier: MIT */
/* lane: an ordered lane through the pool.
 *
 * A ring of slots; item number i is in slot i % depth.  One task is pushed for each item, but which
 * task a worker finds says nothing: whoever runs one works on the oldest item that nobody has
 * begun.  So the item that is taken next is always the first to be worked on, and one struct
 * tl_task serves all; or rather one for each node, and one for items that lie anywhere, each with a
 * queue of its own.
 *
 * Items to be drawn have a queue whose task is handed over once for all of them: it draws one item,
 * hands itself on where there is another one, then works on its own.
 */
#include <tl/lane.h>

#include <stdatomic.h>
#include <stdint.h>

#include <tl/mem.h>
#include <tl/metrics.h>

struct slot {
	void *item;
	unsigned node; /* where bytes of it lie; the number of nodes: anywhere */
	size_t bytes;
	enum tl_status status; /* of work; with err it is the worker's until done is set */
	/* Set by the worker, seq_cst; cleared by the owner when the slot is used again, relaxed,
	 * as the deque then hands the slot over. */
	_Atomic bool done;
	struct tl_err err;
};

/* Items that lie on one node, or anywhere. */
struct queue {
	struct tl_task task; /* pushed once for each item */
	struct tl_lane *lane;
	size_t put;           /* items given so far; the owner's */
	_Atomic size_t begun; /* items that a worker has begun; any worker, acq_rel */
	size_t *serial;       /* [depth] of the lane's items, by number in this queue */
};

struct tl_lane {
	struct tl_pool *pool;
	tl_lane_work work;
	size_t depth;
	size_t put;             /* items given so far; the owner's */
	_Atomic size_t taken;   /* items taken so far; written by the owner, seq_cst */
	_Atomic size_t running; /* tasks pushed and not returned; any worker, acq_rel */
	_Atomic bool cancel;    /* written by the owner, relaxed: only spares work */
	struct queue *queue;    /* [nodes + 2]: those of nodes, of anywhere, of items to be drawn */
	tl_lane_work draw;
	/* Items to be drawn: the owner adds and, where there was none, hands the task over; whoever
	 * has drawn subtracts and, where there are more, does.  acq_rel: so it hands on what a draw
	 * left, and what the owner put. */
	_Atomic size_t empty;
	size_t *serials;        /* of all queues */
	struct slot slot[];     /* [depth] */
};

static void count(const struct tl_lane *lane, const struct slot *slot, unsigned worker)
{
	bool near = tl_pool_node_of(lane->pool, worker) == slot->node;
	if (!slot->bytes)
		return;
	tl_metrics_add(near ? TL_METRICS_LOCAL_BLOCKS : TL_METRICS_REMOTE_BLOCKS, 1);
	tl_metrics_add(near ? TL_METRICS_LOCAL_BYTES : TL_METRICS_REMOTE_BYTES, slot->bytes);
	tl_metrics_note(TL_METRICS_BLOCK_BYTES, slot->bytes);
}

static bool cancelled(const struct tl_lane *lane)
{
	return atomic_load_explicit(&lane->cancel, memory_order_relaxed);
}

/* The next item of the queue that nobody has begun: its number. */
static size_t begin(struct queue *q)
{
	size_t c = atomic_fetch_add_explicit(&q->begun, 1, memory_order_acq_rel);
	return q->serial[c % q->lane->depth];
}

/* Works on item i, if all is well so far. */
static void work_on(struct tl_lane *lane, size_t i, unsigned worker)
{
	struct slot *slot = &lane->slot[i % lane->depth];
	struct tl_pool *pool = lane->pool;
	if (slot->status == TL_OK && !cancelled(lane)) {
		count(lane, slot, worker);
		slot->status = lane->work(slot->item, worker, &slot->err);
	}
	/* First done, then taken; the owner writes taken first and then looks at done. */
	atomic_store_explicit(&slot->done, true, memory_order_seq_cst);
	bool wanted = atomic_load_explicit(&lane->taken, memory_order_seq_cst) == i;
	/* The lane may be gone as soon as running is 0. */
	if (atomic_fetch_sub_explicit(&lane->running, 1, memory_order_acq_rel) == 1 || wanted)
		tl_pool_wake(pool);
}

/* The chain of additions to begun makes the item visible: of any c + 1 tasks run at least one was
 * pushed after item c was put. */
static void work_on_next(struct tl_task *task, unsigned worker)
{
	struct queue *q = (struct queue *)task; /* its first member */
	work_on(q->lane, begin(q), worker);
}

static void draw_next(struct tl_task *task, unsigned worker)
{
	struct queue *q = (struct queue *)task; /* its first member */
	struct tl_lane *lane = q->lane;
	size_t i = begin(q);
	struct slot *slot = &lane->slot[i % lane->depth];
	if (!cancelled(lane))
		slot->status = lane->draw(slot->item, worker, &slot->err);
	if (atomic_fetch_sub_explicit(&lane->empty, 1, memory_order_acq_rel) > 1)
		tl_pool_submit(lane->pool, task);
	work_on(lane, i, worker);
}

static void release(struct tl_lane *lane)
{
	tl_mem_free(lane->queue);
	tl_mem_free(lane->serials);
	tl_mem_free(lane);
}

static enum tl_status make_queues(struct tl_lane *lane, struct tl_err *err)
{
	size_t n = (size_t)tl_pool_nodes(lane->pool) + 2;
	lane->queue = tl_mem_zalloc(n, sizeof *lane->queue, err);
	lane->serials = tl_mem_zalloc(n, lane->depth * sizeof *lane->serials, err);
	if (!lane->queue || !lane->serials)
		return TL_NOMEM;
	for (size_t k = 0; k < n; k++) {
		struct queue *q = &lane->queue[k];
		q->task.run = k < n - 1 ? work_on_next : draw_next;
		q->lane = lane;
		q->serial = lane->serials + k * lane->depth;
	}
	return TL_OK;
}

enum tl_status tl_lane_new(struct tl_pool *pool, size_t depth, tl_lane_work work,
			   struct tl_lane **ret, struct tl_err *err)
{
	struct tl_lane *lane;
	if (!depth)
		depth = 2 * (size_t)tl_pool_threads(pool) + 2;
	if (depth > (PTRDIFF_MAX - sizeof *lane) / sizeof lane->slot[0])
		return tl_err_nomem(err, depth);
	lane = tl_mem_zalloc(1, sizeof *lane + depth * sizeof lane->slot[0], err);
	if (!lane)
		return TL_NOMEM;
	lane->pool = pool;
	lane->work = work;
	lane->depth = depth;
	enum tl_status st = make_queues(lane, err);
	if (st != TL_OK) {
		release(lane);
		return st;
	}
	*ret = lane;
	return TL_OK;
}

size_t tl_lane_pending(const struct tl_lane *lane)
{
	return lane->put - atomic_load_explicit(&lane->taken, memory_order_relaxed);
}

bool tl_lane_full(const struct tl_lane *lane)
{
	return tl_lane_pending(lane) == lane->depth;
}

static void put(struct tl_lane *lane, struct queue *q, void *item, unsigned node, size_t bytes)
{
	struct slot *slot = &lane->slot[lane->put % lane->depth];
	slot->item = item;
	slot->node = node;
	slot->bytes = bytes;
	slot->status = TL_OK;
	slot->err.status = TL_OK;
	slot->err.sys_errno = 0;
	slot->err.msg[0] = '\0';
	atomic_store_explicit(&slot->done, false, memory_order_relaxed);
	atomic_fetch_add_explicit(&lane->running, 1, memory_order_relaxed);
	q->serial[q->put++ % lane->depth] = lane->put++;
	tl_metrics_peak(TL_METRICS_PEAK_LANE, tl_lane_pending(lane));
}

void tl_lane_put(struct tl_lane *lane, void *item)
{
	unsigned anywhere = tl_pool_nodes(lane->pool);
	put(lane, &lane->queue[anywhere], item, anywhere, 0);
	tl_pool_submit(lane->pool, &lane->queue[anywhere].task);
}

void tl_lane_put_on(struct tl_lane *lane, void *item, unsigned node, size_t bytes)
{
	put(lane, &lane->queue[node], item, node, bytes);
	tl_pool_submit_on(lane->pool, &lane->queue[node].task, node);
}

void tl_lane_draws(struct tl_lane *lane, tl_lane_work draw)
{
	lane->draw = draw;
}

void tl_lane_put_empty(struct tl_lane *lane, void *item)
{
	unsigned anywhere = tl_pool_nodes(lane->pool);
	struct queue *q = &lane->queue[anywhere + 1];
	put(lane, q, item, anywhere, 0);
	if (atomic_fetch_add_explicit(&lane->empty, 1, memory_order_acq_rel) == 0)
		tl_pool_submit(lane->pool, &q->task);
}

static const struct slot *oldest(const struct tl_lane *lane)
{
	return &lane->slot[atomic_load_explicit(&lane->taken, memory_order_relaxed) % lane->depth];
}

static bool oldest_done(void *ctx)
{
	return atomic_load_explicit(&oldest(ctx)->done, memory_order_seq_cst);
}

bool tl_lane_ready(const struct tl_lane *lane)
{
	return tl_lane_pending(lane) &&
	       atomic_load_explicit(&oldest(lane)->done, memory_order_acquire);
}

enum tl_status tl_lane_take(struct tl_lane *lane, void **ret_item, struct tl_err *err)
{
	tl_pool_wait(lane->pool, oldest_done, lane);
	const struct slot *slot = oldest(lane);
	*ret_item = slot->item;
	enum tl_status st = slot->status;
	if (st != TL_OK && err)
		*err = slot->err;
	atomic_fetch_add_explicit(&lane->taken, 1, memory_order_seq_cst);
	return st;
}

static bool none_runs(void *ctx)
{
	struct tl_lane *lane = ctx;
	return atomic_load_explicit(&lane->running, memory_order_acquire) == 0;
}

void tl_lane_free(struct tl_lane *lane, void (*discard)(void *item))
{
	if (!lane)
		return;
	atomic_store_explicit(&lane->cancel, true, memory_order_relaxed);
	tl_pool_wait(lane->pool, none_runs, lane);
	for (size_t i = lane->put - tl_lane_pending(lane); discard && i < lane->put; i++)
		discard(lane->slot[i % lane->depth].item);
	release(lane);
}
