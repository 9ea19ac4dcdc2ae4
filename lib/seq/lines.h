/* SPDX-License-Identifier: MIT */
/* lines: finding line ends, in LF and in CR files (see tl/fasta.h). */
#ifndef TL_SEQ_LINES_H
#define TL_SEQ_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first byte of the first line end at or behind p, or end. */
static inline const uint8_t *tl_lines_find(const uint8_t *p, const uint8_t *end, bool cr)
{
	if (cr) {
		/* Two searches, each to the end of the text, would be quadratic over all lines. */
		while (p < end && *p != '\n' && *p != '\r')
			p++;
		return p;
	}
	const uint8_t *lf = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	if (!lf)
		return end;
	return lf > p && lf[-1] == '\r' ? lf - 1 : lf;
}

/* Is the first line end of the text a CR without LF? */
static inline bool tl_lines_cr(const uint8_t *text, size_t n)
{
	const uint8_t *lf = n ? memchr(text, '\n', n) : NULL;
	size_t before = lf ? (size_t)(lf - text) : n;
	const uint8_t *cr = before ? memchr(text, '\r', before) : NULL;
	return cr && cr + 1 != lf;
}

/* Is p at the beginning of a line?  Only where p is not at the beginning of the text. */
static inline bool tl_lines_fresh(const uint8_t *p, bool cr)
{
	return p[-1] == '\n' || (cr && p[-1] == '\r');
}

/* Line ends in [p, end). */
static inline uint64_t tl_lines_count(const uint8_t *p, const uint8_t *end, bool cr)
{
	uint64_t n = 0;
	while (p < end) {
		p = tl_lines_find(p, end, cr);
		if (p < end) {
			p += 1 + (p + 1 < end && p[0] == '\r' && p[1] == '\n');
			n++;
		}
	}
	return n;
}

#endif
