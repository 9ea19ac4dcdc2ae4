/* SPDX-License-Identifier: MIT */
/* symbols: a model of bytes: names, numbers, strings of them, qualities.
 *
 * What followed the same contexts before, mixed bit by bit; which contexts, the kind says.
 * Threads: pure but for its arguments.
 */
#ifndef TL_SYMBOLS_H
#define TL_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include <tl/err.h>
#include <tl/predict.h>

#include "coder.h"

enum tl_symbols_kind {
	TL_SYMBOLS_BYTES,    /* anything, cut into items */
	TL_SYMBOLS_NAMES,    /* lines that end in LF, most of them like the one before */
	TL_SYMBOLS_SCRIPTS,  /* scripts of deltas */
	TL_SYMBOLS_KEYED     /* each with a key */
};

/* Codes bytes[0..n), in the direction of the coder; TL_NOMEM. */
enum tl_status tl_symbols_code(struct tl_coder *c, enum tl_symbols_kind kind, uint8_t *bytes,
			       size_t n, const struct tl_predict_hint *hint,
			       struct tl_err *err) TL_CHECK;

#endif
