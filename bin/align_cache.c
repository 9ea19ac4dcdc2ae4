/* SPDX-License-Identifier: MIT */
/* align_cache: the cache of alignments, opened and closed. */
#include "aligner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tl/cache.h>

/* LMDB believes what stands in its pages, so that a damaged file may end a process with a signal.
 * It is a child that looks through it first. */
static bool sound(const char *path)
{
	const struct rlimit none = {0, 0};
	int status = 0;
	const pid_t child = fork();
	if (child < 0)
		return true; /* nothing is known; a damaged entry is found out later */
	if (child == 0) {
		const int nowhere = open("/dev/null", O_WRONLY);
		if (nowhere >= 0) /* LMDB says there what it cannot believe */
			(void)dup2(nowhere, STDERR_FILENO);
		(void)setrlimit(RLIMIT_CORE, &none);
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		_exit(tl_cache_walk(path) ? 0 : 1);
	}
	while (waitpid(child, &status, 0) < 0) {
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum tl_status align_cache_open(struct aligner *a, struct tl_err *err)
{
	const struct tl_cache_opts opts = {
		.path = a->opts->cache, .size = a->opts->cache_size,
		.evict = (enum tl_cache_evict)a->opts->cache_evict,
		.workers = tl_pool_threads(a->run->pool)};
	if (!opts.path)
		return TL_OK;
	if (!sound(opts.path))
		return tl_err_set(err, TL_DATA, "%s: the cache is damaged: remove it", opts.path);
	return tl_cache_open(&opts, a->run->budget, &a->cache, err);
}

void align_cache_close(struct aligner *a, bool keep)
{
	struct tl_cache_sum sum;
	if (!a->cache)
		return;
	tl_cache_close(a->cache, keep, &sum);
	tl_tool_tell(a->run, "cache: %llu found, %llu not found, %llu new, %llu let go; %llu entries, "
			     "%llu bytes", (unsigned long long)sum.hits,
		     (unsigned long long)sum.misses, (unsigned long long)sum.put,
		     (unsigned long long)sum.evicted, (unsigned long long)sum.entries,
		     (unsigned long long)sum.bytes);
	if (sum.damaged)
		tl_tool_say(a->run, "%s: %llu entries are damaged and were not used", a->opts->cache,
			    (unsigned long long)sum.damaged);
	if (sum.lost)
		tl_tool_say(a->run, "%s: what is new could not be kept: %s", a->opts->cache, sum.why);
}
