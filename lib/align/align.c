/* SPDX-License-Identifier: MIT */
/* align: the exact local alignment of two sequences inside a band of diagonals.
 *
 * align_band computes a band, align_bound says how wide it must be, align_trace goes back.
 */
#include <tl/align.h>

#include <string.h>

#include <tl/cigar.h>
#include <tl/mem.h>

#include "align_band.h"
#include "align_bound.h"
#include "align_diagonal.h"
#include "align_trace.h"

static const struct tl_align_kernel *const kernels[TL_CPU_ISAS] = {
	[TL_CPU_SCALAR] = &tl_align_kernel_scalar,
#ifdef TL_ALIGN_X86
	[TL_CPU_SSE41] = &tl_align_kernel_sse41,
	[TL_CPU_AVX2] = &tl_align_kernel_avx2,
	[TL_CPU_AVX512BW] = &tl_align_kernel_avx512,
#elif defined(TL_ALIGN_NEON)
	[TL_CPU_SSE41] = &tl_align_kernel_neon,
#endif
};

enum tl_status tl_align_new_isa(const struct tl_score *score, enum tl_cpu_isa isa,
				struct tl_align **ret, struct tl_err *err)
{
	if (!kernels[isa])
		return tl_err_set(err, TL_INTERNAL, "no alignment kernel for %s", tl_cpu_name(isa));
	struct tl_align *ws = tl_mem_zalloc(1, sizeof *ws, err);
	if (!ws)
		return TL_NOMEM;
	ws->score = score;
	ws->kernel = kernels[isa];
	tl_align_bound_tops(score, ws->top);
	*ret = ws;
	return TL_OK;
}

enum tl_status tl_align_new(const struct tl_score *score, struct tl_align **ret,
			    struct tl_err *err)
{
	return tl_align_new_isa(score, tl_cpu_best(), ret, err);
}

void tl_align_free(struct tl_align *ws)
{
	if (!ws)
		return;
	tl_align_band_free(ws);
	tl_mem_free(ws);
}

/* Empties a path but for its ops' memory. */
static void clear(struct tl_align_path *path)
{
	struct tl_buf ops = path->ops;
	*path = (struct tl_align_path){.ops = ops};
	tl_buf_reset(&path->ops);
}

/* Plans the band [lo, hi]; false where it is too large. */
static bool plan(struct tl_align *ws, uint64_t max_cells, int64_t lo, int64_t hi,
		 struct tl_align_path *path)
{
	const uint64_t cells = tl_align_band_plan(ws, lo, hi);
	path->too_large = cells > max_cells;
	path->cells += path->too_large ? 0 : cells;
	return !path->too_large;
}

/* Does the band [lo, hi] if it is small enough. */
static enum tl_status one_band(struct tl_align *ws, uint64_t max_cells, int64_t lo, int64_t hi,
			       struct tl_align_path *path, struct tl_err *err)
{
	return plan(ws, max_cells, lo, hi, path) ? tl_align_band_run(ws, err) : TL_OK;
}

static void take_job(struct tl_align *ws, const struct tl_align_job *job)
{
	ws->a = job->a;
	ws->b = job->b;
	ws->a_len = job->a_len;
	ws->b_len = job->b_len;
}

/* Widens [*lo, *hi] so far that the score in hand proves the band; false where it does already. */
static bool widen(const struct tl_align *ws, int64_t *lo, int64_t *hi)
{
	const struct tl_align_bound pair = tl_align_bound_pair(
		ws->top, ws->score->open, ws->a, ws->a_len, ws->b, ws->b_len);
	const struct tl_align_bound turned = tl_align_bound_turn(&pair);
	const int64_t need_hi = tl_align_bound_need(&pair, ws->best);
	const int64_t need_lo = -tl_align_bound_need(&turned, ws->best);
	const int64_t has_hi = ws->width ? ws->lo + (int64_t)ws->width - 1 : *hi;
	const int64_t has_lo = ws->width ? ws->lo : *lo;
	if (need_lo >= has_lo && need_hi <= has_hi)
		return false;
	*lo = need_lo < *lo ? need_lo : *lo;
	*hi = need_hi > *hi ? need_hi : *hi;
	return true;
}

void tl_align_prove(struct tl_align *ws, const struct tl_align_job *job,
		    struct tl_align_path *path)
{
	int64_t lo = job->lo, hi = job->hi;
	path->proven = !widen(ws, &lo, &hi);
	if (path->proven)
		return;
	path->need_lo = lo;
	path->need_hi = hi;
	path->need_cells = tl_align_band_plan(ws, lo, hi);
	/* What was computed is still in the workspace; only the plan goes back to it. */
	(void)tl_align_band_plan(ws, job->lo, job->hi);
}

/* Computes the band of the job, and the one that proves it. */
static enum tl_status all_bands(struct tl_align *ws, const struct tl_align_job *job,
				struct tl_align_path *path, struct tl_err *err)
{
	take_job(ws, job);
	enum tl_status st = one_band(ws, job->max_cells, job->lo, job->hi, path, err);
	if (st != TL_OK || path->too_large || job->later)
		return st;
	tl_align_prove(ws, job, path);
	const bool less = job->prove_cells && job->prove_cells < job->max_cells;
	if (path->proven || !job->prove ||
	    path->need_cells > (less ? job->prove_cells : job->max_cells))
		return TL_OK;
	path->proven = true;
	return one_band(ws, job->max_cells, path->need_lo, path->need_hi, path, err);
}

/* The path of the best score in the bands done, if it is `least` or higher. */
static enum tl_status find_path(struct tl_align *ws, int64_t least, struct tl_align_path *path,
				bool *ret_lost, struct tl_err *err)
{
	*ret_lost = false;
	path->score = ws->best;
	return ws->best_row < 0 || ws->best < least ?
		       TL_OK : tl_align_trace_path(ws, path, ret_lost, err);
}

/* The path of the bands that were computed, in wider lanes where it is lost. */
static enum tl_status finish(struct tl_align *ws, const struct tl_align_job *job,
			     struct tl_align_path *path, struct tl_err *err)
{
	bool lost;
	enum tl_status st = find_path(ws, job->least, path, &lost, err);
	if (st != TL_OK || !lost)
		return st;
	ws->bytes = false;
	st = tl_align_band_run(ws, err);
	if (st == TL_OK)
		st = find_path(ws, job->least, path, &lost, err);
	return st == TL_OK && lost ?
		       tl_err_set(err, TL_INTERNAL, "an alignment's trace is lost") : st;
}

enum tl_status tl_align_pair(struct tl_align *ws, const struct tl_align_job *job,
			     struct tl_align_path *path, struct tl_err *err)
{
	clear(path);
	/* A score that may be too high cannot prove a band. */
	ws->bytes = job->later;
	enum tl_status st = all_bands(ws, job, path, err);
	return st != TL_OK || path->too_large ? st : finish(ws, job, path, err);
}

enum tl_status tl_align_two(struct tl_align *const ws[2], const struct tl_align_job *const job[2],
			    struct tl_align_path *const path[2], struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (int i = 0; i < 2; i++) {
		clear(path[i]);
		ws[i]->bytes = true;
		take_job(ws[i], job[i]);
		(void)plan(ws[i], job[i]->max_cells, job[i]->lo, job[i]->hi, path[i]);
	}
	if (!path[0]->too_large && !path[1]->too_large)
		st = tl_align_band_run_two(ws[0], ws[1], err);
	else if (!path[0]->too_large || !path[1]->too_large)
		st = tl_align_band_run(ws[path[0]->too_large], err);
	for (int i = 0; i < 2 && st == TL_OK; i++)
		if (!path[i]->too_large)
			st = finish(ws[i], job[i], path[i], err);
	return st;
}

enum tl_status tl_align_score(struct tl_align *ws, const struct tl_align_job *job,
			      struct tl_align_path *path, struct tl_err *err)
{
	clear(path);
	ws->bytes = false;
	enum tl_status st = all_bands(ws, job, path, err);
	if (st != TL_OK || path->too_large || ws->best_row < 0)
		return st;
	path->score = ws->best;
	path->a_end = (size_t)ws->best_row + 1;
	path->b_end = tl_align_band_column(ws) + 1;
	return TL_OK;
}

enum tl_status tl_align_long(struct tl_align *ws, const struct tl_align_job *job,
			     struct tl_align_path *path, struct tl_err *err)
{
	clear(path);
	path->too_large = job->a_len >= UINT32_MAX || job->b_len >= UINT32_MAX;
	if (path->too_large)
		return TL_OK;
	return tl_align_chain_run(&ws->chain, ws->score, job, path, err);
}

/* Equal bytes of a and b. */
static uint64_t count_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
	uint64_t same = 0;
	size_t i = 0;
	for (; i + 8 <= n; i += 8) {
		uint64_t x, y;
		memcpy(&x, a + i, sizeof x);
		memcpy(&y, b + i, sizeof y);
		x ^= y;
		/* The high bit of each byte that is not zero. */
		x = (((x & low) + low) | x) & ~low;
		same += 8 - (uint64_t)__builtin_popcountll(x);
	}
	for (; i < n; i++)
		same += a[i] == b[i];
	return same;
}

void tl_align_diagonal(const struct tl_score *score, const uint8_t *a, size_t a_len,
		       const uint8_t *b, size_t b_len, int64_t d, struct tl_align_path *path)
{
	clear(path);
	const uint64_t skip_a = d < 0 ? -(uint64_t)d : 0, skip_b = d > 0 ? (uint64_t)d : 0;
	if (skip_a >= a_len || skip_b >= b_len)
		return;
	const uint8_t *p = a + skip_a, *q = b + skip_b;
	const size_t n = a_len - skip_a < b_len - skip_b ? a_len - skip_a : b_len - skip_b;
	int64_t sum = 0, best = 0;
	size_t from = 0, start = 0, end = 0;
	for (size_t i = 0; i < n; i++) {
		sum += score->pair[p[i] & 31][q[i] & 31];
		from = sum > 0 ? from : i + 1;
		sum = sum > 0 ? sum : 0;
		start = sum > best ? from : start;
		end = sum > best ? i + 1 : end;
		best = sum > best ? sum : best;
	}
	if (best == 0)
		return;
	path->score = best;
	path->a_start = skip_a + start;
	path->a_end = skip_a + end;
	path->b_start = skip_b + start;
	path->b_end = skip_b + end;
	path->columns = end - start;
	path->match = count_equal(p + start, q + start, end - start);
}

enum tl_status tl_align_ungapped(const struct tl_score *score, const struct tl_align_job *job,
				 int64_t d, uint64_t most, struct tl_align_path *path,
				 struct tl_err *err)
{
	clear(path);
	return tl_align_diagonal_runs(score, job, d, most, path, err);
}

int64_t tl_align_bound(const struct tl_score *score, const uint8_t *a, size_t a_len,
		       const uint8_t *b, size_t b_len, int64_t lo, int64_t hi)
{
	int32_t top[32];
	tl_align_bound_tops(score, top);
	const struct tl_align_bound pair =
		tl_align_bound_pair(top, score->open, a, a_len, b, b_len);
	const struct tl_align_bound turned = tl_align_bound_turn(&pair);
	const int64_t above = tl_align_bound_above(&pair, hi);
	/* -lo, but for the one value that has no opposite. */
	const int64_t below = tl_align_bound_above(&turned, lo == INT64_MIN ? INT64_MAX : -lo);
	return above > below ? above : below;
}
