/* SPDX-License-Identifier: MIT */
/* test_steal: whom a worker steals from; that blocks stay on their node unless it has too much to
 * do; and that skewed work is shared. */
#include <stdatomic.h>
#include <unistd.h>

#include <tl/lane.h>
#include <tl/pool.h>

#include "crew.h"
#include "steal.h"
#include "tltest.h"

/* ---- the policy, without threads ---- */

#define WORKERS 6 /* 0, 1, 2 on node 0; 3, 4, 5 on node 1 */

static struct tl_task tasks[64];
static struct tl_pool pool;
static struct tl_crew_worker *workers;
static struct tl_crew_node *nodes;
static const unsigned members[WORKERS] = {0, 1, 2, 3, 4, 5};

static void set_up(void)
{
	struct tl_err err;
	workers = aligned_alloc(TL_DEQUE_LINE, WORKERS * sizeof *workers);
	nodes = aligned_alloc(TL_DEQUE_LINE, 2 * sizeof *nodes);
	memset(workers, 0, WORKERS * sizeof *workers);
	memset(nodes, 0, 2 * sizeof *nodes);
	pool.n = WORKERS;
	pool.nodes = 2;
	pool.workers = workers;
	pool.node = nodes;
	for (unsigned i = 0; i < WORKERS; i++) {
		workers[i].pool = &pool;
		workers[i].index = i;
		workers[i].node = i / 3;
		workers[i].random = 12345 + i;
		tl_test_ok(tl_deque_init(&workers[i].deque, 4, &err), err);
		tl_test_ok(tl_metrics_open(&workers[i].counts, &err), err);
	}
	for (unsigned k = 0; k < 2; k++) {
		tl_inbox_init(&nodes[k].inbox);
		nodes[k].member = members + 3 * k;
		nodes[k].members = 3;
	}
}

static void tear_down(void)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		tl_deque_free(&workers[i].deque);
		tl_metrics_close(workers[i].counts);
	}
	for (unsigned k = 0; k < 2; k++)
		tl_inbox_free(&nodes[k].inbox);
	free(workers);
	free(nodes);
}

static void give(unsigned worker, unsigned i)
{
	tl_test(tl_deque_push(&workers[worker].deque, &tasks[i], NULL));
}

static void test_order(void)
{
	struct tl_crew_worker *w;
	set_up();
	w = &workers[0];
	tl_test(!tl_steal_any(w) && !tl_steal_find(w, 99));
	give(4, 0);
	give(1, 1);
	give(1, 2);
	tl_test(tl_inbox_put(&nodes[0].inbox, &tasks[3]));
	give(0, 4);
	give(0, 5);
	tl_test(tl_steal_any(w));
	/* Own deque, newest first; own inbox; own node, oldest first; only then another node, and
	 * that not in the first rounds. */
	tl_test(tl_steal_find(w, 0) == &tasks[5]);
	tl_test(tl_steal_find(w, 9) == &tasks[4]);
	tl_test(tl_steal_find(w, 9) == &tasks[3]);
	tl_test(tl_steal_find(w, 9) == &tasks[1]);
	tl_test(tl_steal_find(w, 9) == &tasks[2]);
	for (unsigned round = 0; round < TL_STEAL_FAR; round++)
		tl_test(!tl_steal_find(w, round));
	tl_test(tl_steal_any(w));
	tl_test(tl_steal_find(w, TL_STEAL_FAR) == &tasks[0]);
	tl_test_eq(tl_metrics_of(w->counts, TL_METRICS_STEALS_WON), 3);
	tl_test_eq(tl_metrics_of(w->counts, TL_METRICS_STEALS_FAR), 1);
	tear_down();
}

/* The first victim is chosen at random, within the own node. */
static void test_random(void)
{
	unsigned first = 0;
	set_up();
	for (unsigned i = 0; i < 1000; i++) {
		give(1, 1);
		give(2, 2);
		give(3, 3);
		first += tl_steal_find(&workers[0], 9) == &tasks[1];
		tl_test(tl_steal_find(&workers[0], 9) != &tasks[3]);
		tl_test(tl_steal_find(&workers[0], 9) == &tasks[3]);
	}
	tl_test(first > 200 && first < 900);
	tear_down();
}

/* A node of three keeps what its sleepers will wake up for, and one more; the rest goes to others. */
static void test_imbalance(void)
{
	set_up();
	(void)tl_bed_enter(&nodes[1].idle);
	tl_test(tl_inbox_put(&nodes[1].inbox, &tasks[0]));
	tl_test(tl_inbox_put(&nodes[1].inbox, &tasks[1]));
	tl_test(!tl_steal_any(&workers[0]) && !tl_steal_find(&workers[0], 99));
	tl_test(tl_inbox_put(&nodes[1].inbox, &tasks[1]));
	tl_test(tl_steal_any(&workers[0]) && tl_steal_find(&workers[0], 99) == &tasks[0]);
	tl_test(!tl_steal_any(&workers[0]));
	tl_test(tl_steal_any(&workers[3]) && tl_steal_find(&workers[3], 0) == &tasks[1]);
	tl_bed_leave(&nodes[1].idle);
	/* All awake, so busy: a second one is too many. */
	tl_test(!tl_steal_any(&workers[0]) && tl_steal_find(&workers[3], 0) == &tasks[1]);
	tl_test(tl_inbox_put(&nodes[1].inbox, &tasks[2]));
	tl_test(!tl_steal_find(&workers[0], 99));
	tl_test(tl_inbox_put(&nodes[1].inbox, &tasks[1]));
	tl_test(tl_steal_find(&workers[0], 99) == &tasks[2]);
	tl_test_eq(tl_metrics_of(workers[0].counts, TL_METRICS_MIGRATED), 2);
	tear_down();
}

static void test_inbox(void)
{
	struct tl_inbox *box = calloc(1, sizeof *box);
	tl_inbox_init(box);
	tl_test(!tl_inbox_take(box));
	for (int lap = 0; lap < 3; lap++) {
		for (unsigned i = 0; i < TL_INBOX_CAP; i++)
			tl_test(tl_inbox_put(box, &tasks[i % 64]));
		tl_test(!tl_inbox_put(box, &tasks[0]));
		for (unsigned i = 0; i < TL_INBOX_CAP; i++)
			tl_test(tl_inbox_take(box) == &tasks[i % 64]);
		tl_test(!tl_inbox_take(box) && !tl_inbox_count(box));
		tl_test(tl_inbox_put(box, &tasks[1]) && tl_inbox_take(box) == &tasks[1]);
	}
	tl_inbox_free(box);
	free(box);
}

/* ---- on machines of 2, 4 and 8 nodes ---- */

static atomic_uint sink;

static void work_for(unsigned turns)
{
	unsigned x = 1;
	for (unsigned i = 0; i < turns; i++)
		x = x * 1664525u + 1013904223u;
	atomic_store_explicit(&sink, x, memory_order_relaxed);
}

/* Takes its time, but no processor: there are fewer of them than the machines we make up have. */
static enum tl_status work(void *item, unsigned worker, struct tl_err *err)
{
	(void)worker;
	(void)err;
	usleep(*(unsigned *)item);
	return TL_OK;
}

static struct tl_pool *made_pool(const char *machine)
{
	struct tl_pool *p = NULL;
	struct tl_err err;
	setenv("HWLOC_SYNTHETIC", machine, 1);
	enum tl_status st = tl_pool_new(NULL, &p, &err);
	unsetenv("HWLOC_SYNTHETIC");
	tl_test_ok(st, err);
	return p;
}

#define ITEMS 600

/* Items through a lane, each laid on the node that on() says; what was counted. */
static void run_lane(const char *machine, bool skewed, struct tl_metrics *ret)
{
	struct tl_metrics before;
	struct tl_pool *p = made_pool(machine);
	unsigned time = 300, n = tl_pool_nodes(p);
	struct tl_lane *lane;
	struct tl_err err;
	void *item;
	tl_metrics_get(&before);
	tl_test_ok(tl_lane_new(p, 2 * (size_t)tl_pool_threads(p), work, &lane, &err), err);
	for (unsigned i = 0; i < ITEMS; i++) {
		if (tl_lane_full(lane))
			tl_test_ok(tl_lane_take(lane, &item, &err), err);
		tl_lane_put_on(lane, &time, skewed ? 1 : i % n, 1000);
	}
	while (tl_lane_pending(lane))
		tl_test_ok(tl_lane_take(lane, &item, &err), err);
	tl_lane_free(lane, NULL);
	tl_pool_free(p);
	tl_metrics_get(ret);
	for (int i = 0; i < TL_METRICS_COUNTERS; i++)
		ret->count[i] -= before.count[i];
	tl_test_eq(ret->count[TL_METRICS_LOCAL_BLOCKS] + ret->count[TL_METRICS_REMOTE_BLOCKS],
		   ITEMS);
}

/* The share of blocks worked on by the node where they lie; best of a few, as the machine may be
 * busy with other things. */
static unsigned best_share(const char *machine, bool skewed)
{
	unsigned best = 0;
	for (int i = 0; i < 4 && best < 95; i++) {
		struct tl_metrics m;
		run_lane(machine, skewed, &m);
		unsigned share = (unsigned)(100 * m.count[TL_METRICS_LOCAL_BYTES] / (ITEMS * 1000));
		best = best > share ? best : share;
	}
	printf("# %s: %u %%\n", machine, best);
	return best;
}

static void test_local(void)
{
	tl_test_eq(best_share("node:1 core:2 pu:1", false), 100);
	tl_test(best_share("node:2 core:2 pu:2", false) >= 90);
	tl_test(best_share("node:2 core:4 pu:1", false) >= 90);
	tl_test(best_share("node:4 core:2 pu:1", false) >= 90);
	tl_test(best_share("node:8 core:2 pu:2", false) >= 90);
}

/* All blocks on one node of four: others must help, so that the share falls. */
static void test_migration(void)
{
	struct tl_metrics m = {0};
	for (int i = 0; i < 10 && !m.count[TL_METRICS_MIGRATED]; i++)
		run_lane("node:4 core:1 pu:1", true, &m);
	tl_test(m.count[TL_METRICS_MIGRATED] > 0);
	tl_test(m.count[TL_METRICS_REMOTE_BLOCKS] > 0);
}

static enum tl_status skewed_range(void *ctx, size_t begin, size_t end, unsigned worker,
				   struct tl_err *err)
{
	(void)ctx;
	(void)worker;
	(void)err;
	for (size_t i = begin; i < end; i++)
		work_for(i ? 1000 : 3000000);
	return TL_OK;
}

/* One item is worth all others: who has it is not waited for by the rest. */
static void test_skewed(void)
{
	struct tl_pool *p = made_pool("node:2 core:2 pu:1");
	struct tl_pool_stats s = {0};
	struct tl_err err;
	for (int i = 0; i < 50 && !s.steals_won; i++) {
		tl_test_ok(tl_pool_for(p, 3000, 1, skewed_range, NULL, &err), err);
		tl_pool_stats(p, &s);
	}
	tl_test(s.steals_won > 0);
	tl_test(s.steals_far <= s.steals_won && s.steals_won <= s.steals_tried);
	tl_pool_free(p);
}

int main(void)
{
	TL_RUN(test_order);
	TL_RUN(test_random);
	TL_RUN(test_imbalance);
	TL_RUN(test_inbox);
	TL_RUN(test_local);
	TL_RUN(test_migration);
	TL_RUN(test_skewed);
	return tl_test_end();
}
