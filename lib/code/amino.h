/* SPDX-License-Identifier: MIT */
/* amino: a model of the residues of proteins.
 *
 * What followed the last residues before, and what stands in up to three sequences that went alike
 * before, as something that is likely to have become something else.  Threads: pure but for its
 * arguments.
 */
#ifndef TL_AMINO_H
#define TL_AMINO_H

#include <stddef.h>
#include <stdint.h>

#include <tl/col.h>
#include <tl/err.h>

#include "coder.h"

/* Codes bytes[0..n), values below 27 (encoding: all of them are), in the direction of the coder;
 * TL_NOMEM.  lengths: varints, where sequences end, as far as they add up. */
enum tl_status tl_amino_code(struct tl_coder *c, uint8_t *bytes, size_t n, struct tl_str lengths,
			     struct tl_err *err) TL_CHECK;

#endif
