/* SPDX-License-Identifier: MIT */
/* watch: --progress, and the counts that -v tells at the end. */
#include "watch.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <tl/metrics.h>
#include <tl/progress.h>

#define TERMINAL_MS 200 /* between two lines on a terminal */
#define LOG_MS 10000    /* in a log */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A process has one run. */
static struct {
	const char *name;
	bool terminal;
	double begun;
} watch;

/* One write for a line, so that the lines of the tools of a pipe do not mix. */
static void tell(const char *end)
{
	char line[320], text[160];
	struct tl_metrics m;
	tl_metrics_get(&m);
	tl_progress_line(&m, now() - watch.begun, text, sizeof text);
	int n = snprintf(line, sizeof line, "%s%s: %s%s%s", watch.terminal ? "\r" : "", watch.name,
			 text, watch.terminal ? "\033[K" : "", end);
	fwrite(line, 1, (size_t)n, stderr);
}

static void tick(void *ctx)
{
	(void)ctx;
	tell(watch.terminal ? "" : "\n");
}

enum tl_status tl_watch_begin(const struct tl_tool_run *run, struct tl_err *err)
{
	if (!run->common->progress)
		return TL_OK;
	watch.name = run->tool->name;
	watch.terminal = isatty(STDERR_FILENO);
	watch.begun = now();
	return tl_pool_tick(run->pool, watch.terminal ? TERMINAL_MS : LOG_MS, tick, NULL, err);
}

void tl_watch_end(const struct tl_tool_run *run)
{
	char text[1024];
	struct tl_metrics m;
	if (watch.name)
		tell("\n");
	watch.name = NULL;
	tl_metrics_get(&m);
	tl_progress_counts(&m, text, sizeof text);
	if (*text)
		tl_tool_tell(run, "%s", text);
}
