/* SPDX-License-Identifier: MIT */
/* alphabet: what a byte of sequence text is.
 *
 * A residue is a letter (A-Z, a-z) or '*'.  Every other byte of sequence text is an odd byte: it is
 * carried, but left out of alignment, length and coverage.  In memory and in the stream residues
 * are upper case; in nucleotides U is T (whether the text shows U is a mark of the record).
 * Pure tables, any thread.
 */
#ifndef TL_ALPHABET_H
#define TL_ALPHABET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_alphabet { TL_PROTEIN = 0, TL_NUCLEOTIDE = 1 };

/* [byte]: true for residues. */
extern const bool tl_alphabet_residue[256];

/* Is the byte a residue of that alphabet, in either case?  Of proteins: a letter or '*'; of
 * nucleotides: A C G T U and the IUPAC codes N R Y S W K M B D H V. */
bool tl_alphabet_has(enum tl_alphabet alphabet, uint8_t byte);

/* Is the byte an upper-case residue, a letter or '*'? */
static inline bool tl_alphabet_upper(uint8_t byte)
{
	return (uint8_t)(byte - 'A') < 26 || byte == '*';
}

/* [byte]: the complement of an upper-case nucleotide residue, IUPAC codes included (A-T, R-Y, K-M,
 * B-V, D-H; S, W, N themselves); every other byte is its own. */
extern const uint8_t tl_alphabet_complement[256];

/* dst[0..n) = the reverse complement of src[0..n); they do not overlap. */
void tl_alphabet_revcomp(uint8_t *dst, const uint8_t *src, size_t n);

/* Guesses from a piece of FASTA text (headers and lines that begin with ';' are skipped):
 * nucleotide where at least nine tenths of the first 65,536 residues are A C G T U N in either
 * case and no residue is outside the IUPAC nucleotide codes; protein otherwise, and where there
 * is no residue.  The rule of man tl-parse. */
enum tl_alphabet tl_alphabet_guess(const uint8_t *text, size_t n);

/* The same from text in pieces that holds no headers; zeros at first. */
struct tl_alphabet_tally {
	size_t residues, plain; /* seen; of these A C G T U N */
	bool other;             /* one that is no nucleotide */
};

/* Counts a piece; false where no more is wanted. */
bool tl_alphabet_count(struct tl_alphabet_tally *tally, const uint8_t *text, size_t n);
enum tl_alphabet tl_alphabet_judge(const struct tl_alphabet_tally *tally);

#ifdef __cplusplus
}
#endif
#endif
