/* SPDX-License-Identifier: MIT */
/* limit: --memory, --temporary-directory and $TL_MEMORY made into a budget.
 *
 * A limit is what a process may hold in all.  Of it TL_LIMIT_THREAD is set aside for each thread's
 * blocks in flight; the rest is the budget (tl/budget.h).  What the program holds whatever it reads
 * is not counted: about 30 MiB.
 */
#ifndef TL_LIMIT_H
#define TL_LIMIT_H

#include <stddef.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/opt.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_LIMIT_LEAST ((uint64_t)8 << 20)
#define TL_LIMIT_THREAD ((uint64_t)8 << 20)

struct tl_limit {
	const struct tl_opt_tool *tool;
	uint64_t memory; /* --memory; 0: not given */
	const char *dir; /* --temporary-directory; NULL: not given */
	unsigned threads;
	const char *const *inputs; /* [n] what is read, to estimate what the disk must hold */
	size_t n;
	/* Says a line; called once, before the first temporary file is made. */
	void (*say)(void *ctx, const char *text);
	void *ctx;
};

/* TL_USAGE where --memory or $TL_MEMORY is no size, or less than the least: TL_LIMIT_LEAST and
 * TL_LIMIT_THREAD for each thread.  Without either a fifth of what the process may hope for, or
 * the least where that is more.  l must live as long as the budget. */
enum tl_status tl_limit_budget(const struct tl_limit *l, struct tl_budget **ret,
			       struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
