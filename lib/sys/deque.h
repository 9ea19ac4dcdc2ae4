/* SPDX-License-Identifier: MIT */
/* deque: a Chase-Lev work-stealing deque of tasks, private to lib/sys.
 *
 * Chase and Lev, SPAA 2005, in the C11 form of Le, Pop, Cohen, Zappa Nardelli, PPoPP 2013.  Where
 * they have fences we have sequentially consistent operations on bottom and top: the same
 * instructions on x86, no dearer on Arm, and ThreadSanitizer understands them.
 * Threads: push and pop belong to the owner; steal and empty to anybody.
 */
#ifndef TL_DEQUE_H
#define TL_DEQUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>
#include <tl/pool.h>

/* Bytes that two cores should not share: cache lines are fetched in pairs. */
#define TL_DEQUE_LINE 128

struct tl_deque_array;

struct tl_deque {
	/* Written by thieves and, for the last item, by the owner: compare and swap, seq_cst. */
	_Alignas(TL_DEQUE_LINE) _Atomic int64_t top;
	/* Written by the owner: seq_cst, release to put it back. */
	_Alignas(TL_DEQUE_LINE) _Atomic int64_t bottom;
	/* Written by the owner when it grows: release; thieves acquire.  Older arrays hang on it
	 * until tl_deque_free, as a thief may still read them. */
	_Atomic(struct tl_deque_array *) array;
};

enum tl_deque_got { TL_DEQUE_EMPTY, TL_DEQUE_LOST, TL_DEQUE_TAKEN };

/* Room for 2^bits items at first. */
enum tl_status tl_deque_init(struct tl_deque *d, unsigned bits, struct tl_err *err) TL_CHECK;
void tl_deque_free(struct tl_deque *d);

/* Adds at the bottom; false where it is full and cannot grow.  *opt_n: items in it then, as far as
 * the owner knows. */
bool tl_deque_push(struct tl_deque *d, struct tl_task *task, size_t *opt_n) TL_CHECK;

/* Takes from the bottom, the newest item; NULL where it is empty. */
struct tl_task *tl_deque_pop(struct tl_deque *d);

/* Takes from the top, the oldest item.  TL_DEQUE_LOST: another was faster, there may be more. */
enum tl_deque_got tl_deque_steal(struct tl_deque *d, struct tl_task **ret);

/* Was it empty at some moment of the call?  Sequentially consistent, so that whoever announced
 * before that it goes to sleep does not miss an item that was pushed by one who saw no sleeper. */
bool tl_deque_empty(const struct tl_deque *d);

#endif
