/* SPDX-License-Identifier: MIT */
/* eol: which line end stands somewhere. */
#ifndef TL_SEQ_EOL_H
#define TL_SEQ_EOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/batch.h>

/* Bytes of a line end. */
static inline size_t tl_eol_size(enum tl_eol eol)
{
	return eol == TL_EOL_NONE ? 0 : eol == TL_EOL_CRLF ? 2 : 1;
}

/* The line end that stands at p, NONE where there is none. */
static inline enum tl_eol tl_eol_at(const uint8_t *p, const uint8_t *end, bool cr)
{
	if (p == end || (*p != '\n' && *p != '\r'))
		return TL_EOL_NONE;
	if (*p == '\n')
		return TL_EOL_LF;
	if (p + 1 < end && p[1] == '\n')
		return TL_EOL_CRLF;
	return cr ? TL_EOL_CR : TL_EOL_NONE;
}

#endif
