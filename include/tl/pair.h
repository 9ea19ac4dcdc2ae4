/* SPDX-License-Identifier: MIT */
/* pair: two sequences of a bank that may be alike, and where to look.  Header only. */
#ifndef TL_PAIR_H
#define TL_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

struct tl_pair {
	uint32_t member, centre; /* indices in the bank; the centre goes before the member
				  * (tl_bank_before) */
	int64_t lo, hi;          /* diagonals: place in the centre (in its reverse complement)
				  * minus place in the member */
	uint32_t hits;           /* shared k-mers on them */
	bool minus;              /* the centre is taken as its reverse complement */
};

/* Pairs that come a few at a time: *ret_n pairs of one member, by centre, then strand; 0 behind the
 * last one.  They are valid until the next call. */
struct tl_pair_source {
	enum tl_status (*next)(void *ctx, const struct tl_pair **ret, size_t *ret_n,
			       struct tl_err *err);
	void *ctx;
};

#endif
