/* SPDX-License-Identifier: MIT */
/* quote: a string as JSON has it.  Threads: as the output's. */
#ifndef TL_QUOTE_H
#define TL_QUOTE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>
#include <tl/out.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes a string in quotes, control characters and bytes that are not ASCII escaped. */
enum tl_status tl_quote_put(const uint8_t *p, size_t n, struct tl_out *out, struct tl_err *err)
	TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
