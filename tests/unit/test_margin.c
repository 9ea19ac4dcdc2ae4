/* SPDX-License-Identifier: MIT */
/* Unit test of align_margin: against the whole rectangle, cell by cell. */
#include <string.h>

#include <tl/cigar.h>

#include "align_fill.h"
#include "align_margin.h"
#include "tltest.h"

#define LONGEST 40

struct rectangle {
	uint8_t a[LONGEST], b[LONGEST];
	size_t n, m;
};

/* Letters that are alike, with runs of N and odd letters in some. */
static void random_letters(uint8_t *p, size_t n, unsigned kind)
{
	static const char *const sets[] = {"ACGT", "AC", "ACGTN", "ACNNNN", "ACGTRY"};
	const char *set = sets[kind % 5];
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)set[tl_test_below(strlen(set))];
}

static void random_rectangle(struct rectangle *r, unsigned round)
{
	r->n = 1 + tl_test_below(LONGEST);
	r->m = round % 3 ? r->n : 1 + tl_test_below(LONGEST);
	random_letters(r->a, r->n, round);
	random_letters(r->b, r->m, round / 5);
	/* Mostly a copy with a shift, and few changes. */
	if (round % 4) {
		const size_t shift = tl_test_below(1 + (r->m > r->n ? r->m - r->n : 0));
		for (size_t i = 0; i < r->n && i + shift < r->m; i++)
			if (tl_test_below(8))
				r->b[i + shift] = r->a[i];
	}
}

/* What the runs of an alignment from corner to corner score. */
static int64_t score_of(const struct tl_align_fill *f, const struct tl_score *score,
			const struct rectangle *r)
{
	size_t i = 0, j = 0;
	int64_t sum = 0;
	for (size_t k = 0; k < f->n_runs; k++) {
		const uint64_t op = f->runs[k] & 3, len = f->runs[k] >> 2;
		const bool gap = op == TL_CIGAR_INS || op == TL_CIGAR_DEL;
		sum -= gap ? score->open + score->extend * ((int64_t)len - 1) : 0;
		for (size_t c = 0; c < len && !gap; c++)
			sum += score->pair[r->a[i + c] & 31][r->b[j + c] & 31];
		i += op == TL_CIGAR_DEL ? 0 : len;
		j += op == TL_CIGAR_INS ? 0 : len;
	}
	tl_test(i == r->n && j == r->m);
	return sum;
}

static int64_t best_within(struct tl_align_fill *f, const struct tl_score *score,
			   const struct rectangle *r, size_t within)
{
	struct tl_err err;
	const struct tl_align_span s = {r->a, r->b, r->n, r->m, false};
	f->n_runs = 0;
	tl_test_ok(tl_align_fill_between(f, score, &s, within, &err), err);
	return score_of(f, score, r);
}

static int64_t simple_score(const struct tl_score *score, const struct rectangle *r, size_t split)
{
	const size_t n = r->n < r->m ? r->n : r->m, gap = r->n + r->m - 2 * n;
	const size_t a = r->n - n, b = r->m - n;
	int64_t sum = gap ? -score->open - score->extend * ((int64_t)gap - 1) : 0;
	for (size_t i = 0; i < n; i++)
		sum += i < split ? score->pair[r->a[i] & 31][r->b[i] & 31]
				 : score->pair[r->a[i + a] & 31][r->b[i + b] & 31];
	return sum;
}

/* simple and narrow: so many at least of each. */
static void check_bound(const struct tl_score *score, size_t least_simple, size_t least_narrow)
{
	const struct tl_align_margin_letters letters = tl_align_margin_letters(score);
	struct tl_align_fill f = {0};
	struct rectangle r;
	size_t simple = 0, narrow = 0;
	tl_test(letters.plain != 0 && letters.odd >> ('R' & 31) & 1);
	for (unsigned round = 0; round < 20000; round++) {
		random_rectangle(&r, round);
		const struct tl_align_margin g =
			tl_align_margin_of(&letters, score, r.a, r.n, r.b, r.m);
		const int64_t best = best_within(&f, score, &r, LONGEST);
		tl_test(g.within != SIZE_MAX && g.split <= r.n);
		if (g.simple)
			tl_test_eq(simple_score(score, &r, g.split), best);
		else
			tl_test_eq(best_within(&f, score, &r, g.within), best);
		simple += g.simple;
		narrow += !g.simple && g.within < 8;
	}
	printf("# %zu simple, %zu narrow\n", simple, narrow);
	tl_test(simple > least_simple && narrow > least_narrow);
	tl_align_fill_free(&f);
}

static void test_bound(void)
{
	check_bound(tl_score_of(TL_NUCLEOTIDE), 4000, 2000);
}

/* Where a residue in a gap costs less than half of a mismatch, more letters may match further away. */
static void test_cheap_gaps(void)
{
	struct tl_score score = *tl_score_of(TL_NUCLEOTIDE);
	score.extend = 1;
	check_bound(&score, 2000, 1000);
}

/* Scores that are not those of equal and unequal letters say nothing. */
static void test_unknown(void)
{
	struct tl_score score = *tl_score_of(TL_NUCLEOTIDE);
	score.pair['A' & 31]['G' & 31] = -1;
	const struct tl_align_margin_letters letters = tl_align_margin_letters(&score);
	const uint8_t a[] = "ACGT", b[] = "ACCT";
	const struct tl_align_margin g = tl_align_margin_of(&letters, &score, a, 4, b, 4);
	tl_test(letters.plain == 0 && !g.simple && g.within == SIZE_MAX);
}

int main(void)
{
	TL_RUN(test_bound);
	TL_RUN(test_cheap_gaps);
	TL_RUN(test_unknown);
	return tl_test_end();
}
