/* SPDX-License-Identifier: MIT */
/* test_pool: every task and every chunk runs once, nested, with errors, on 1 to 16 threads. */
#include <tl/pool.h>

#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tltest.h"

static const unsigned counts[] = {1, 2, 3, 7, 16};
#define COUNTS (sizeof counts / sizeof *counts)

static struct tl_pool *new_pool(unsigned threads)
{
	struct tl_pool *pool = NULL;
	struct tl_err err;
	tl_test_ok(tl_pool_new(&(struct tl_pool_opts){.threads = threads}, &pool, &err), err);
	return pool;
}

static void test_new(void)
{
	struct tl_pool *pool = new_pool(0);
	tl_test(tl_pool_threads(pool) >= 1);
	tl_test(!tl_pool_help(pool));
	tl_pool_free(pool);
	tl_pool_free(NULL);
	for (size_t i = 0; i < COUNTS; i++) {
		pool = new_pool(counts[i]);
		tl_test_eq(tl_pool_threads(pool), counts[i]);
		tl_pool_free(pool);
	}
}

/* ---- tl_pool_for ---- */

struct cover {
	atomic_uchar *seen;
	size_t count, min_chunk;
	unsigned threads;
	atomic_size_t short_chunks;
};

static enum tl_status cover_range(void *ctx, size_t begin, size_t end, unsigned worker,
				  struct tl_err *err)
{
	struct cover *c = ctx;
	if (begin >= end || end > c->count || worker >= c->threads)
		return tl_err_set(err, TL_INTERNAL, "bad chunk %zu %zu", begin, end);
	if (end - begin < c->min_chunk && end != c->count)
		return tl_err_set(err, TL_INTERNAL, "short chunk %zu %zu", begin, end);
	for (size_t i = begin; i < end; i++)
		atomic_fetch_add_explicit(&c->seen[i], 1, memory_order_relaxed);
	return TL_OK;
}

static void cover(struct tl_pool *pool, size_t count, size_t min_chunk)
{
	struct tl_err err;
	struct cover c = {calloc(count + 1, 1), count, min_chunk, tl_pool_threads(pool), 0};
	tl_test_ok(tl_pool_for(pool, count, min_chunk, cover_range, &c, &err), err);
	for (size_t i = 0; i < count; i++)
		tl_test_eq(atomic_load(&c.seen[i]), 1);
	tl_test_eq(atomic_load(&c.seen[count]), 0);
	free(c.seen);
}

static void test_for_covers(void)
{
	static const size_t sizes[] = {0, 1, 2, 3, 10, 1000, 100003};
	for (size_t i = 0; i < COUNTS; i++) {
		struct tl_pool *pool = new_pool(counts[i]);
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
			for (size_t min = 0; min < 2000; min = 3 * min + 1)
				cover(pool, sizes[k], min);
		tl_pool_free(pool);
	}
}

static enum tl_status add_length(void *ctx, size_t begin, size_t end, unsigned worker,
				 struct tl_err *err)
{
	(void)worker;
	(void)err;
	atomic_fetch_add((_Atomic size_t *)ctx, end - begin);
	return TL_OK;
}

static void test_for_huge(void)
{
	struct tl_pool *pool = new_pool(3);
	struct tl_err err;
	_Atomic size_t sum = 0;
	tl_test_ok(tl_pool_for(pool, SIZE_MAX, 1, add_length, &sum, &err), err);
	tl_test(sum == SIZE_MAX);
	sum = 0;
	tl_test_ok(tl_pool_for(pool, SIZE_MAX, SIZE_MAX, add_length, &sum, &err), err);
	tl_test(sum == SIZE_MAX);
	tl_pool_free(pool);
}

static enum tl_status fail_from(void *ctx, size_t begin, size_t end, unsigned worker,
				struct tl_err *err)
{
	(void)worker;
	size_t from = *(size_t *)ctx;
	for (size_t i = begin; i < end; i++)
		if (i >= from)
			return tl_err_set(err, TL_DATA, "item %zu", i);
	return TL_OK;
}

/* All chunks behind an item fail; the message must always be that item's. */
static void test_for_smallest_error(void)
{
	for (size_t i = 0; i < COUNTS; i++) {
		struct tl_pool *pool = new_pool(counts[i]);
		for (int k = 0; k < 200; k++) {
			struct tl_err err;
			char want[64];
			size_t from = tl_test_below(1000);
			snprintf(want, sizeof want, "item %zu", from);
			tl_test_eq(tl_pool_for(pool, 1000, 1, fail_from, &from, &err), TL_DATA);
			tl_test(!strcmp(err.msg, want));
			tl_test_eq(err.status, TL_DATA);
			tl_test_eq(tl_pool_for(pool, 1000, 1, fail_from, &from, NULL), TL_DATA);
		}
		tl_pool_free(pool);
	}
}

struct nest {
	struct tl_pool *pool;
	int depth;
	atomic_size_t leaves;
};

struct level {
	struct nest *nest;
	int depth;
};

static enum tl_status nested(void *ctx, size_t begin, size_t end, unsigned worker,
			     struct tl_err *err)
{
	struct level *level = ctx;
	struct nest *nest = level->nest;
	(void)worker;
	if (level->depth == nest->depth) {
		atomic_fetch_add(&nest->leaves, end - begin);
		return TL_OK;
	}
	for (size_t i = begin; i < end; i++) {
		struct level next = {nest, level->depth + 1};
		enum tl_status st = tl_pool_for(nest->pool, 4, 1, nested, &next, err);
		if (st != TL_OK)
			return st;
	}
	return TL_OK;
}

static void test_for_nested(void)
{
	for (size_t i = 0; i < COUNTS; i++) {
		struct nest nest = {new_pool(counts[i]), 7, 0};
		struct level level = {&nest, 0};
		struct tl_err err;
		tl_test_ok(tl_pool_for(nest.pool, 4, 1, nested, &level, &err), err);
		tl_test_eq(nest.leaves, 65536);
		tl_pool_free(nest.pool);
	}
}

/* ---- tasks ---- */

#define TASKS 3000

struct job {
	struct tl_task task;
	struct tl_pool *pool;
	struct job *more; /* [count], submitted from inside */
	unsigned count, threads;
	atomic_uint *left, *bad;
	atomic_uint ran;
	bool loops; /* runs a tl_pool_for inside */
};

static void job_run(struct tl_task *task, unsigned worker)
{
	struct job *job = (struct job *)task;
	struct tl_pool *pool = job->pool;
	_Atomic size_t sum = 0;
	struct tl_err err;
	if (worker >= job->threads)
		atomic_fetch_add(job->bad, 1);
	for (unsigned i = 0; i < job->count; i++)
		tl_pool_submit(pool, &job->more[i].task);
	if (job->loops && (tl_pool_for(pool, 20, 1, add_length, &sum, &err) != TL_OK || sum != 20))
		atomic_fetch_add(job->bad, 1);
	atomic_fetch_add(&job->ran, 1);
	if (atomic_fetch_sub(job->left, 1) == 1)
		tl_pool_wake(pool);
}

static bool none_left(void *ctx)
{
	return atomic_load((atomic_uint *)ctx) == 0;
}

/* TASKS jobs; each tenth submits the nine behind it. */
static void run_jobs(struct tl_pool *pool, bool loops)
{
	struct job *jobs = calloc(TASKS, sizeof *jobs);
	atomic_uint left = TASKS, bad = 0;
	for (unsigned i = 0; i < TASKS; i++) {
		jobs[i].task.run = job_run;
		jobs[i].pool = pool;
		jobs[i].threads = tl_pool_threads(pool);
		jobs[i].left = &left;
		jobs[i].bad = &bad;
		jobs[i].loops = loops;
		jobs[i].count = i % 10 ? 0 : 9;
		jobs[i].more = jobs + i + 1;
	}
	for (unsigned i = 0; i < TASKS; i += 10)
		tl_pool_submit(pool, &jobs[i].task);
	tl_pool_wait(pool, none_left, &left);
	tl_test_eq(bad, 0);
	for (unsigned i = 0; i < TASKS; i++)
		tl_test_eq(atomic_load(&jobs[i].ran), 1);
	free(jobs);
}

static void test_tasks(void)
{
	for (size_t i = 0; i < COUNTS; i++) {
		struct tl_pool *pool = new_pool(counts[i]);
		struct tl_pool_stats s;
		run_jobs(pool, false);
		tl_pool_stats(pool, &s);
		tl_test_eq(s.tasks, TASKS);
		tl_test(s.steals_won <= s.steals_tried && s.steals_won <= s.tasks);
		if (counts[i] == 1)
			tl_test(s.steals_tried == 0 && s.sleeps == 0);
		run_jobs(pool, true);
		tl_pool_free(pool);
	}
}

#define TURNS 400

struct turn {
	struct tl_task task;
	struct tl_pool *pool;
	_Atomic unsigned *turn;
	unsigned place;
	bool held, wrong;
	_Atomic bool done;
};

static _Thread_local unsigned turns_below; /* tasks under this one on the stack */

static bool is_my_turn(void *ctx)
{
	const struct turn *t = ctx;
	return atomic_load(t->turn) == t->place;
}

static bool is_turn_done(void *ctx)
{
	return atomic_load(&((struct turn *)ctx)->done);
}

static void take_turn(struct tl_task *task, unsigned worker)
{
	struct turn *t = (struct turn *)task;
	turns_below++;
	if (t->place % 7 == 0)
		(void)tl_pool_help(t->pool); /* perhaps another one, on top of this */
	t->held = tl_pool_hold(t->pool, is_my_turn, t);
	t->wrong = t->held && (worker == 0 || turns_below != 1 || !is_my_turn(t));
	if (t->held)
		atomic_store(t->turn, t->place + 1);
	turns_below--;
	atomic_store(&t->done, true);
	tl_pool_wake(t->pool);
}

/* Tasks whose turn came while they held come one after the other; the turns of the others are passed on
 * in order. */
static void test_hold(void)
{
	static struct turn turns[TURNS];
	struct tl_pool *pool = new_pool(4);
	_Atomic unsigned turn = 0;
	unsigned held = 0;
	for (unsigned i = 0; i < TURNS; i++) {
		if (i % 4 == 0) {
			for (unsigned k = i; k < i + 4; k++) {
				turns[k] = (struct turn){.task.run = take_turn, .pool = pool,
							 .turn = &turn, .place = k};
				tl_pool_submit(pool, &turns[k].task);
			}
			usleep(200); /* for the others to begin some */
		}
		tl_pool_wait(pool, is_turn_done, &turns[i]);
		tl_test(!turns[i].wrong);
		held += turns[i].held;
		if (!turns[i].held)
			atomic_store(&turn, i + 1);
		tl_pool_wake(pool);
	}
	tl_test_eq(atomic_load(&turn), TURNS);
	printf("# %u of %u held\n", held, TURNS);
	tl_pool_free(pool);
}

/* One task at a time, with pauses in which everybody falls asleep: a lost wake-up hangs here. */
static void test_sleepers(void)
{
	for (size_t i = 0; i < COUNTS; i++) {
		struct tl_pool *pool = new_pool(counts[i]);
		for (int k = 0; k < 500; k++) {
			atomic_uint left = 1, bad = 0;
			struct job job = {.task = {job_run}, .pool = pool, .left = &left,
					  .bad = &bad, .threads = counts[i], .loops = k % 3 == 0};
			if (k % 50 == 0)
				usleep(1000);
			tl_pool_submit(pool, &job.task);
			tl_pool_wait(pool, none_left, &left);
			tl_test_eq(job.ran, 1);
		}
		tl_pool_free(pool);
	}
}

/* Worker 0 does not help: the others must take the tasks, and wake it. */
static void test_others_work(void)
{
	struct tl_pool *pool = new_pool(2);
	atomic_uint left = 1, bad = 0;
	struct job job = {.task = {job_run}, .pool = pool, .left = &left, .bad = &bad,
			  .threads = 2};
	tl_pool_submit(pool, &job.task);
	while (atomic_load(&left))
		usleep(100);
	tl_test_eq(job.ran, 1);
	struct tl_pool_stats s;
	tl_pool_stats(pool, &s);
	tl_test_eq(s.steals_won, 1);
	tl_pool_free(pool);
}

static void test_help(void)
{
	struct tl_pool *pool = new_pool(1);
	atomic_uint left = 2, bad = 0;
	struct job a = {.task = {job_run}, .pool = pool, .left = &left, .bad = &bad, .threads = 1};
	struct job b = {.task = {job_run}, .pool = pool, .left = &left, .bad = &bad, .threads = 1};
	tl_pool_submit(pool, &a.task);
	tl_pool_submit(pool, &b.task);
	tl_test(tl_pool_help(pool));
	tl_test_eq(left, 1);
	tl_test(tl_pool_help(pool));
	tl_test(!tl_pool_help(pool));
	tl_test_eq(left, 0);
	tl_pool_free(pool);
}

/* ---- depth ---- */

#define DEEP 200

struct deep {
	struct tl_task task;
	struct tl_pool *pool;
	struct deep *next; /* NULL in the last one */
	atomic_uint *left, *deepest;
	atomic_bool begun;
};

static _Thread_local unsigned nested_jobs;

/* Chunk 0 submits the next job and stays until another worker has begun chunk 1, or for 5 ms; that
 * one takes its time.  So who did chunk 0 has to wait, and finds the next job. */
static enum tl_status linger(void *ctx, size_t begin, size_t end, unsigned worker,
			     struct tl_err *err)
{
	struct deep *deep = ctx;
	(void)end;
	(void)worker;
	(void)err;
	if (begin) {
		atomic_store(&deep->begun, true);
		usleep(300);
		return TL_OK;
	}
	if (deep->next)
		tl_pool_submit(deep->pool, &deep->next->task);
	for (int i = 0; i < 100 && !atomic_load(&deep->begun); i++)
		usleep(50);
	return TL_OK;
}

static void deep_run(struct tl_task *task, unsigned worker)
{
	struct deep *deep = (struct deep *)task;
	struct tl_pool *pool = deep->pool;
	struct tl_err err;
	(void)worker;
	unsigned depth = ++nested_jobs, seen = atomic_load(deep->deepest);
	while (seen < depth && !atomic_compare_exchange_weak(deep->deepest, &seen, depth))
		;
	if (tl_pool_for(pool, 2, 1, linger, deep, &err) != TL_OK)
		abort();
	nested_jobs--;
	if (atomic_fetch_sub(deep->left, 1) == 1)
		tl_pool_wake(pool);
}

/* A worker that waits for others takes up more tasks, one inside the other: but not all there are,
 * or a long row of them would use up its stack. */
static void test_depth(void)
{
	static struct deep jobs[DEEP];
	for (size_t i = 0; i < COUNTS; i++) {
		struct tl_pool *pool = new_pool(counts[i]);
		atomic_uint left = DEEP, deepest = 0;
		for (int k = 0; k < DEEP; k++)
			jobs[k] = (struct deep){.task = {deep_run}, .pool = pool, .left = &left,
						.next = k + 1 < DEEP ? jobs + k + 1 : NULL,
						.deepest = &deepest, .begun = counts[i] == 1};
		tl_pool_submit(pool, &jobs[0].task);
		tl_pool_wait(pool, none_left, &left);
		printf("# %u threads: %u deep\n", counts[i], atomic_load(&deepest));
		tl_test(deepest >= 1 && deepest < 40);
		tl_pool_free(pool);
	}
}

/* A task may make a pool of its own: its worker is worker 0 there. */
static enum tl_status own_pool(void *ctx, size_t begin, size_t end, unsigned worker,
			       struct tl_err *err)
{
	struct tl_pool *inner;
	(void)worker;
	enum tl_status st = tl_pool_new(&(struct tl_pool_opts){.threads = 2}, &inner, err);
	if (st != TL_OK)
		return st;
	_Atomic size_t sum = 0;
	st = tl_pool_for(inner, 100, 1, add_length, &sum, err);
	atomic_fetch_add((atomic_size_t *)ctx, sum * (end - begin));
	tl_pool_free(inner);
	return st;
}

static void test_pool_in_pool(void)
{
	struct tl_pool *pool = new_pool(3);
	struct tl_err err;
	atomic_size_t sum = 0;
	tl_test_ok(tl_pool_for(pool, 30, 1, own_pool, &sum, &err), err);
	tl_test_eq(sum, 3000);
	tl_pool_free(pool);
}

/* ---- no memory ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static atomic_size_t runs;

static void count_run(struct tl_task *task, unsigned worker)
{
	(void)task;
	(void)worker;
	atomic_fetch_add(&runs, 1);
}

/* Allows this process so many bytes more than it has. */
static bool limit_memory(size_t more)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	bool ok = f && fscanf(f, "%lu", &pages) == 1;
	if (f)
		fclose(f);
	struct rlimit limit;
	limit.rlim_cur = limit.rlim_max = pages * (size_t)sysconf(_SC_PAGESIZE) + more;
	return ok && !setrlimit(RLIMIT_AS, &limit);
}

/* A deque that cannot grow: the task is run at once.  0 where so, 77 where no limit works here. */
static int fill_deque(void)
{
	static struct tl_task task = {count_run};
	struct tl_pool *pool;
	size_t pushed = 0;
	if (tl_pool_new(&(struct tl_pool_opts){.threads = 1}, &pool, NULL) != TL_OK)
		return 1;
	if (!limit_memory(48u << 20))
		return 77;
	while (pushed < 40u << 20 && !atomic_load(&runs)) {
		tl_pool_submit(pool, &task);
		pushed++;
	}
	if (!atomic_load(&runs))
		return 77;
	while (tl_pool_help(pool))
		;
	tl_pool_free(pool);
	return atomic_load(&runs) == pushed ? 0 : 2;
}

/* More threads than there is room for stacks. */
static int start_many(void)
{
	struct tl_pool *pool;
	struct tl_err err;
	if (!limit_memory(64u << 20))
		return 77;
	enum tl_status st = tl_pool_new(&(struct tl_pool_opts){.threads = 4000}, &pool, &err);
	return st == TL_OK ? 77 : st == TL_NOMEM && err.msg[0] ? 0 : 1;
}

static void in_child(int (*fn)(void))
{
	int status;
#ifdef SANITIZED
	tl_test_skip("sanitizers need their memory");
#endif
	pid_t pid = fork();
	if (pid == 0)
		_exit(fn());
	tl_test(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		tl_test_skip("memory cannot be limited here");
	tl_test_eq(WEXITSTATUS(status), 0);
}

static void test_full_deque(void)
{
	in_child(fill_deque);
}

static void test_too_many_threads(void)
{
	in_child(start_many);
}

int main(void)
{
	TL_RUN(test_new);
	TL_RUN(test_for_covers);
	TL_RUN(test_for_huge);
	TL_RUN(test_for_smallest_error);
	TL_RUN(test_for_nested);
	TL_RUN(test_tasks);
	TL_RUN(test_hold);
	TL_RUN(test_sleepers);
	TL_RUN(test_others_work);
	TL_RUN(test_help);
	TL_RUN(test_depth);
	TL_RUN(test_pool_in_pool);
	TL_RUN(test_full_deque);
	TL_RUN(test_too_many_threads);
	return tl_test_end();
}
