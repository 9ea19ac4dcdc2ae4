/* SPDX-License-Identifier: MIT */
/* coder: binary arithmetic coding, one function for both directions.
 *
 * A model calls tl_coder_bit with the probability it gives a 1 and, when encoding, the bit; it gets
 * the bit in both directions.  So each model is written once.  The interval is kept as two ends of
 * 32 bits; leading bytes in which both agree are written (lpaq's carryless coder, M. Mahoney).
 * Encoding stops writing at cap and says so in full; decoding reads zeros behind the end and counts
 * them.  Threads: one at a time.
 */
#ifndef TL_CODER_H
#define TL_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tl_coder {
	uint32_t low, high, at; /* at: the code, decoding */
	bool decode;
	bool full;          /* encoding: there was no room */
	const uint8_t *src; /* [n] decoding */
	uint8_t *dst;       /* [n] encoding: its room */
	size_t n, pos;      /* pos may pass n when decoding: zeros were read */
};

static inline uint32_t tl_coder_next(struct tl_coder *c)
{
	uint32_t byte = c->pos < c->n ? c->src[c->pos] : 0;
	c->pos++;
	return byte;
}

static inline void tl_coder_shift(struct tl_coder *c)
{
	while (!((c->low ^ c->high) & 0xff000000)) {
		if (c->decode)
			c->at = c->at << 8 | tl_coder_next(c);
		else if (c->pos < c->n)
			c->dst[c->pos++] = (uint8_t)(c->high >> 24);
		else
			c->full = true;
		c->low <<= 8;
		c->high = c->high << 8 | 255;
	}
}

/* Codes a bit that is 1 with probability p / 65536, 0 < p < 65536. */
static inline unsigned tl_coder_bit(struct tl_coder *c, unsigned bit, uint32_t p)
{
	uint32_t range = c->high - c->low;
	uint32_t mid = c->low + (uint32_t)((uint64_t)range * p >> 16);
	if (c->decode)
		bit = c->at <= mid;
	if (bit)
		c->high = mid;
	else
		c->low = mid + 1;
	tl_coder_shift(c);
	return bit;
}

/* Either direction: begins, and ends; false from the latter where the encoding did not fit, or the
 * decoder has not read just what was there. */
void tl_coder_write(struct tl_coder *c, uint8_t *dst, size_t room);
void tl_coder_read(struct tl_coder *c, const uint8_t *src, size_t n);
bool tl_coder_end(struct tl_coder *c);

#endif
