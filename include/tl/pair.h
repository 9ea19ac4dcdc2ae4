/* SPDX-License-Identifier: MIT */
/* pair: two sequences of a bank that may be alike, and where to look.  Header only. */
#ifndef TL_PAIR_H
#define TL_PAIR_H

#include <stdbool.h>
#include <stdint.h>

struct tl_pair {
	uint32_t member, centre; /* indices in the bank; the centre goes before the member
				  * (tl_bank_before) */
	int64_t lo, hi;          /* diagonals: place in the centre (in its reverse complement)
				  * minus place in the member */
	uint32_t hits;           /* shared k-mers on them */
	bool minus;              /* the centre is taken as its reverse complement */
};

#endif
