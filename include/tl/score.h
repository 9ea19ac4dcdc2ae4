/* SPDX-License-Identifier: MIT */
/* score: substitution scores and gap penalties, as DESIGN fixes them.
 *
 * A residue's code is its byte & 31: letters give 1 to 26 in either case, '*' gives 10, the place
 * of J, which scores as '*' too; 0 is padding, worse than anything.  Proteins: BLOSUM62 (Henikoff
 * and Henikoff, PNAS 1992), U, O and J as '*'; a gap of n costs 11 + (n - 1).  Nucleotides: A, C,
 * G, T (U is T) and N score +2 with themselves and -3 with each other, 0 with and among all other
 * letters, as in parasail's matrix over "ACGTN"; gap 5 + 2 (n - 1). Constant tables, any thread.
 */
#ifndef TL_SCORE_H
#define TL_SCORE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>
#include <tl/col.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_score {
	int8_t pair[32][32]; /* symmetric; row and column 0 are TL_SCORE_PAD */
	int open;            /* cost of a gap of one */
	int extend;          /* cost of each further residue in it */
	int best;            /* the highest value in pair */
	int step;            /* tl_score_step */
};

#define TL_SCORE_PAD (-64)

/* The scores of an alphabet; a constant. */
const struct tl_score *tl_score_of(enum tl_alphabet alphabet);

/* How many residues of s are odd: they do not score `best` with themselves, or are another name of
 * a letter before them in the alphabet (U of T). */
size_t tl_score_odd(const struct tl_score *score, struct tl_str s);

/* The least that a column costs in which two letters differ that are not odd, or that is a gap;
 * 0 where some such column costs nothing. */
int tl_score_step(const struct tl_score *score);

#ifdef __cplusplus
}
#endif
#endif
