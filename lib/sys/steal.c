/* SPDX-License-Identifier: MIT */
/* steal: where a worker looks for a task. */
#include "steal.h"

#include <stddef.h>

static uint64_t next_random(struct tl_crew_worker *w)
{
	uint64_t x = w->random;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return w->random = x;
}

static struct tl_task *steal_from(struct tl_crew_worker *w, struct tl_crew_worker *victim)
{
	struct tl_task *task;
	enum tl_deque_got got;
	do {
		tl_metrics_add_to(w->counts, TL_METRICS_STEALS_TRIED, 1);
		got = tl_deque_steal(&victim->deque, &task);
	} while (got == TL_DEQUE_LOST);
	if (got == TL_DEQUE_EMPTY)
		return NULL;
	tl_metrics_add_to(w->counts, TL_METRICS_STEALS_WON, 1);
	if (victim->node != w->node)
		tl_metrics_add_to(w->counts, TL_METRICS_STEALS_FAR, 1);
	return task;
}

/* One round over the workers of a node, from a random one on. */
static struct tl_task *steal_in(struct tl_crew_worker *w, const struct tl_crew_node *node)
{
	unsigned n = node->members;
	if (n == 1 && node->member[0] == w->index)
		return NULL;
	unsigned at = (unsigned)(next_random(w) % n);
	for (unsigned i = 0; i < n; i++, at = at + 1 == n ? 0 : at + 1) {
		struct tl_task *task = NULL;
		if (node->member[at] != w->index)
			task = steal_from(w, &w->pool->workers[node->member[at]]);
		if (task)
			return task;
	}
	return NULL;
}

/* Are more tasks there than workers of that node about to wake up for them, and than half of those
 * who are awake will soon come for?  That is the imbalance past which tasks migrate. */
static bool overfull(const struct tl_crew_node *node)
{
	unsigned n = tl_inbox_count(&node->inbox);
	return n && n > tl_bed_sleepers(&node->idle) + node->members / 2;
}

static struct tl_task *find_far(struct tl_crew_worker *w)
{
	struct tl_pool *pool = w->pool;
	unsigned at = (unsigned)(next_random(w) % pool->nodes);
	for (unsigned i = 0; i < pool->nodes; i++, at = at + 1 == pool->nodes ? 0 : at + 1) {
		struct tl_crew_node *node = &pool->node[at];
		if (at == w->node)
			continue;
		struct tl_task *task = overfull(node) ? tl_inbox_take(&node->inbox) : NULL;
		if (task)
			tl_metrics_add_to(w->counts, TL_METRICS_MIGRATED, 1);
		if (task || (task = steal_in(w, node)))
			return task;
	}
	return NULL;
}

struct tl_task *tl_steal_find(struct tl_crew_worker *w, unsigned round)
{
	struct tl_pool *pool = w->pool;
	struct tl_crew_node *home = &pool->node[w->node];
	struct tl_task *task = tl_deque_pop(&w->deque);
	if (task)
		return task;
	if ((task = tl_inbox_take(&home->inbox)) || (task = steal_in(w, home)))
		return task;
	return pool->nodes > 1 && round >= TL_STEAL_FAR ? find_far(w) : NULL;
}

bool tl_steal_any(const struct tl_crew_worker *w)
{
	const struct tl_pool *pool = w->pool;
	if (tl_inbox_count(&pool->node[w->node].inbox))
		return true;
	for (unsigned k = 0; k < pool->nodes; k++)
		if (k != w->node && overfull(&pool->node[k]))
			return true;
	for (unsigned i = 0; i < pool->n; i++)
		if (!tl_deque_empty(&pool->workers[i].deque))
			return true;
	return false;
}
