/* SPDX-License-Identifier: MIT */
/* score: substitution scores and gap penalties, as DESIGN fixes them.
 *
 * A residue's code is its byte & 31: letters give 1 to 26 in either case, '*' gives 10, the place
 * of J, which scores as '*' too; 0 is padding, worse than anything.  Proteins: BLOSUM62 (Henikoff
 * and Henikoff, PNAS 1992), U, O and J as '*'; a gap of n costs 11 + (n - 1).  Nucleotides: A, C,
 * G, T (U is T) and N score +2 with themselves and -3 with each other, 0 with and among all other
 * letters, as in parasail's matrix over "ACGTN"; gap 5 + 2 (n - 1).  These are constants; others are
 * made of copies: a matrix or scores of nucleotides first, then gaps, then tl_score_finish.
 * Threads: pure but for their arguments.
 */
#ifndef TL_SCORE_H
#define TL_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_score {
	int8_t pair[32][32]; /* symmetric; row and column 0 are TL_SCORE_PAD */
	int open;            /* cost of a gap of one */
	int extend;          /* cost of each further residue in it */
	int best;            /* the highest value in pair */
	int step;            /* tl_score_step; 0 for proteins that are not scored by BLOSUM62 */
	int least;           /* what one of the twenty amino acids (of ACGT) scores with itself at least, */
	int own;             /* and the sum over all of them */
	int worst;           /* what a column of them, or one of a gap, costs at most */
	bool nucleotide;
};

#define TL_SCORE_PAD (-64)

/* The scores of an alphabet; a constant. */
const struct tl_score *tl_score_of(enum tl_alphabet alphabet);

/* Takes the matrix of a name in any case, BLOSUM45, BLOSUM50, BLOSUM62, BLOSUM80, BLOSUM90, PAM30,
 * PAM70 or PAM250; false where it is none of them. */
bool tl_score_name(struct tl_score *score, const char *name);

/* Takes a matrix from text in the format of NCBI's files: comments from # on, a line of letters,
 * then for each letter a line of scores from -63 to 63.  J, O and U score as '*' whatever it says;
 * B, Z, X and '*', where it lacks them, the lowest score with all.  TL_DATA with NAME:LINE:COLUMN
 * where the text is not so, is not symmetric, or lacks one of the twenty amino acids. */
enum tl_status tl_score_read(struct tl_score *score, const char *name, struct tl_str text,
			     struct tl_err *err) TL_CHECK;

/* Takes +match for equal nucleotides and -differ for others, both 1 to 63; else TL_USAGE. */
enum tl_status tl_score_match(struct tl_score *score, int64_t match, uint64_t differ,
			      struct tl_err *err) TL_CHECK;

/* Takes gaps: open 1 to 1000, extend 1 to 200 and at most open; else TL_USAGE.  So a score of
 * 16 bits has room for 24,000. */
enum tl_status tl_score_gap(struct tl_score *score, int64_t open, uint64_t extend,
			    struct tl_err *err) TL_CHECK;

/* Sets what follows from pair and gaps.  TL_USAGE where no pair scores more than 0: then there are
 * no alignments. */
enum tl_status tl_score_finish(struct tl_score *score, struct tl_err *err) TL_CHECK;

/* The bits that a score is worth, in millionths; false where BLAST has no constants for it. */
bool tl_score_bits(const struct tl_score *score, int64_t points, int64_t *ret);

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
