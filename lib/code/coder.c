/* SPDX-License-Identifier: MIT */
/* coder: the ends of an arithmetic code. */
#include "coder.h"

void tl_coder_write(struct tl_coder *c, uint8_t *dst, size_t room)
{
	*c = (struct tl_coder){.high = UINT32_MAX, .dst = dst, .n = room};
}

void tl_coder_read(struct tl_coder *c, const uint8_t *src, size_t n)
{
	*c = (struct tl_coder){.high = UINT32_MAX, .decode = true, .src = src, .n = n};
	for (int i = 0; i < 4; i++)
		c->at = c->at << 8 | tl_coder_next(c);
}

bool tl_coder_end(struct tl_coder *c)
{
	if (c->decode)
		return c->pos == c->n;
	/* Four bytes say which number between low and high it is; the decoder has read as many. */
	for (int i = 0; i < 4; i++) {
		if (c->pos == c->n)
			return false;
		c->dst[c->pos++] = (uint8_t)(c->low >> (24 - 8 * i));
	}
	return !c->full;
}
