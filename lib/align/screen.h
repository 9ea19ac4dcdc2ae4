/* SPDX-License-Identifier: MIT */
/* screen: is there anything alike about the one k-mer that two sequences share? */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>

#define TL_SCREEN_SPAN 32 /* residues looked at together */

/* How many equal letters in a span a pair must have for a criterion's identity (parts per
 * million); 0: any pair will do. */
unsigned tl_screen_least(enum tl_alphabet alphabet, int64_t identity);

/* Whether the diagonal d = j - i of a and b has a span with at least `least` equal letters, of those
 * that begin at multiples of half a span from the diagonal's beginning, and the last one.  A
 * diagonal shorter than a span passes. */
bool tl_screen_pass(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len, int64_t d,
		    unsigned least);

/* The fewest equal letters in any span of the diagonal, of the same spans; 0 where it is shorter than
 * one. */
unsigned tl_screen_fewest(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
			  int64_t d);

#endif
