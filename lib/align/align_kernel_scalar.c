/* SPDX-License-Identifier: MIT */
/* align_kernel_scalar: the kernel in plain C, Gotoh's recurrence as one reads it; the oracle for
 * the others. */
#include "align_kernel.h"

#include <stdbool.h>

static inline int32_t get(const void *lanes, size_t k, bool wide)
{
	return wide ? ((const int32_t *)lanes)[k] : ((const int16_t *)lanes)[k];
}

static inline void put(void *lanes, size_t k, int32_t v, bool wide)
{
	if (wide)
		((int32_t *)lanes)[k] = v;
	else
		((int16_t *)lanes)[k] = (int16_t)(v > INT16_MAX ? INT16_MAX : v);
}

static inline int32_t larger(int32_t x, int32_t y)
{
	return x > y ? x : y;
}

/* One row; returns its best score.  keep is where its H go, or NULL. */
static inline int32_t one_row(const struct tl_align_rows *job, size_t r, void *keep, bool wide)
{
	const struct tl_score *score = job->score;
	const int64_t col = job->col + (int64_t)r;
	const int8_t *pair = score->pair[job->a[r] & 31];
	const size_t from = col < 0 ? (size_t)-col : 0;
	int32_t f = 0, top = 0;
	for (size_t k = from; k < job->width && col + (int64_t)k < job->b_len; k++) {
		uint8_t code = job->codes[col + (int64_t)k];
		int32_t down = k + 1 < job->width ? get(job->e, k + 1, wide) : 0;
		int32_t x = get(job->h, k, wide) + pair[(code & 15) | (code >> 3 & 16)];
		x = larger(larger(x, 0), larger(down, f));
		f = larger(f - score->extend, x - score->open);
		put(job->h, k, x, wide);
		put(job->e, k, larger(0, larger(down - score->extend, x - score->open)), wide);
		if (keep)
			put(keep, r * job->width + k, x, wide);
		top = larger(top, x);
	}
	return top;
}

static inline void all_rows(struct tl_align_rows *job, bool wide)
{
	job->best_row = -1;
	for (size_t r = 0; r < job->rows; r++) {
		int32_t top = one_row(job, r, job->keep, wide);
		if (top > job->best) {
			job->best = top;
			job->best_row = (int64_t)r;
		}
	}
}

static void rows16(struct tl_align_rows *job)
{
	all_rows(job, false);
}

static void rows32(struct tl_align_rows *job)
{
	all_rows(job, true);
}

const struct tl_align_kernel tl_align_kernel_scalar = {"scalar", NULL, NULL, rows16, rows32};
