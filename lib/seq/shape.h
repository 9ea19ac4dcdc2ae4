/* SPDX-License-Identifier: MIT */
/* shape: a short text as what it looks like, and a number.
 *
 * "A7TBS3|" and "Q8WWJ3|" look like capital, digit, three letters, ...: in its shape a digit, a
 * capital and a small letter are classes, all else stands for itself.  Which of the letters and
 * digits they are is one number in mixed radix, the last one the lowest.  Letters in runs of
 * four or more are words, and stand for themselves.  Pure functions.
 */
#ifndef TL_SHAPE_H
#define TL_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_SHAPE_MOST 40 /* bytes of a text that has a shape */

/* The shape of the n bytes at p, as long as they, and their number, below 2^62.  False where
 * they have none: where they are too long, not of printable ASCII, or without a class. */
bool tl_shape_of(const uint8_t *p, size_t n, uint8_t shape[TL_SHAPE_MOST], uint64_t *ret_number);

/* The text of a shape of n bytes and a number that tl_shape_of gave with it. */
void tl_shape_text(const uint8_t *shape, size_t n, uint64_t number, uint8_t *text);

#endif
