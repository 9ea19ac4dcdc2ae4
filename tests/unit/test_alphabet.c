/* SPDX-License-Identifier: MIT */
/* Unit test of alphabet: the tables, and the guess. */
#include <ctype.h>

#include <tl/alphabet.h>

#include "tltest.h"

static void test_residues(void)
{
	for (int c = 0; c < 256; c++)
		tl_test_eq(tl_alphabet_residue[c], c == '*' || (c < 128 && isalpha(c)));
}

static void test_complement_pairs(void)
{
	static const char pairs[] = "ATCGRYKMBVDHSSWWNN";
	for (int i = 0; pairs[i]; i += 2) {
		tl_test_eq(tl_alphabet_complement[(uint8_t)pairs[i]], pairs[i + 1]);
		tl_test_eq(tl_alphabet_complement[(uint8_t)pairs[i + 1]], pairs[i]);
	}
}

static void test_complement_twice(void)
{
	int moved = 0;
	for (int c = 0; c < 256; c++) {
		tl_test_eq(tl_alphabet_complement[tl_alphabet_complement[c]], c);
		moved += tl_alphabet_complement[c] != c;
	}
	tl_test_eq(moved, 12);
}

static void test_revcomp(void)
{
	uint8_t out[8];
	tl_alphabet_revcomp(out, (const uint8_t *)"AACGTNR", 7);
	tl_test(!memcmp(out, "YNACGTT", 7));
	tl_alphabet_revcomp(out, out, 0);
}

static enum tl_alphabet guess(const char *text)
{
	return tl_alphabet_guess((const uint8_t *)text, strlen(text));
}

static void test_guess(void)
{
	tl_test_eq(guess(">a\nACGT\n"), TL_NUCLEOTIDE);
	tl_test_eq(guess(">a\nacguNNN---\n"), TL_NUCLEOTIDE);
	tl_test_eq(guess(">a\nMKVL\n"), TL_PROTEIN);
	tl_test_eq(guess(">a\nACGT*\n"), TL_PROTEIN);
	tl_test_eq(guess(""), TL_PROTEIN);
	tl_test_eq(guess(">ACGT\n"), TL_PROTEIN);
	tl_test_eq(guess(";QQQQ\n>EEEE\rQ\nACGT\n"), TL_NUCLEOTIDE);
	tl_test_eq(guess(">EEEE\rACGT\r>Q\rAC"), TL_NUCLEOTIDE);
	tl_test_eq(guess(">QQ\r\nACGT\r\n>E\r\nAC"), TL_NUCLEOTIDE);
	tl_test_eq(guess(">a\nACGT>Q\n"), TL_PROTEIN);
}

static void test_guess_share(void)
{
	/* Nine of ten plain letters suffice, less does not. */
	tl_test_eq(guess(">a\nACGTACGTAR\n"), TL_NUCLEOTIDE);
	tl_test_eq(guess(">a\nACGTACGTRR\n"), TL_PROTEIN);
}

static void test_guess_looks_at_the_beginning(void)
{
	static uint8_t text[70000];
	memset(text, 'A', sizeof text);
	memcpy(text, ">a\n", 3);
	text[3 + 65536] = 'E';
	tl_test_eq(tl_alphabet_guess(text, sizeof text), TL_NUCLEOTIDE);
	text[3 + 65535] = 'E';
	tl_test_eq(tl_alphabet_guess(text, sizeof text), TL_PROTEIN);
}

int main(void)
{
	TL_RUN(test_residues);
	TL_RUN(test_complement_pairs);
	TL_RUN(test_complement_twice);
	TL_RUN(test_revcomp);
	TL_RUN(test_guess);
	TL_RUN(test_guess_share);
	TL_RUN(test_guess_looks_at_the_beginning);
	return tl_test_end();
}
