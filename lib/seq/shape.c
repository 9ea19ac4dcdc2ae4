/* SPDX-License-Identifier: MIT */
/* shape: a short text as what it looks like, and a number. */
#include "shape.h"

#define WORD 5                   /* letters in a row that are a word */
#define MOST ((uint64_t)1 << 62) /* numbers are below: their differences have room in 64 bits */

/* Classes, as they stand in a shape: no printable bytes. */
enum { DIGIT = 1, CAPITAL, SMALL, CLASSES };

static const struct {
	uint8_t first, radix;
} class_of[CLASSES] = {[DIGIT] = {'0', 10}, [CAPITAL] = {'A', 26}, [SMALL] = {'a', 26}};

/* The class of a byte, 0 for none. */
static unsigned class_at(uint8_t c)
{
	for (unsigned k = DIGIT; k < CLASSES; k++)
		if (c >= class_of[k].first && c < class_of[k].first + class_of[k].radix)
			return k;
	return 0;
}

/* How many letters end at p[i]. */
static size_t letters_before(const uint8_t *p, size_t i)
{
	size_t n = 0;
	while (n <= i && class_at(p[i - n]) > DIGIT)
		n++;
	return n;
}

/* The classes of all bytes, 0 where a byte stands for itself; false where one is not printable. */
static bool classify(const uint8_t *p, size_t n, uint8_t *class)
{
	for (size_t i = n; i;) {
		size_t run = letters_before(p, i - 1);
		if (p[i - 1] < ' ' || p[i - 1] > '~')
			return false;
		if (!run) {
			i--;
			class[i] = (uint8_t)class_at(p[i]);
		}
		for (size_t k = 0; k < run; k++) {
			i--;
			class[i] = run < WORD ? (uint8_t)class_at(p[i]) : 0;
		}
	}
	return true;
}

bool tl_shape_of(const uint8_t *p, size_t n, uint8_t shape[TL_SHAPE_MOST], uint64_t *ret_number)
{
	uint64_t number = 0, range = 1;
	if (n > TL_SHAPE_MOST || !classify(p, n, shape))
		return false;
	for (size_t i = n; i--;) {
		unsigned k = shape[i];
		if (!k || range > MOST / class_of[k].radix) {
			shape[i] = p[i];
			continue;
		}
		number += range * (uint64_t)(p[i] - class_of[k].first);
		range *= class_of[k].radix;
	}
	*ret_number = number;
	return range > 1;
}

void tl_shape_text(const uint8_t *shape, size_t n, uint64_t number, uint8_t *text)
{
	for (size_t i = n; i--;) {
		unsigned k = shape[i];
		if (k >= CLASSES) {
			text[i] = shape[i];
			continue;
		}
		text[i] = (uint8_t)(class_of[k].first + number % class_of[k].radix);
		number /= class_of[k].radix;
	}
}
