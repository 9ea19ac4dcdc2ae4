/* SPDX-License-Identifier: MIT */
/* budget: the memory that a process may use, and where what goes beyond it is put. */
#include <tl/budget.h>

#include <stdatomic.h>
#include <stdlib.h>

#include <tl/bits.h>
#include <tl/io.h>
#include <tl/mem.h>
#include <tl/metrics.h>

#define MIB (1024.0 * 1024.0)

struct tl_budget {
	struct tl_budget_opts opts;
	/* Written by any thread, relaxed: they are counters that order nothing else. */
	_Atomic uint64_t used, peak, spilled;
	_Atomic bool said; /* as above; who sets it says it */
};

enum tl_status tl_budget_new(const struct tl_budget_opts *opts, struct tl_budget **ret,
			     struct tl_err *err)
{
	struct tl_budget *b = tl_mem_zalloc(1, sizeof *b, err);
	if (!b)
		return TL_NOMEM;
	b->opts = *opts;
	if (!b->opts.limit)
		b->opts.limit = UINT64_MAX;
	*ret = b;
	return TL_OK;
}

void tl_budget_free(struct tl_budget *budget)
{
	free(budget);
}

bool tl_budget_take(struct tl_budget *budget, uint64_t bytes)
{
	uint64_t sum;
	if (!budget)
		return true;
	uint64_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
	do {
		if (!tl_bits_add(used, bytes, &sum) || sum > budget->opts.limit)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(
		&budget->used, &used, sum, memory_order_relaxed, memory_order_relaxed));
	uint64_t peak = atomic_load_explicit(&budget->peak, memory_order_relaxed);
	while (peak < sum && !atomic_compare_exchange_weak_explicit(&budget->peak, &peak, sum,
								    memory_order_relaxed,
								    memory_order_relaxed)) {}
	return true;
}

enum tl_status tl_budget_need(struct tl_budget *budget, uint64_t bytes, const char *what,
			      struct tl_err *err)
{
	if (tl_budget_take(budget, bytes))
		return TL_OK;
	uint64_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
	return tl_err_set(err, TL_NOMEM,
			  "the memory limit is too low: %.0f MiB are in use and %s needs %.1f MiB "
			  "more; give more than --memory %.0fM",
			  (double)used / MIB, what, (double)bytes / MIB,
			  (double)(used + bytes + budget->opts.reserve) / MIB + 1);
}

void tl_budget_give(struct tl_budget *budget, uint64_t bytes)
{
	if (budget)
		atomic_fetch_sub_explicit(&budget->used, bytes, memory_order_relaxed);
}

enum tl_status tl_budget_grow(struct tl_budget *budget, void *array, size_t *cap, size_t need,
			      size_t size, const char *what, struct tl_err *err)
{
	uint64_t more;
	if (need <= *cap)
		return TL_OK;
	/* A quarter more each time: these are the tables that decide how low a limit may be. */
	size_t want = *cap + *cap / 4 + 4096, old = *cap;
	want = want > need ? want : need;
	if (!tl_bits_mul(want - old, size, &more))
		return tl_err_nomem(err, want);
	enum tl_status st = tl_budget_need(budget, more, what, err);
	if (st != TL_OK)
		return st;
	if ((st = tl_mem_resize(array, cap, want, size, err)) != TL_OK)
		tl_budget_give(budget, more);
	return st;
}

uint64_t tl_budget_left(const struct tl_budget *budget)
{
	if (!budget || budget->opts.limit == UINT64_MAX)
		return UINT64_MAX;
	return budget->opts.limit - atomic_load_explicit(&budget->used, memory_order_relaxed);
}

uint64_t tl_budget_share(const struct tl_budget *budget, unsigned part, unsigned parts,
			 uint64_t least)
{
	uint64_t share = tl_budget_left(budget) / parts * part;
	return share > least ? share : least;
}

enum tl_status tl_budget_temp(struct tl_budget *budget, int *ret_fd, struct tl_err *err)
{
	const char *dir = tl_io_temp_dir(budget ? budget->opts.dir : NULL);
	if (budget && budget->opts.say &&
	    !atomic_exchange_explicit(&budget->said, true, memory_order_relaxed))
		budget->opts.say(budget->opts.ctx, dir);
	return tl_io_temp(dir, ret_fd, err);
}

enum tl_status tl_budget_spill(struct tl_budget *budget, int fd, const void *p, size_t n,
			       uint64_t offset, struct tl_err *err)
{
	uint64_t had = 0;
	enum tl_status st = tl_io_pwrite(fd, p, n, offset, err);
	if (budget)
		had = atomic_fetch_add_explicit(&budget->spilled, n, memory_order_relaxed);
	tl_metrics_add(TL_METRICS_SPILL_BYTES, n);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "a temporary file in %s, behind %.0f MiB",
				    tl_io_temp_dir(budget ? budget->opts.dir : NULL),
				    (double)had / MIB);
	return st;
}

void tl_budget_sum(const struct tl_budget *budget, struct tl_budget_sum *ret)
{
	*ret = (struct tl_budget_sum){.limit = UINT64_MAX};
	if (!budget)
		return;
	ret->limit = budget->opts.limit;
	ret->used = atomic_load_explicit(&budget->used, memory_order_relaxed);
	ret->peak = atomic_load_explicit(&budget->peak, memory_order_relaxed);
	ret->spilled = atomic_load_explicit(&budget->spilled, memory_order_relaxed);
}
