/* SPDX-License-Identifier: MIT */
/* radix: sorting records of 64-bit words, in place. */
#include <tl/radix.h>

#include <stdbool.h>
#include <string.h>

#define FEW 16
#define DIGITS 256
#define LEAST_SHIFT 2 /* a digit has about four records at least */

/* The part of a word by which records are split: they are alike in all bits above it. */
struct digit {
	unsigned shift, mask;
};

static inline unsigned digit_of(struct digit d, uint64_t word)
{
	return (unsigned)(word >> d.shift) & d.mask;
}

/* The highest bits in which n records differ. */
static struct digit choose_digit(uint64_t any, size_t n)
{
	const unsigned top = 64 - (unsigned)__builtin_clzll(any);
	unsigned bits = 63 - (unsigned)__builtin_clzll(n) - LEAST_SHIFT;
	bits = bits < 8 ? bits : 8;
	bits = bits < top ? bits : top;
	return (struct digit){top - bits, ((unsigned)1 << bits) - 1};
}

#define NAME sort2
#define WORDS 2
#include "radix_template.h"

#define NAME sort3
#define WORDS 3
#include "radix_template.h"

#define NAME sort4
#define WORDS 4
#include "radix_template.h"

#define NAME sort6
#define WORDS 6
#include "radix_template.h"

void tl_radix_sort(uint64_t *record, size_t n, unsigned words)
{
	if (words == 2)
		sort2(record, n, 0);
	else if (words == 3)
		sort3(record, n, 0);
	else if (words == 4)
		sort4(record, n, 0);
	else
		sort6(record, n, 0);
}
