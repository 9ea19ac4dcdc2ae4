/* SPDX-License-Identifier: MIT */
/* align_bound: how well an alignment outside a band could score at most.
 *
 * Let w(x) be the best score of residue x with any other (top), A[x] the sum of w over the first
 * x residues of a, B'[y] the sum of w over b from residue y on, n and m the lengths.  Take a
 * local alignment with a cell on a diagonal above hi, and let d be the diagonal j - i.  A column
 * that pairs residues x and y scores at most min(w(x), w(y)), a gap less than 0, and every
 * residue is in one column at most.
 *
 * 1. All its cells are above hi.  Then j >= hi + 1 + i, so it has columns from hi + 1 on and rows
 *    before m - hi - 1 only, and scores at most  min(A[m - hi - 1], B'[hi + 1]).
 * 2. It has a cell at or below hi as well, so at least one gap.  Let (i, j), j - i > hi, be a cell
 *    of it.  Pairs up to that cell use rows <= i, pairs behind it columns > j; so it scores at most
 *    A[i + 1] + B'[j + 1] - open  <=  A[i + 1] + B'[max(i + hi + 1, 0) + 1] - open,
 *    and at most  min(A[n], B'[0]) - open.
 *
 * The bound is the larger of both.  Each term falls, or stays, as hi grows, so that a least hi
 * for a score exists; tl_align_bound_need finds it with two pointers.  For the diagonals below lo
 * exchange a and b.
 */
#include "align_bound.h"

#define NOWHERE (INT64_MIN / 4) /* below any diagonal */

void tl_align_bound_tops(const struct tl_score *score, int32_t top[32])
{
	for (int x = 0; x < 32; x++) {
		top[x] = 0;
		for (int y = 0; y < 32; y++)
			top[x] = score->pair[x][y] > top[x] ? score->pair[x][y] : top[x];
	}
}

struct tl_align_bound tl_align_bound_turn(const struct tl_align_bound *pair)
{
	return (struct tl_align_bound){pair->top,   pair->open,  pair->b,       pair->a,
				       pair->b_len, pair->a_len, pair->total_b, pair->total_a};
}

static int64_t smaller(int64_t x, int64_t y)
{
	return x < y ? x : y;
}

static int64_t larger(int64_t x, int64_t y)
{
	return x > y ? x : y;
}

/* The sum of w over s[0, n). */
static int64_t weight(const int32_t *top, const uint8_t *s, size_t n)
{
	int64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += top[s[i] & 31];
	return sum;
}

struct tl_align_bound tl_align_bound_pair(const int32_t *top, int64_t open, const uint8_t *a,
					  size_t a_len, const uint8_t *b, size_t b_len)
{
	return (struct tl_align_bound){top,   open,  a, b, a_len, b_len,
				       weight(top, a, a_len), weight(top, b, b_len)};
}

/* Case 2: the maximum over i, with j = max(i + hi + 1, 0). */
static int64_t crossing(const struct tl_align_bound *pair, int64_t hi)
{
	const int32_t *top = pair->top;
	const int64_t n = (int64_t)pair->a_len, m = (int64_t)pair->b_len;
	int64_t i = 0, j = larger(hi + 1, 0), best = 0, sum;
	sum = pair->total_b - weight(top, pair->b, (size_t)smaller(j, m));
	for (; i < n && i + hi + 1 < m; i++) {
		sum += top[pair->a[i] & 31];
		if (i + hi + 1 >= 0) {
			sum -= top[pair->b[i + hi + 1] & 31];
			best = larger(best, sum);
		} else {
			best = larger(best, sum - top[pair->b[0] & 31]);
		}
	}
	return best;
}

int64_t tl_align_bound_above(const struct tl_align_bound *pair, int64_t hi)
{
	const int64_t n = (int64_t)pair->a_len, m = (int64_t)pair->b_len;
	if (n == 0 || m == 0 || hi >= m - 1)
		return 0;
	hi = larger(hi, -n);
	const int64_t from = larger(hi + 1, 0), rows = smaller(m - hi - 1, n);
	const int64_t b_part = pair->total_b - weight(pair->top, pair->b, (size_t)from);
	const int64_t outside = smaller(weight(pair->top, pair->a, (size_t)rows), b_part);
	const int64_t across = smaller(crossing(pair, hi), smaller(pair->total_a, pair->total_b));
	return larger(larger(outside, across - pair->open), 0);
}

/* Case 1: the least hi with A[m - hi - 1] <= best or B'[hi + 1] <= best. */
static int64_t need_outside(const struct tl_align_bound *pair, int64_t best)
{
	const int64_t m = (int64_t)pair->b_len;
	int64_t rows = 0, sum = 0, col = 0;
	if (pair->total_a <= best)
		return NOWHERE;
	while ((sum += pair->top[pair->a[rows] & 31]) <= best)
		rows++;
	for (sum = pair->total_b; sum > best; col++)
		sum -= pair->top[pair->b[col] & 31];
	return smaller(m - 1 - rows, col == 0 ? NOWHERE : col - 1);
}

/* Case 2: over all i the largest j - i with A[i + 1] + B'[j + 1] > best + open. */
static int64_t need_across(const struct tl_align_bound *pair, int64_t best)
{
	const int32_t *top = pair->top;
	const int64_t n = (int64_t)pair->a_len, m = (int64_t)pair->b_len;
	int64_t need = NOWHERE, prefix = 0, suffix = pair->total_b, j = 0;
	/* suffix is B'[j]; j is one behind the last column too good for this row. */
	for (int64_t i = 0; i < n; i++) {
		prefix += top[pair->a[i] & 31];
		while (j < m && prefix + suffix - top[pair->b[j] & 31] > best + pair->open)
			suffix -= top[pair->b[j++] & 31];
		if (j > 0)
			need = larger(need, j - 1 - i);
	}
	return need;
}

int64_t tl_align_bound_need(const struct tl_align_bound *pair, int64_t best)
{
	if (pair->a_len == 0 || pair->b_len == 0)
		return NOWHERE;
	int64_t need = need_outside(pair, best);
	if (smaller(pair->total_a, pair->total_b) > best + pair->open)
		need = larger(need, need_across(pair, best));
	return need;
}
