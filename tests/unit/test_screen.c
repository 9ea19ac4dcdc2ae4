/* SPDX-License-Identifier: MIT */
/* test_screen: equal letters of spans against counting them one by one; what an identity asks. */
#include "screen.h"

#include "tltest.h"

#define MOST 200

/* Equal letters of the span that begins at i on the diagonal. */
static unsigned count(const uint8_t *a, const uint8_t *b, size_t i)
{
	unsigned n = 0;
	for (size_t j = i; j < i + TL_SCREEN_SPAN; j++)
		n += a[j] == b[j];
	return n;
}

static bool plain(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len, int64_t d,
		  unsigned least)
{
	size_t i = d < 0 ? (size_t)-d : 0, j = d > 0 ? (size_t)d : 0, n, best = 0;
	if (i >= a_len || j >= b_len)
		return false;
	n = a_len - i < b_len - j ? a_len - i : b_len - j;
	if (n < TL_SCREEN_SPAN)
		return true;
	for (size_t at = 0; at + TL_SCREEN_SPAN <= n; at++) {
		unsigned has = at % (TL_SCREEN_SPAN / 2) && at + TL_SCREEN_SPAN < n
				       ? 0
				       : count(a + i, b + j, at);
		best = has > best ? has : best;
	}
	return best >= least;
}

static void test_spans(void)
{
	uint8_t a[MOST], b[MOST];
	size_t passed = 0;
	for (int round = 0; round < 20000; round++) {
		size_t n = tl_test_below(MOST), m = tl_test_below(MOST);
		int64_t d = (int64_t)tl_test_below(2 * MOST) - MOST;
		unsigned letters = 1 + (unsigned)tl_test_below(8);
		unsigned least = (unsigned)tl_test_below(TL_SCREEN_SPAN + 2);
		for (size_t i = 0; i < MOST; i++) {
			a[i] = (uint8_t)('A' + tl_test_below(letters));
			b[i] = (uint8_t)('A' + tl_test_below(letters));
		}
		bool pass = tl_screen_pass(a, n, b, m, d, least);
		passed += pass;
		tl_test_eq(pass, plain(a, n, b, m, d, least));
	}
	tl_test(passed > 2000 && passed < 18000);
}

/* The fewest of the same spans: one letter less passes everywhere, the most it has does not. */
static void test_fewest(void)
{
	uint8_t a[MOST], b[MOST];
	size_t found = 0;
	for (int round = 0; round < 5000; round++) {
		const size_t n = tl_test_below(MOST), m = tl_test_below(MOST);
		const int64_t d = (int64_t)tl_test_below(100) - 50;
		unsigned want = TL_SCREEN_SPAN;
		for (size_t i = 0; i < MOST; i++) {
			a[i] = (uint8_t)('A' + tl_test_below(4));
			b[i] = (uint8_t)('A' + tl_test_below(4));
		}
		const size_t i = d < 0 ? (size_t)-d : 0, j = d > 0 ? (size_t)d : 0;
		const size_t left_a = i < n ? n - i : 0, left_b = j < m ? m - j : 0;
		const size_t on = left_a < left_b ? left_a : left_b;
		for (size_t at = 0; at + TL_SCREEN_SPAN <= on; at++)
			if (at % (TL_SCREEN_SPAN / 2) == 0 || at + TL_SCREEN_SPAN == on) {
				const unsigned has = count(a + i, b + j, at);
				want = has < want ? has : want;
			}
		want = on < TL_SCREEN_SPAN ? 0 : want;
		found += want > 0;
		tl_test_eq(tl_screen_fewest(a, n, b, m, d), want);
	}
	tl_test(found > 1000);
}

static void test_least(void)
{
	unsigned last = 0;
	for (int64_t identity = 0; identity <= 1000000; identity += 10000) {
		unsigned least = tl_screen_least(TL_PROTEIN, identity);
		tl_test(least >= last && least <= TL_SCREEN_SPAN / 2);
		tl_test_eq(tl_screen_least(TL_NUCLEOTIDE, identity), 0);
		last = least;
	}
	tl_test_eq(tl_screen_least(TL_PROTEIN, 0), 0);
	tl_test_eq(tl_screen_least(TL_PROTEIN, 500000), 11);
	tl_test_eq(tl_screen_least(TL_PROTEIN, 900000), 14);
}

int main(void)
{
	TL_RUN(test_spans);
	TL_RUN(test_fewest);
	TL_RUN(test_least);
	return tl_test_end();
}
