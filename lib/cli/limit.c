/* SPDX-License-Identifier: MIT */
/* limit: --memory, --temporary-directory and $TL_MEMORY made into a budget. */
#include <tl/limit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tl/topo.h>

#include "optval.h"

#define PARTS 8 /* of the memory of a pipe */
#define MIB ((uint64_t)1 << 20)

/* The tool's part of $TL_MEMORY; 0 where that is not set. */
static enum tl_status of_pipe(const struct tl_limit *l, uint64_t *ret, struct tl_err *err)
{
	static const struct tl_opt option = {.name = "memory", .type = TL_OPT_SIZE, .range = "1:"};
	struct tl_optval v;
	const char *text = getenv("TL_MEMORY");
	*ret = 0;
	if (!text || !*text)
		return TL_OK;
	if (!tl_optval_read(&option, text, &v) || !v.bytes)
		return tl_err_set(err, TL_USAGE, "TL_MEMORY is '%.80s', which is no size", text);
	*ret = v.bytes / PARTS * l->tool->pipe_part;
	return TL_OK;
}

/* Bytes in all inputs; 0 where one is no regular file. */
static uint64_t bytes_of_inputs(const struct tl_limit *l)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < (l->n ? l->n : 1); i++) {
		const char *name = l->n ? l->inputs[i] : "-";
		struct stat info;
		if ((strcmp(name, "-") ? stat(name, &info) : fstat(0, &info)) ||
		    !S_ISREG(info.st_mode))
			return 0;
		sum += (uint64_t)info.st_size;
	}
	return sum;
}

static void say(void *ctx, const char *dir)
{
	const struct tl_limit *l = ctx;
	unsigned long long percent = l->tool->disk_percent, bytes = bytes_of_inputs(l);
	char text[512], need[160];
	if (bytes)
		snprintf(need, sizeof need, "%llu MiB", bytes / 100 * percent / MIB + 1);
	else
		snprintf(need, sizeof need, "%llu.%02llu bytes for each byte of input",
			 percent / 100, percent % 100);
	snprintf(text, sizeof text,
		 "the memory limit is reached: what passes it goes to temporary files in %.200s, "
		 "which may need up to about %s", dir, need);
	l->say(l->ctx, text);
}

enum tl_status tl_limit_budget(const struct tl_limit *l, struct tl_budget **ret, struct tl_err *err)
{
	uint64_t least = TL_LIMIT_LEAST + l->threads * TL_LIMIT_THREAD, limit = l->memory;
	const char *name = "--memory";
	enum tl_status st = limit ? TL_OK : of_pipe(l, &limit, err);
	if (st != TL_OK)
		return st;
	if (limit && !l->memory)
		name = "this tool's part of TL_MEMORY";
	if (limit && limit < least)
		return tl_err_set(err, TL_USAGE,
				  "%s is %llu MiB, and with %u threads at least %llu MiB are needed",
				  name, (unsigned long long)(limit / MIB), l->threads,
				  (unsigned long long)(least / MIB));
	if (!limit)
		limit = tl_topo_memory() / 5;
	limit = limit > least ? limit : least;
	struct tl_budget_opts opts = {.limit = limit - l->threads * TL_LIMIT_THREAD,
				      .reserve = l->threads * TL_LIMIT_THREAD, .dir = l->dir,
				      .say = say, .ctx = (void *)(uintptr_t)l};
	return tl_budget_new(&opts, ret, err);
}
