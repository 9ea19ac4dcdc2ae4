/* SPDX-License-Identifier: MIT */
/* sibling: members that are coded from another member of their reference, where that saves
 * bytes.
 *
 * Membership stays as it is; only what a script is applied to changes (tl_set_recode).  A member is
 * coded from an earlier one that shares differences from their reference, in chains of at most
 * two deltas less than TL_EXPAND_DEPTH.  No alignment is made (tl/rebase.h).
 * Memory: 20 bytes for each member of one reference; 4 MiB of tables for each worker, for nine at
 * most, and fewer where the budget has no more.
 * Threads: one, worker 0 of the set's pool, whose workers help.
 */
#ifndef TL_SIBLING_H
#define TL_SIBLING_H

#include <stdint.h>
#include <tl/err.h>
#include <tl/set.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Behind tl_set_select, before the archive is written.  *ret_n: members that are coded from others. */
enum tl_status tl_sibling_link(struct tl_set *set, uint64_t *ret_n, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
