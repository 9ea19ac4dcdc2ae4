/* SPDX-License-Identifier: MIT */
/* test_score: the tables hold what the header says. */
#include <tl/score.h>

#include <stdio.h>
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
	static uint8_t many[9001];
	for (size_t i = 0; i < sizeof many; i++)
		many[i] = (uint8_t)"ACGTACGTACGTNURY"[tl_test_below(16)];
	for (size_t n = 0; n <= sizeof many; n += n < 70 ? 1 : 893) {
		size_t odd = 0;
		for (size_t i = 0; i < n; i++)
			odd += tl_score_odd(nt, (struct tl_str){many + i, 1});
		tl_test_eq(tl_score_odd(nt, (struct tl_str){many, n}), odd);
	}
	tl_test_eq(tl_score_step(nt), nt->step);
	tl_test_eq(nt->step, 2);
	tl_test_eq(tl_score_step(aa), aa->step);
}

static const char *const names[] = {"BLOSUM45", "BLOSUM50", "BLOSUM62", "BLOSUM80",
				    "BLOSUM90", "PAM30",    "PAM70",    "PAM250"};

static struct tl_score finished(struct tl_score score, int64_t open, uint64_t extend)
{
	struct tl_err err;
	tl_test_ok(tl_score_gap(&score, open, extend, &err), err);
	tl_test_ok(tl_score_finish(&score, &err), err);
	return score;
}

/* The sums of the diagonals as published, over the twenty amino acids. */
static void test_names(void)
{
	static const int own[] = {141, 150, 116, 187, 134, 164, 144, 118};
	const struct tl_score *usual = tl_score_of(TL_PROTEIN);
	for (int i = 0; i < 8; i++) {
		struct tl_score score = *usual;
		tl_test(tl_score_name(&score, names[i]));
		score = finished(score, 11, 1);
		symmetric(&score);
		tl_test_eq(score.own, own[i]);
		tl_test_eq(at(&score, 'J', 'O'), at(&score, '*', '*'));
		tl_test_eq(score.worst >= 11, 1);
		tl_test_eq(score.step, i == 2 ? usual->step : 0);
	}
	struct tl_score score = *usual, copy = finished(*usual, 11, 1);
	tl_test(tl_score_name(&score, "blosum62"));
	tl_test(memcmp(score.pair, usual->pair, sizeof score.pair) == 0);
	tl_test_eq(copy.least, usual->least);
	tl_test_eq(copy.worst, usual->worst);
	tl_test(!tl_score_name(&score, "BLOSUM61"));
	tl_test(!tl_score_name(&score, ""));
}

static char text[8192];

/* The matrix as a file; with letters in the order given. */
static struct tl_str as_file(const struct tl_score *score, const char *letters)
{
	int n = sprintf(text, "# a comment\n\n ");
	for (const char *x = letters; *x; x++)
		n += sprintf(text + n, "  %c", *x);
	for (const char *x = letters; *x; x++) {
		n += sprintf(text + n, "\r\n%c ", *x);
		for (const char *y = letters; *y; y++)
			n += sprintf(text + n, "%4d", at(score, *x, *y));
	}
	return (struct tl_str){(const uint8_t *)text, (size_t)n};
}

static void test_file(void)
{
	struct tl_err err;
	for (int i = 0; i < 8; i++) {
		struct tl_score score = *tl_score_of(TL_PROTEIN), back = score;
		tl_test(tl_score_name(&score, names[i]));
		tl_test_ok(tl_score_read(&back, "m", as_file(&score, "*XZBVYWTSPFMKLIHGEQCDNRA"), &err),
			   err);
		tl_test(memcmp(score.pair, back.pair, sizeof score.pair) == 0);
		/* Without some: they score the lowest there is. */
		tl_test_ok(tl_score_read(&back, "m", as_file(&score, "ARNDCQEGHILKMFPSTWYVJ"), &err),
			   err);
		int low = 0;
		for (const char *x = "ARNDCQEGHILKMFPSTWYV"; *x; x++)
			for (const char *y = "ARNDCQEGHILKMFPSTWYV"; *y; y++)
				low = at(&score, *x, *y) < low ? at(&score, *x, *y) : low;
		tl_test_eq(at(&back, 'X', 'A'), low);
		tl_test_eq(at(&back, 'J', 'J'), low);
		tl_test_eq(at(&back, 'W', 'W'), at(&score, 'W', 'W'));
	}
}

static void refused(const char *s, const char *where)
{
	struct tl_score score = *tl_score_of(TL_PROTEIN);
	struct tl_err err = {0};
	tl_test_eq(tl_score_read(&score, "m", (struct tl_str){(const uint8_t *)s, strlen(s)}, &err),
		   TL_DATA);
	if (!strstr(err.msg, where))
		printf("# %s\n", err.msg);
	tl_test(strstr(err.msg, where) != NULL);
	tl_test(memcmp(&score, tl_score_of(TL_PROTEIN), sizeof score) == 0);
}

static void test_bad_files(void)
{
	refused("", "m:1:1: there is no line of letters");
	refused("# x\n  A R 1\n", "m:2:7: this is no letter");
	refused("A R A\n", "m:1:5: a letter comes twice");
	refused("A RR\n", "m:1:3: a single letter");
	refused("A R\nA 1 x\n", "m:2:5: a score is");
	refused("A R\nA 64 1\n", "m:2:3: a score is");
	refused("A R\nA -64 1\n", "m:2:3: a score is");
	refused("A R\nA 1.5 1\n", "m:2:3: a score is");
	refused("A R\nA 1\n", "m:2:4: there are fewer");
	refused("A R\nA 1 2 3\n", "m:2:7: there are more");
	refused("A R\nA 1 2\nR 3 1\n", "m:3:3: the matrix is not symmetric");
	refused("A R\nA 1 2\nA 1 2\n", "m:3:1: a letter comes twice");
	refused("A R\nA 1 2\n", "has no line of its own");
	refused("A\nA 1\n", "amino acids is missing");
	/* What is cut off anywhere is refused, or is whole but for its last end of line. */
	const struct tl_str all = as_file(tl_score_of(TL_PROTEIN), "ARNDCQEGHILKMFPSTWYV");
	for (size_t n = 0; n + 1 < all.n; n++) {
		struct tl_score score = *tl_score_of(TL_PROTEIN);
		struct tl_err err;
		tl_test_eq(tl_score_read(&score, "m", (struct tl_str){all.p, n}, &err), TL_DATA);
	}
}

static void test_gaps(void)
{
	static const struct { int64_t open; uint64_t extend; } bad[] = {
		{0, 0}, {1, 2}, {1001, 1}, {300, 201}, {-1, 1}, {11, 0}};
	struct tl_score score = *tl_score_of(TL_PROTEIN);
	struct tl_err err;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		tl_test_eq(tl_score_gap(&score, bad[i].open, bad[i].extend, &err), TL_USAGE);
	tl_test_eq(score.open, 11);
	tl_test_ok(tl_score_gap(&score, 1000, 200, &err), err);
	tl_test_eq(tl_score_match(&score, 0, 1, &err), TL_USAGE);
	tl_test_eq(tl_score_match(&score, 1, 64, &err), TL_USAGE);
	for (int x = 1; x < 27; x++)
		for (int y = 1; y < 27; y++)
			score.pair[x][y] = (int8_t)-(x % 3);
	tl_test_eq(tl_score_finish(&score, &err), TL_USAGE);
}

static void test_match(void)
{
	struct tl_score score = *tl_score_of(TL_NUCLEOTIDE);
	struct tl_err err;
	tl_test_ok(tl_score_match(&score, 5, 4, &err), err);
	score = finished(score, 16, 6);
	symmetric(&score);
	tl_test_eq(at(&score, 'A', 'A'), 5);
	tl_test_eq(at(&score, 'U', 'T'), 5);
	tl_test_eq(at(&score, 'N', 'A'), -4);
	tl_test_eq(at(&score, 'R', 'A'), 0);
	tl_test_eq(score.step, 4);
	tl_test_eq(score.least, 5);
	tl_test_eq(score.worst, 16);
	struct tl_score same = *tl_score_of(TL_NUCLEOTIDE);
	tl_test_ok(tl_score_match(&same, 2, 3, &err), err);
	same = finished(same, 5, 2);
	tl_test(memcmp(&same, tl_score_of(TL_NUCLEOTIDE), sizeof same) == 0);
}

/* Lambda and K as BLAST prints them: 0.267 and 0.041 for BLOSUM62 with existence 11, extension 1;
 * 0.625 and 0.41 for +2/-3 with 5 and 2. */
static void test_bits(void)
{
	struct tl_score score = finished(*tl_score_of(TL_PROTEIN), 12, 1);
	int64_t bits = 0;
	tl_test(tl_score_bits(&score, 100, &bits));
	tl_test_eq(bits / 100000, 431); /* (0.267 * 100 - ln 0.041) / ln 2 = 43.13 */
	score = finished(score, 40, 1);
	tl_test(!tl_score_bits(&score, 100, &bits));
	score = *tl_score_of(TL_PROTEIN);
	score.pair['A' & 31]['A' & 31]++;
	tl_test(!tl_score_bits(&score, 100, &bits));
	score = *tl_score_of(TL_NUCLEOTIDE);
	tl_test(!tl_score_bits(&score, 100, &bits)); /* BLAST has no 3/2 for +2/-3 */
	score = finished(score, 7, 2);
	tl_test(tl_score_bits(&score, 100, &bits));
	tl_test_eq(bits / 100000, 914); /* (62.5 - ln 0.41) / ln 2 = 91.45 */
	int64_t odd = 0;
	tl_test(tl_score_bits(&score, 101, &odd));
	tl_test_eq(odd, bits);
}

int main(void)
{
	TL_RUN(test_protein);
	TL_RUN(test_nucleotide);
	TL_RUN(test_odd);
	TL_RUN(test_names);
	TL_RUN(test_file);
	TL_RUN(test_bad_files);
	TL_RUN(test_gaps);
	TL_RUN(test_match);
	TL_RUN(test_bits);
	return tl_test_end();
}
