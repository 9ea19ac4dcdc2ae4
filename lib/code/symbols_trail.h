/* SPDX-License-Identifier: MIT */
/* symbols_trail: scripts that went the way of this one before.
 *
 * Scripts applied to one base share differences: where one has a difference of its own, what comes
 * next is still where it was for the others.  So earlier scripts are followed by the place in the base,
 * and say which number would come if this one went on alike.  Two at a time: one as long as
 * it is right, one that was last where the last three numbers were the same.  Threads: one at a time for an
 * object.
 */
#ifndef TL_SYMBOLS_TRAIL_H
#define TL_SYMBOLS_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/err.h>
#include <tl/script.h>

#define TL_SYMBOLS_TRAILS 2

/* A number of a script. */
struct tl_symbols_mark {
	uint64_t number;
	uint32_t place; /* of the base, before it */
	uint32_t index; /* numbers of the script before it, 3 for more */
};

struct tl_symbols_followed {
	uint32_t at; /* mark that comes next, if on */
	bool on, says;
	uint64_t number; /* that it says */
	uint32_t misses; /* a 1 for each of its last numbers that was wrong */
};

struct tl_symbols_trail {
	struct tl_symbols_mark *mark; /* [1 << bits] the last ones */
	uint32_t *seen
		[TL_SYMBOLS_TRAILS]; /* [1 << bits] mark behind that number, or numbers, there; + 1 */
	int bits;
	uint32_t count;   /* marks so far */
	uint64_t last[2]; /* hashes of the last numbers */
	struct tl_symbols_followed followed[TL_SYMBOLS_TRAILS];
};

enum tl_status tl_symbols_trail_open(struct tl_symbols_trail *t, int bits,
				     struct tl_err *err) TL_CHECK;
void tl_symbols_trail_close(struct tl_symbols_trail *t);

/* A script to a base begins. */
void tl_symbols_trail_begin(struct tl_symbols_trail *t, uint64_t base);

/* Has both say what comes next, where the script is at s. */
void tl_symbols_trail_look(struct tl_symbols_trail *t, const struct tl_script *s);

/* Tells the number that came where the script was at s. */
void tl_symbols_trail_tell(struct tl_symbols_trail *t, uint64_t base, const struct tl_script *s,
			   uint64_t number);

#endif
