/* SPDX-License-Identifier: MIT */
/* sight: about how often something was seen, in little memory.
 *
 * A table of counters with tags of a hash, at most 512 KiB: what is seen again and again stays,
 * what is seen once makes room.  It may forget, and may take one thing for another; so ask it
 * what is worth doing, never what is.  All zero is empty.  Threads: one at a time.
 */
#ifndef TL_SIGHT_H
#define TL_SIGHT_H

#include <stddef.h>
#include <stdint.h>

#include <tl/err.h>

#define TL_SIGHT_MOST 15 /* it counts no further */

struct tl_sight {
	uint16_t *slot; /* a tag above, four bits of a count below */
	size_t slots, seen;
};

/* Counts one more; *ret_times is how often it was seen, this time included. */
enum tl_status tl_sight_add(struct tl_sight *sight, uint64_t hash, unsigned *ret_times,
			    struct tl_err *err) TL_CHECK;
void tl_sight_free(struct tl_sight *sight); /* it is empty then */

#endif
