/* SPDX-License-Identifier: MIT */
/* bed: where workers sleep, a futex word and a count.  Private to lib/sys.
 *
 * No wake-up is lost, as both sides write first and then look, in the one order of seq_cst
 * operations.  A sleeper: tl_bed_enter (adds itself to the count, reads the word), looks whether
 * there is something to do, tl_bed_sleep (waits for the word to change), tl_bed_leave.  Whoever has
 * something to do: makes it visible by a seq_cst store, then tl_bed_wake (looks at the count, then
 * changes the word).  tests/unit/test_model explores this exhaustively.  Threads: any.
 */
#ifndef TL_BED_H
#define TL_BED_H

#include <stdatomic.h>
#include <stdint.h>

#include "deque.h"

struct tl_bed {
	/* Both written by any worker, seq_cst; the word is changed before waking. */
	_Alignas(TL_DEQUE_LINE) _Atomic uint32_t word;
	_Atomic unsigned sleepers;
};

uint32_t tl_bed_enter(struct tl_bed *bed);
void tl_bed_sleep(struct tl_bed *bed, uint32_t was); /* may return early */
void tl_bed_leave(struct tl_bed *bed);
unsigned tl_bed_sleepers(const struct tl_bed *bed);

/* Wakes up to n who sleep there; tells how many were. */
unsigned tl_bed_wake(struct tl_bed *bed, unsigned n);

/* Wakes all, and those who are about to lie down: the word changes in any case. */
void tl_bed_ring(struct tl_bed *bed);

#endif
