/* SPDX-License-Identifier: MIT */
/* align_margin: how far from the diagonals of its corners the best alignment of a rectangle can go.
 *
 * Let the sides be n <= n + g.  The simple alignment has one gap at most, of g, in the best place: it scores
 * S, and so does no other with one gap only.  One that goes w diagonals beyond those of the corners
 * (w >= 1; for g > 0 also w = 0, with two gaps between them) has two gaps at least, 2 w + g residues in
 * gaps and n - w columns.  M of them are equal at most, where M letters of both sides find a partner, and O
 * odd, where there are so many odd letters.  So it scores at most the smaller of
 *	(best + mis) M + mis O - mis (n - w)  and  best (n - w),
 * less 2 open + extend (2 w + g - 2).  The second falls with w, the first if 2 extend > mis: from some w on
 * the smaller is no more than S.
 */
#include "align_margin.h"

struct tl_align_margin_letters tl_align_margin_letters(const struct tl_score *score)
{
	static const uint8_t plain[] = {'A' & 31, 'C' & 31, 'G' & 31, 'T' & 31, 'N' & 31};
	struct tl_align_margin_letters r = {.best = score->best, .open = score->open, .extend = score->extend,
					    .mismatch = -(int64_t)score->pair[plain[0]][plain[1]]};
	bool even = r.mismatch > 0;
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < 5; j++)
			even &= score->pair[plain[i]][plain[j]] == (i == j ? r.best : -r.mismatch);
	if (!even)
		return r;
	for (int i = 0; i < 5; i++)
		r.plain |= (uint32_t)1 << plain[i];
	for (int x = 0; x < 32; x++) {
		bool nothing = !(r.plain >> x & 1);
		for (int y = 0; y < 32; y++)
			nothing &= score->pair[x][y] <= 0 && score->pair[y][x] <= 0;
		r.odd |= (uint32_t)nothing << x;
	}
	return r;
}

/* What letters of both sides can make of each other. */
struct stock {
	int64_t equal; /* columns of equal plain letters, at most */
	int64_t odd;   /* odd letters */
	bool known;    /* there are no others */
};

static struct stock take_stock(const struct tl_align_margin_letters *letters, const uint8_t *a, size_t n,
			       const uint8_t *b, size_t m)
{
	uint32_t in_a[32] = {0}, in_b[32] = {0};
	struct stock s = {0, 0, true};
	for (size_t i = 0; i < n; i++)
		in_a[a[i] & 31]++;
	for (size_t j = 0; j < m; j++)
		in_b[b[j] & 31]++;
	for (int x = 0; x < 32; x++) {
		if (letters->plain >> x & 1)
			s.equal += in_a[x] < in_b[x] ? in_a[x] : in_b[x];
		else if (letters->odd >> x & 1)
			s.odd += (int64_t)in_a[x] + in_b[x];
		else if (in_a[x] || in_b[x])
			s.known = false;
	}
	return s;
}

/* The best score with one gap of the difference at most, and the columns before it: the fewest. */
static int64_t simple_score(const struct tl_align_margin_letters *letters, const struct tl_score *score,
			    const uint8_t *a, size_t n, const uint8_t *b, size_t m, size_t *ret_split)
{
	const size_t least = n < m ? n : m, skip_a = n - least, skip_b = m - least, gap = skip_a + skip_b;
	int64_t sum = 0, best;
	for (size_t i = 0; i < least; i++)
		sum += score->pair[a[i + skip_a] & 31][b[i + skip_b] & 31];
	*ret_split = gap ? 0 : least;
	if (!gap)
		return sum;
	best = sum;
	for (size_t i = 0; i < least; i++) {
		sum += score->pair[a[i] & 31][b[i] & 31];
		sum -= score->pair[a[i + skip_a] & 31][b[i + skip_b] & 31];
		*ret_split = sum > best ? i + 1 : *ret_split;
		best = sum > best ? sum : best;
	}
	return best - letters->open - letters->extend * ((int64_t)gap - 1);
}

/* The largest w for which what starts above S by `above', and falls by `rate', is still above it; -1: none. */
static int64_t last_above(int64_t above, int64_t rate)
{
	if (rate < 0 || (rate == 0 && above > 0))
		return INT64_MAX; /* it does not fall */
	return above > 0 ? (above + rate - 1) / rate - 1 : -1;
}

struct tl_align_margin tl_align_margin_of(const struct tl_align_margin_letters *letters,
					  const struct tl_score *score, const uint8_t *a, size_t n,
					  const uint8_t *b, size_t m)
{
	const int64_t least = (int64_t)(n < m ? n : m), gap = (int64_t)(n < m ? m - n : n - m);
	struct tl_align_margin r = {.within = SIZE_MAX};
	const struct stock s = letters->plain ? take_stock(letters, a, n, b, m)
					      : (struct stock){0, 0, false};
	if (!s.known)
		return r;
	const int64_t simple = simple_score(letters, score, a, n, b, m, &r.split);
	const int64_t base = 2 * letters->open + letters->extend * (gap - 2) + simple;
	const int64_t by_letters = (letters->best + letters->mismatch) * s.equal +
				   letters->mismatch * (s.odd - least) - base;
	const int64_t w1 = last_above(by_letters, 2 * letters->extend - letters->mismatch);
	const int64_t w2 = last_above(letters->best * least - base, 2 * letters->extend + letters->best);
	const int64_t w = w1 < w2 ? w1 : w2;
	r.simple = w < (gap ? 0 : 1);
	r.within = w < 0 ? 0 : (size_t)w;
	return r;
}
