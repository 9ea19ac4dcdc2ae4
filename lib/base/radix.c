/* SPDX-License-Identifier: MIT */
/* radix: sorting records of 64-bit words, in place. */
#include <tl/radix.h>

#include <stdbool.h>
#include <string.h>

#define FEW 24

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
