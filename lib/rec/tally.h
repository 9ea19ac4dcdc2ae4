/* SPDX-License-Identifier: MIT */
/* tally: what filter expressions count of residues, piece by piece.  All exact numbers. */
#ifndef TL_TALLY_H
#define TL_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include <tl/alphabet.h>
#include <tl/col.h>

/* How many of p[0..n) are one of the four bytes. */
uint64_t tl_tally_bytes(const uint8_t *p, size_t n, const char four[4]);

/* Residues in lower case, by a mask string; what is broken in it is not counted. */
uint64_t tl_tally_masked(struct tl_str mask);

/* Bytes that an odd string puts between the residues. */
uint64_t tl_tally_odd(struct tl_str odd);

/* The different words of three nucleotides or two amino acids in each window of 64 residues,
 * counted from the beginning of the record, and all words.  Zeros at first. */
#define TL_TALLY_WINDOW 64
struct tl_tally_words {
	uint64_t different, all;
	uint8_t open[TL_TALLY_WINDOW]; /* n residues of a window that is not full yet */
	size_t n;
};
void tl_tally_words(struct tl_tally_words *w, enum tl_alphabet alphabet, const uint8_t *p,
		    size_t n);
void tl_tally_words_end(struct tl_tally_words *w, enum tl_alphabet alphabet); /* the last window */

#endif
