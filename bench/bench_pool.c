/* SPDX-License-Identifier: MIT */
/* bench_pool: what a task costs, and how well uneven work spreads.
 *
 * Usage: bench_pool [THREADS...]   (1 and as many as there are)
 * Beside the pool's tasks and loops those of OpenMP and, where its header is there, libuv's pool.
 * A row "share": of the processor time that all threads spent, what went into the work itself; it
 * says the same on a busy machine, where wall times do not.  A row "used": that share, times the part
 * of threads x wall time in which a thread ran or was ready to run, and so would have run had there
 * been a processor (from /proc/self/task/N/schedstat): the utilisation that others on the machine
 * do not spoil.
 * Prints TSV.  ns_per_task is wall time over n, the best of several rounds.  utilisation is, for
 * work of known size, the time of one thread over (threads x wall time); "-" elsewhere.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#if defined(__has_include) && __has_include(<uv.h>)
#include <uv.h>
#define HAVE_UV 1
#endif

#include <tl/lane.h>
#include <tl/pool.h>
#include <tl/topo.h>

#include "deque.h"

#define ROUNDS 5

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void row(const char *name, unsigned threads, size_t n, double ns, double serial)
{
	printf("%s\t%u\t%zu\t%.1f\t", name, threads, n, ns / (double)n);
	if (serial > 0)
		printf("%.3f\n", serial / (ns * threads));
	else
		printf("-\n");
}

static void must(enum tl_status st, const struct tl_err *err)
{
	if (st == TL_OK)
		return;
	fprintf(stderr, "bench_pool: %s\n", err->msg);
	exit(1);
}

/* Best time of ROUNDS calls. */
static double best(void (*fn)(void *ctx), void *ctx)
{
	double least = 0;
	for (int i = 0; i < ROUNDS; i++) {
		double from = now();
		fn(ctx);
		double ns = now() - from;
		least = i && least < ns ? least : ns;
	}
	return least;
}

/* ---- the deque alone ---- */

#define STEALS 1000000

struct theft {
	struct tl_deque deque;
	atomic_bool go;
	double ns;
};

static void push_pop(void *ctx)
{
	static struct tl_task task;
	struct theft *t = ctx;
	for (int i = 0; i < STEALS; i++) {
		if (!tl_deque_push(&t->deque, &task, NULL) || !tl_deque_pop(&t->deque))
			exit(1);
	}
}

static void *thief(void *arg)
{
	struct theft *t = arg;
	struct tl_task *task;
	while (!atomic_load(&t->go))
		;
	double from = now();
	while (tl_deque_steal(&t->deque, &task) != TL_DEQUE_EMPTY)
		;
	t->ns = now() - from;
	return NULL;
}

static void bench_deque(void)
{
	static struct theft t;
	static struct tl_task task;
	struct tl_err err;
	pthread_t id;
	must(tl_deque_init(&t.deque, 8, &err), &err);
	row("deque_push_pop", 1, STEALS, best(push_pop, &t), 0);
	if (pthread_create(&id, NULL, thief, &t))
		exit(1);
	for (int i = 0; i < STEALS; i++)
		if (!tl_deque_push(&t.deque, &task, NULL))
			exit(1);
	atomic_store(&t.go, true);
	pthread_join(id, NULL);
	row("deque_steal", 1, STEALS, t.ns, 0);
	tl_deque_free(&t.deque);
}

/* ---- tasks, loops and lanes that do nothing ---- */

#define TASKS 200000
#define LOOPS 20000

static struct tl_task tasks[TASKS];
static atomic_size_t left;
static struct tl_pool *bench_pool_of_task;

static void nothing(struct tl_task *task, unsigned worker)
{
	(void)task;
	(void)worker;
	if (atomic_fetch_sub_explicit(&left, 1, memory_order_acq_rel) == 1)
		tl_pool_wake(bench_pool_of_task);
}

static bool none_left(void *ctx)
{
	(void)ctx;
	return atomic_load_explicit(&left, memory_order_acquire) == 0;
}

static void submit_all(void *ctx)
{
	struct tl_pool *pool = ctx;
	atomic_store(&left, TASKS);
	bench_pool_of_task = pool;
	for (size_t i = 0; i < TASKS; i++) {
		tasks[i].run = nothing;
		tl_pool_submit(pool, &tasks[i]);
	}
	tl_pool_wait(pool, none_left, NULL);
}

static enum tl_status no_range(void *ctx, size_t begin, size_t end, unsigned worker,
			       struct tl_err *err)
{
	(void)ctx;
	(void)begin;
	(void)end;
	(void)worker;
	(void)err;
	return TL_OK;
}

static void loop_all(void *ctx)
{
	struct tl_err err;
	for (int i = 0; i < LOOPS; i++)
		must(tl_pool_for(ctx, 64, 1, no_range, NULL, &err), &err);
}

static enum tl_status no_item(void *item, unsigned worker, struct tl_err *err)
{
	(void)item;
	(void)worker;
	(void)err;
	return TL_OK;
}

static void lane_all(void *ctx)
{
	struct tl_lane *lane;
	struct tl_err err;
	void *item;
	must(tl_lane_new(ctx, 0, no_item, &lane, &err), &err);
	for (size_t i = 0; i < TASKS; i++) {
		if (tl_lane_full(lane))
			must(tl_lane_take(lane, &item, &err), &err);
		tl_lane_put(lane, &tasks[i]);
	}
	while (tl_lane_pending(lane))
		must(tl_lane_take(lane, &item, &err), &err);
	tl_lane_free(lane, NULL);
}

#ifdef _OPENMP
static void tasks_openmp(void *ctx)
{
	unsigned threads = *(unsigned *)ctx;
#pragma omp parallel num_threads(threads)
#pragma omp single
	for (size_t i = 0; i < TASKS; i++) {
#pragma omp task firstprivate(i)
		atomic_store_explicit(&left, i, memory_order_relaxed);
	}
}
#endif

#ifdef HAVE_UV
static uv_work_t uv_work[TASKS];

static void uv_nothing(uv_work_t *w)
{
	atomic_store_explicit(&left, (size_t)(w - uv_work), memory_order_relaxed);
}

static void uv_done(uv_work_t *w, int status)
{
	(void)w;
	(void)status;
}

static void tasks_uv(void *ctx)
{
	uv_loop_t *loop = ctx;
	for (size_t i = 0; i < TASKS; i++)
		uv_queue_work(loop, &uv_work[i], uv_nothing, uv_done);
	uv_run(loop, UV_RUN_DEFAULT);
}
#endif

/* The same empty tasks with the pools of others.  libuv's has one size in a process. */
static void bench_others(unsigned threads)
{
#ifdef _OPENMP
	row("omp_task", threads, TASKS, best(tasks_openmp, &threads), 0);
#endif
#ifdef HAVE_UV
	static unsigned size;
	char text[16];
	if (!size) {
		size = threads;
		snprintf(text, sizeof text, "%u", threads);
		setenv("UV_THREADPOOL_SIZE", text, 1);
	}
	if (size == threads)
		row("uv_work", threads, TASKS, best(tasks_uv, uv_default_loop()), 0);
#endif
	(void)threads;
}

/* ---- uneven work ---- */

#define ITEMS 20000

static uint32_t cost[ITEMS];
static atomic_uint sink;

static void work(size_t i)
{
	uint32_t x = (uint32_t)i | 1;
	for (uint32_t k = 0; k < cost[i]; k++)
		x = x * 1664525u + 1013904223u;
	atomic_store_explicit(&sink, x, memory_order_relaxed);
}

/* even: all alike.  rising: cost grows with the number.  spikes: one in 500 costs 300 times. */
static void set_cost(const char *shape)
{
	for (size_t i = 0; i < ITEMS; i++)
		cost[i] = *shape == 'e'   ? 2000
			  : *shape == 'r' ? (uint32_t)(i * 4000 / ITEMS)
					  : (i % 500 == 499 ? 300000 : 1000);
}

static enum tl_status work_range(void *ctx, size_t begin, size_t end, unsigned worker,
				 struct tl_err *err)
{
	(void)ctx;
	(void)worker;
	(void)err;
	for (size_t i = begin; i < end; i++)
		work(i);
	return TL_OK;
}

static void work_serial(void *ctx)
{
	(void)ctx;
	for (size_t i = 0; i < ITEMS; i++)
		work(i);
}

static void work_pool(void *ctx)
{
	struct tl_err err;
	must(tl_pool_for(ctx, ITEMS, 1, work_range, NULL, &err), &err);
}

#ifdef _OPENMP
static void work_dynamic(void *ctx)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads(*(unsigned *)ctx)
	for (size_t i = 0; i < ITEMS; i++)
		work(i);
}

static void work_guided(void *ctx)
{
#pragma omp parallel for schedule(guided) num_threads(*(unsigned *)ctx)
	for (size_t i = 0; i < ITEMS; i++)
		work(i);
}

static void loop_openmp(void *ctx)
{
	for (int n = 0; n < LOOPS; n++) {
#pragma omp parallel for schedule(guided) num_threads(*(unsigned *)ctx)
		for (size_t i = 0; i < 64; i++)
			(void)no_range(NULL, i, i, 0, NULL);
	}
}

static void bench_openmp(const char *shape, unsigned threads, double serial)
{
	char name[64];
	snprintf(name, sizeof name, "omp_dynamic_%s", shape);
	row(name, threads, ITEMS, best(work_dynamic, &threads), serial);
	snprintf(name, sizeof name, "omp_guided_%s", shape);
	row(name, threads, ITEMS, best(work_guided, &threads), serial);
}
#endif

static double cpu_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Nanoseconds in which threads of this process ran or waited for a processor; 0 where the system
 * does not tell. */
static double wanted_now(void)
{
	DIR *dir = opendir("/proc/self/task");
	double sum = 0;
	for (const struct dirent *e; dir && (e = readdir(dir));) {
		char path[300];
		unsigned long long ran = 0, waited = 0;
		snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", e->d_name);
		FILE *f = e->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (f && fscanf(f, "%llu %llu", &ran, &waited) == 2)
			sum += (double)ran + (double)waited;
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return sum;
}

/* A second and more of the work: what a clock tick leaves out is below one in a hundred. */
static void used(const char *name, unsigned threads, struct tl_pool *pool, double share)
{
	double from = now(), wanted = wanted_now(), took;
	do {
		work_pool(pool);
		took = now() - from;
	} while (took < 1e9);
	wanted = wanted_now() - wanted;
	if (wanted > 0)
		printf("%s_used\t%u\t%u\t-\t%.3f\n", name, threads, ITEMS,
		       share * wanted / (took * threads));
}

static void share(const char *name, unsigned threads, struct tl_pool *pool)
{
	double most = 0;
	for (int i = 0; i < ROUNDS; i++) {
		double from = cpu_now();
		work_serial(NULL);
		double serial = cpu_now() - from;
		from = cpu_now();
		work_pool(pool);
		double all = cpu_now() - from;
		most = serial / all > most ? serial / all : most;
	}
	printf("%s_share\t%u\t%u\t-\t%.3f\n", name, threads, ITEMS, most);
	used(name, threads, pool, most < 1 ? most : 1);
}

static void bench_threads(unsigned threads)
{
	static const char *const shapes[] = {"even", "rising", "spikes"};
	struct tl_pool *pool;
	struct tl_err err;
	must(tl_pool_new(&(struct tl_pool_opts){.threads = threads}, &pool, &err), &err);
	row("submit", threads, TASKS, best(submit_all, pool), 0);
	row("pool_for", threads, LOOPS, best(loop_all, pool), 0);
	row("lane", threads, TASKS, best(lane_all, pool), 0);
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		char name[64];
		set_cost(shapes[i]);
		double serial = best(work_serial, NULL);
		snprintf(name, sizeof name, "pool_for_%s", shapes[i]);
		row(name, threads, ITEMS, best(work_pool, pool), serial);
		share(name, threads, pool);
#ifdef _OPENMP
		bench_openmp(shapes[i], threads, serial);
#endif
	}
	tl_pool_free(pool);
	bench_others(threads);
#ifdef _OPENMP
	row("omp_for", threads, LOOPS, best(loop_openmp, &threads), 0);
#endif
}

int main(int argc, char **argv)
{
	printf("name\tthreads\tn\tns_per_task\tutilisation\n");
	bench_deque();
	if (argc == 1) {
		bench_threads(1);
		if (tl_topo_cpus() > 1)
			bench_threads(tl_topo_cpus());
	}
	for (int i = 1; i < argc; i++)
		bench_threads((unsigned)strtoul(argv[i], NULL, 10));
	return 0;
}
