/* SPDX-License-Identifier: MIT */
/* press_gz: chunks of one member of gzip, each of whole blocks of deflate that end at a byte.
 *
 * The way of pigz (Adler): a chunk may refer to the 32 KiB before it, and a sync flush ends it. */
#include <stdlib.h>
#include <zlib.h>

#include <tl/mem.h>

#include "press_codec.h"

/* Magic, deflate, no flags, no time, unknown system. */
static const uint8_t head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
static const uint8_t last_block[2] = {3, 0}; /* an empty one, of fixed codes */

static void free_state(void *state)
{
	if (state)
		deflateEnd(state);
	free(state);
}

static enum tl_status ready(struct tl_press_chunk *c, int level, struct tl_err *err)
{
	z_stream *z = c->state;
	if (z)
		return deflateReset(z) == Z_OK ? TL_OK
					       : tl_err_set(err, TL_INTERNAL, "zlib: reset");
	z = tl_mem_zalloc(1, sizeof *z, err);
	if (!z)
		return TL_NOMEM;
	if (deflateInit2(z, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(z);
		return tl_err_nomem(err, 1 << 18);
	}
	c->state = z;
	return TL_OK;
}

static enum tl_status pack(struct tl_press_chunk *c, int level, struct tl_err *err)
{
	enum tl_status st = ready(c, level, err);
	if (st != TL_OK)
		return st;
	z_stream *z = c->state;
	/* A sync flush adds at most an empty stored block to what deflateBound says. */
	size_t bound = deflateBound(z, c->text.len) + 16;
	if ((st = tl_buf_reserve(&c->packed, bound, err)) != TL_OK)
		return st;
	if (c->before.len && deflateSetDictionary(z, c->before.data, (uInt)c->before.len) != Z_OK)
		return tl_err_set(err, TL_INTERNAL, "zlib: dictionary");
	z->next_in = c->text.data;
	z->avail_in = (uInt)c->text.len;
	z->next_out = c->packed.data;
	z->avail_out = (uInt)bound;
	if (deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in || !z->avail_out)
		return tl_err_set(err, TL_INTERNAL, "zlib: deflate");
	c->packed.len = bound - z->avail_out;
	c->crc = (uint32_t)crc32_z(0, c->text.data, c->text.len);
	return TL_OK;
}

const struct tl_press_codec tl_press_gz_codec = {
	.name = "gz",
	.level = 6,
	.level_max = 9,
	.bytes = 512 << 10,
	.head = {head, sizeof head},
	.tail = {last_block, sizeof last_block},
	.pack = pack,
	.free_state = free_state,
};
