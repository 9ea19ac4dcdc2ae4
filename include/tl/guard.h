/* SPDX-License-Identifier: MIT */
/* guard: calls that may meet memory that is not there: a mapped file that somebody cuts short, or a
 * library that believes what stands in such a file.
 *
 * Model: tl_guard_run calls a function; a fault in it (SIGSEGV, SIGBUS), or tl_guard_leave, ends that
 * function and nothing else.  What it held is lost, so it should own nothing, hold no lock that others
 * of this process wait for, and write little.  A fault outside goes to whoever had it before the
 * first tl_guard_run of the process.
 * Threads: each for itself; calls may be nested.  The two signals are not blocked in a thread any more
 * after its first call.
 */
#ifndef TL_GUARD_H
#define TL_GUARD_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* True where the function came to its end. */
bool tl_guard_run(void (*what)(void *arg), void *arg);

/* Ends the function that tl_guard_run called; outside of one, does nothing. */
void tl_guard_leave(void);

#ifdef __cplusplus
}
#endif
#endif
