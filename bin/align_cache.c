/* SPDX-License-Identifier: MIT */
/* align_cache: the cache of alignments, opened and closed.
 *
 * LMDB believes what stands in its pages, so that a damaged file may end a process with a signal, or
 * have it write where it should not.  What goes through the whole file, and what changes it, is done
 * by a child.  That runs under the guard too, so that the usual fault leaves no line in the kernel's log.
 */
#include "aligner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tl/cache.h>
#include <tl/guard.h>

/* What a child is to do, and what it says. */
struct errand {
	void (*what)(struct errand *e);
	struct tl_cache_opts opts;
	struct tl_cache *cache;
	enum tl_status st;
	struct tl_err err;
	struct tl_cache_sum sum;
	bool done; /* a caller that ignores SIGCHLD leaves us no exit status */
};

static void prepare(struct errand *e)
{
	e->st = tl_cache_prepare(&e->opts, &e->err);
}

static void put_away(struct errand *e)
{
	tl_cache_write(e->cache, &e->sum);
}

static void carry_out(void *arg)
{
	struct errand *e = arg;
	e->what(e);
	e->done = true;
}

/* The child; nothing of the parent's is written or freed. */
static _Noreturn void live(struct errand *e)
{
	const struct rlimit none = {0, 0};
	const int nowhere = open("/dev/null", O_WRONLY);
	if (nowhere >= 0) /* malloc(3) says there what it cannot believe */
		(void)dup2(nowhere, STDERR_FILENO);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)tl_guard_run(carry_out, e);
	_exit(0);
}

/* Whether the child came to its end, and why not. */
static enum tl_status judge(const struct errand *e, int status, struct tl_err *err)
{
	const int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (e->done)
		return TL_OK;
	if (sig == SIGKILL || sig == SIGTERM || sig == SIGINT || sig == SIGHUP)
		return tl_err_set(err, TL_IO, "%s: the process that had the cache in hand was ended by "
					      "signal %d", e->opts.path, sig);
	return tl_err_set(err, TL_DATA, "%s: the cache is damaged: remove it", e->opts.path);
}

/* Has a child do it.  What it says is there only where it lived to say it. */
static enum tl_status delegate(struct errand *e, struct tl_err *err)
{
	int status = 0;
	struct errand *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return tl_err_sys(err, TL_NOMEM, "%s: no memory for the cache", e->opts.path);
	*shared = *e;
	const pid_t child = fork();
	if (child == 0)
		live(shared);
	enum tl_status st = TL_OK;
	if (child < 0)
		st = tl_err_sys(err, TL_NOMEM, "%s: no process for the cache", e->opts.path);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
	}
	if (st == TL_OK)
		st = judge(shared, status, err);
	if (st == TL_OK)
		*e = *shared;
	(void)munmap(shared, sizeof *shared);
	return st;
}

enum tl_status align_cache_open(struct aligner *a, struct tl_err *err)
{
	struct errand e = {
		.what = prepare,
		.opts = {.path = a->opts->cache, .size = a->opts->cache_size,
			 .evict = (enum tl_cache_evict)a->opts->cache_evict,
			 .workers = tl_pool_threads(a->run->pool)}};
	if (!e.opts.path)
		return TL_OK;
	enum tl_status st = delegate(&e, err);
	if (st == TL_OK && e.st != TL_OK) {
		*err = e.err;
		st = e.st;
	}
	return st == TL_OK ? tl_cache_open(&e.opts, a->run->budget, &a->cache, err) : st;
}

static void tell(const struct aligner *a, const struct tl_cache_sum *sum)
{
	tl_tool_tell(a->run, "cache: %llu found, %llu not found, %llu new, %llu let go; %llu entries, "
			     "%llu bytes", (unsigned long long)sum->hits,
		     (unsigned long long)sum->misses, (unsigned long long)sum->put,
		     (unsigned long long)sum->evicted, (unsigned long long)sum->entries,
		     (unsigned long long)sum->bytes);
	if (sum->damaged)
		tl_tool_say(a->run, "%s: %llu entries are damaged and were not used", a->opts->cache,
			    (unsigned long long)sum->damaged);
	if (sum->lost)
		tl_tool_say(a->run, "%s: what is new could not be kept: %s", a->opts->cache, sum->why);
}

void align_cache_close(struct aligner *a, bool keep)
{
	struct errand e = {
		.what = put_away, .opts = {.path = a->opts->cache}, .cache = a->cache};
	struct tl_err err = {0};
	if (!a->cache)
		return;
	tl_cache_end(a->cache, &e.sum);
	const enum tl_status st = keep ? delegate(&e, &err) : TL_OK;
	tl_cache_free(a->cache);
	tell(a, &e.sum);
	if (st != TL_OK)
		tl_tool_say(a->run, "%s; what is new could not be kept", err.msg);
}
