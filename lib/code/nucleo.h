/* SPDX-License-Identifier: MIT */
/* nucleo: a model of nucleotides, four to a byte as in PACK.
 *
 * Where what came before was seen earlier (24 residues alike, on either strand), one bit says
 * whether the copy goes on; where that is not so, or after a difference, each residue is
 * coded by what followed the last 2 to 22 ones before, mixed.  Threads: pure but for its arguments.
 */
#ifndef TL_NUCLEO_H
#define TL_NUCLEO_H

#include <stddef.h>
#include <stdint.h>

#include <tl/err.h>

#include "coder.h"

/* Codes bytes[0..n), in the direction of the coder; TL_NOMEM. */
enum tl_status tl_nucleo_code(struct tl_coder *c, uint8_t *bytes, size_t n,
			      struct tl_err *err) TL_CHECK;

#endif
