/* SPDX-License-Identifier: MIT */
/* repeat: nucleotides of which long stretches stand before, on either strand, perhaps with
 * substitutions: as copies, and the residues that are left over.
 *
 * A group of the string copy is: residues of the rest before it; where it is copied from, as the
 * difference from where the copy before would have gone on, zigzag, times 2, plus 1 where it goes
 * backwards and is complemented; then, in turn, how many residues are copied and how many are
 * substituted, which stand in the rest, until a number of the latter is 0.  What is behind the last
 * group is of the rest.  Residues that are not A C G T count as A.
 * Threads: pure but for their arguments.
 */
#ifndef TL_REPEAT_H
#define TL_REPEAT_H

#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Appends the copies among n residues to copy, and the letters that are left to rest.  Takes up to 4 MiB
 * meanwhile. */
enum tl_status tl_repeat_find(const uint8_t *residues, size_t n, struct tl_buf *copy,
			      struct tl_buf *rest, struct tl_err *err) TL_CHECK;

/* How many residues of n are left over; TL_DATA where copy is broken, makes more than n, or copies from what
 * is not there. */
enum tl_status tl_repeat_measure(const uint8_t *copy, size_t copy_len, size_t n, size_t *ret_rest,
				 struct tl_err *err) TL_CHECK;

/* Makes n residues in out, at the end of which the rest stands.  copy has been measured. */
void tl_repeat_make(const uint8_t *copy, size_t copy_len, uint8_t *out, size_t n, size_t rest);

#ifdef __cplusplus
}
#endif
#endif
