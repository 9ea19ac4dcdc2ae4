/* SPDX-License-Identifier: MIT */
/* align_diagonal: the best local alignment without gaps, run by run.
 *
 * Between near-identical sequences a diagonal is a few long runs of equal letters; they are found
 * eight letters at a time.
 */
#include "align_diagonal.h"

#include <tl/bits.h>
#include <tl/cigar.h>

static const uint64_t low_bits = 0x7f7f7f7f7f7f7f7fu;

/* The xor of eight letters of each, the first one lowest. */
static inline uint64_t eight(const uint8_t *p, const uint8_t *q)
{
	return tl_bits_get64(p) ^ tl_bits_get64(q);
}

/* The high bit of each byte that is not 0. */
static inline uint64_t others(uint64_t x)
{
	return (((x & low_bits) + low_bits) | x) & ~low_bits;
}

/* Where p and q differ, among n letters. */
static uint64_t count_other(const uint8_t *p, const uint8_t *q, size_t n)
{
	uint64_t found = 0;
	size_t i = 0;
	while (n - i >= 8) {
		/* Bytes of sums, which 255 rounds cannot overflow. */
		uint64_t sums = 0;
		for (int k = 0; k < 255 && n - i >= 8; k++, i += 8)
			sums += others(eight(p + i, q + i)) >> 7;
		found += (sums & 0x00ff00ff00ff00ffu) * 0x0001000100010001u >> 48;
		found += (sums >> 8 & 0x00ff00ff00ff00ffu) * 0x0001000100010001u >> 48;
	}
	for (; i < n; i++)
		found += p[i] != q[i];
	return found;
}

/* The first place from i on where p and q differ; n where none is. */
static size_t run_end(const uint8_t *p, const uint8_t *q, size_t i, size_t n)
{
	for (; n - i >= 8; i += 8) {
		uint64_t x = eight(p + i, q + i);
		if (x)
			return i + (size_t)__builtin_ctzll(x) / 8;
	}
	while (i < n && p[i] == q[i])
		i++;
	return i;
}

struct scan {
	int64_t sum, best;
	size_t from, start, end;
};

static inline void step(struct scan *s, int64_t score, size_t i)
{
	s->sum += score;
	if (s->sum > s->best) {
		s->best = s->sum;
		s->start = s->from;
		s->end = i + 1;
	}
	if (s->sum <= 0) {
		s->sum = 0;
		s->from = i + 1;
	}
}

/* Kadane's scan; a run of letters that all score the best there is goes in one step. */
static struct scan scan_diagonal(const struct tl_score *score, const uint8_t *p, const uint8_t *q,
				 size_t n, bool plain)
{
	struct scan s = {0};
	for (size_t i = 0; i < n;) {
		size_t end = run_end(p, q, i, n);
		if (plain && end > i) {
			step(&s, (int64_t)(end - i) * score->best, end - 1);
			i = end;
		}
		for (; i < end; i++)
			step(&s, score->pair[p[i] & 31][q[i] & 31], i);
		for (; i < n && p[i] != q[i]; i++)
			step(&s, score->pair[p[i] & 31][q[i] & 31], i);
	}
	return s;
}

/* Appends the runs of p and q, n letters. */
static enum tl_status put_runs(const uint8_t *p, const uint8_t *q, size_t n,
			       struct tl_align_path *path, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0, end; i < n && st == TL_OK; i = end) {
		end = run_end(p, q, i, n);
		path->match += end - i;
		if (end > i) {
			st = tl_cigar_add(&path->ops, TL_CIGAR_MATCH, end - i, err);
			continue;
		}
		while (end < n && p[end] != q[end])
			end++;
		st = tl_cigar_add(&path->ops, TL_CIGAR_SUBST, end - i, err);
	}
	return st;
}

enum tl_status tl_align_diagonal_runs(const struct tl_score *score,
				      const struct tl_align_job *job, int64_t d, uint64_t most,
				      struct tl_align_path *path, struct tl_err *err)
{
	const uint64_t skip_a = d < 0 ? -(uint64_t)d : 0, skip_b = d > 0 ? (uint64_t)d : 0;
	if (skip_a >= job->a_len || skip_b >= job->b_len)
		return TL_OK;
	const uint8_t *p = job->a + skip_a, *q = job->b + skip_b;
	const size_t n = job->a_len - skip_a < job->b_len - skip_b ? job->a_len - skip_a
								 : job->b_len - skip_b;
	const struct scan s = scan_diagonal(score, p, q, n, job->odd == 0);
	if (s.best == 0)
		return TL_OK;
	path->score = s.best;
	path->a_start = skip_a + s.start;
	path->a_end = skip_a + s.end;
	path->b_start = skip_b + s.start;
	path->b_end = skip_b + s.end;
	path->columns = s.end - s.start;
	if (count_other(p, q, n) > most) {
		path->match = path->columns - count_other(p + s.start, q + s.start, path->columns);
		return TL_OK;
	}
	return put_runs(p + s.start, q + s.start, s.end - s.start, path, err);
}

bool tl_align_diagonal_reaches(const struct tl_score *score, const struct tl_align_job *job,
			       int64_t d, int64_t least)
{
	const uint64_t skip_a = d < 0 ? -(uint64_t)d : 0, skip_b = d > 0 ? (uint64_t)d : 0;
	if (skip_a >= job->a_len || skip_b >= job->b_len)
		return least <= 0;
	const uint8_t *p = job->a + skip_a, *q = job->b + skip_b;
	const size_t n = job->a_len - skip_a < job->b_len - skip_b ? job->a_len - skip_a
								 : job->b_len - skip_b;
	int64_t sum = 0, best = 0;
	for (size_t i = 0; i < n && best < least;) {
		const size_t end = n - i < 32 ? n : i + 32;
		for (; i < end; i++) {
			sum += score->pair[p[i] & 31][q[i] & 31];
			sum = sum > 0 ? sum : 0;
			best = sum > best ? sum : best;
		}
	}
	return best >= least;
}
