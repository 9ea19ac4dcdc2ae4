/* SPDX-License-Identifier: MIT */
/* pack: nucleotides at two bits each, with the exceptions as runs.
 *
 * A C G T are 0 1 2 3, four to a byte, the first in the lowest bits; the last byte is filled up
 * with zeros.  Any other byte is packed as A and listed: groups of varints {residues since the end
 * of the last group, repeats} and one plain byte.  Pure functions, any thread.
 */
#ifndef TL_PACK_H
#define TL_PACK_H

#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Appends n residues to packed and their exceptions to odd. */
enum tl_status tl_pack_put(const uint8_t *residues, size_t n, struct tl_buf *packed,
			   struct tl_buf *odd, struct tl_err *err) TL_CHECK;

/* What is not packed, as proteins are not: copies src[0..n) to dst up to the first byte that is no
 * upper-case residue; returns how many those are.  Up to TL_BUF_PAD bytes behind them may be written
 * too. */
size_t tl_pack_copy(uint8_t *dst, const uint8_t *src, size_t n);

/* Unpacks n residues to out, which has room for n + TL_BUF_PAD.  TL_DATA where packed has not just
 * (n + 3) / 4 bytes, or odd is broken or points outside. */
enum tl_status tl_pack_get(const uint8_t *packed, size_t packed_len, const uint8_t *odd,
			   size_t odd_len, uint8_t *out, size_t n, struct tl_err *err) TL_CHECK;

/* Puts the exceptions among n residues that were unpacked without them; TL_DATA as above. */
enum tl_status tl_pack_except(const uint8_t *odd, size_t odd_len, uint8_t *out, size_t n,
			      struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
