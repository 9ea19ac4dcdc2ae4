/* SPDX-License-Identifier: MIT */
/* preamble: the 16 bytes before the blocks of a stream.  man tl-stream(5) section 2.
 * Threads: pure but for their arguments.
 */
#ifndef TL_PREAMBLE_H
#define TL_PREAMBLE_H

#include <stddef.h>
#include <stdint.h>

#include <tl/err.h>

#define TL_PREAMBLE_SIZE 16

extern const uint8_t tl_preamble_magic[8];

void tl_preamble_put(uint16_t flags, uint8_t out[TL_PREAMBLE_SIZE]);

/* Reads a preamble of which n bytes are there (fewer than all: the input ended).  TL_DATA, with a
 * message that says what the bytes look like. */
enum tl_status tl_preamble_get(const uint8_t *in, size_t n, uint16_t *ret_flags,
			       struct tl_err *err) TL_CHECK;

/* The digest of a stream that has only a preamble. */
uint64_t tl_preamble_digest(const uint8_t in[TL_PREAMBLE_SIZE]);

#endif
