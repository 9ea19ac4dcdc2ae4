/* SPDX-License-Identifier: MIT */
/* test_score: the tables hold what the header says. */
#include <tl/score.h>

#include <string.h>

#include "tltest.h"

static int at(const struct tl_score *score, char x, char y)
{
	return score->pair[x & 31][y & 31];
}

static void symmetric(const struct tl_score *score)
{
	int best = TL_SCORE_PAD;
	for (int x = 0; x < 32; x++)
		for (int y = 0; y < 32; y++) {
			tl_test_eq(score->pair[x][y], score->pair[y][x]);
			best = score->pair[x][y] > best ? score->pair[x][y] : best;
			if (x == 0 || x > 26)
				tl_test_eq(score->pair[x][y], TL_SCORE_PAD);
			else if (y > 0 && y < 27)
				tl_test(score->pair[x][y] > TL_SCORE_PAD);
		}
	tl_test_eq(best, score->best);
	tl_test(score->open >= score->extend && score->extend > 0);
}

static void test_protein(void)
{
	const struct tl_score *score = tl_score_of(TL_PROTEIN);
	const char *letters = "ARNDCQEGHILKMFPSTWYVBZX*";
	/* The diagonal of BLOSUM62 as published. */
	static const int own[] = {4, 5, 6, 6, 9, 5, 5, 6, 8, 4, 4, 5,
				  5, 6, 7, 4, 5, 11, 7, 4, 4, 4, -1, 1};
	symmetric(score);
	for (int i = 0; letters[i]; i++) {
		tl_test_eq(at(score, letters[i], letters[i]), own[i]);
		for (const char *p = "UOJ"; *p; p++)
			tl_test_eq(at(score, letters[i], *p), at(score, letters[i], '*'));
	}
	tl_test_eq(at(score, 'W', 'C'), -2);
	tl_test_eq(at(score, 'I', 'V'), 3);
	tl_test_eq(at(score, 'B', 'D'), 4);
	tl_test_eq(at(score, 'A', '*'), -4);
	tl_test_eq(at(score, 'U', 'O'), 1);
	tl_test_eq(score->open, 11);
	tl_test_eq(score->extend, 1);
}

static void test_nucleotide(void)
{
	const struct tl_score *score = tl_score_of(TL_NUCLEOTIDE);
	symmetric(score);
	for (const char *x = "ACGTN"; *x; x++) {
		for (const char *y = "ACGTN"; *y; y++)
			tl_test_eq(at(score, *x, *y), *x == *y ? 2 : -3);
		for (const char *y = "RYKMSWBDHV*"; *y; y++)
			tl_test_eq(at(score, *x, *y), 0);
		tl_test_eq(at(score, *x, 'U'), at(score, *x, 'T'));
	}
	tl_test_eq(at(score, 'R', 'R'), 0);
	tl_test_eq(at(score, 'U', 'U'), 2);
	tl_test_eq(score->open, 5);
	tl_test_eq(score->extend, 2);
}

static void test_odd(void)
{
	const struct tl_score *aa = tl_score_of(TL_PROTEIN), *nt = tl_score_of(TL_NUCLEOTIDE);
	const struct tl_str s = {(const uint8_t *)"ACGTNURYACGW", 12};
	tl_test_eq(tl_score_odd(nt, s), 4);
	tl_test_eq(tl_score_odd(aa, s), 11);
	tl_test_eq(tl_score_step(nt), nt->step);
	tl_test_eq(nt->step, 2);
	tl_test_eq(tl_score_step(aa), aa->step);
}

int main(void)
{
	TL_RUN(test_protein);
	TL_RUN(test_nucleotide);
	TL_RUN(test_odd);
	return tl_test_end();
}
