/* SPDX-License-Identifier: MIT */
/* press_bgzf: blocks of BGZF (SAM specification, section 4.1): each a member of gzip of at most 64
 * KiB that says its size in an extra field. */
#include <libdeflate.h>
#include <string.h>

#include <tl/bits.h>

#include "press_codec.h"

#define BLOCK 65280u /* bytes of text in one, as bgzip takes: even stored it fits its 64 KiB */
#define HEAD 18u
#define TAIL 8u
#define MOST 65536u

/* Magic, deflate, an extra field; no time, unknown system; 6 bytes of it: "BC", 2 bytes, size - 1. */
static const uint8_t head[16] = {0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 'B', 'C', 2, 0};
static const uint8_t end_block[28] = {0x1f, 0x8b, 8,  4, 0, 0, 0, 0, 0, 255, 6, 0, 'B', 'C',
				      2,    0,    27, 0, 3, 0, 0, 0, 0, 0,   0, 0, 0,   0};

static void free_state(void *state)
{
	libdeflate_free_compressor(state);
}

/* One stored block of deflate. */
static size_t store(const uint8_t *p, size_t n, uint8_t *to)
{
	to[0] = 1;
	tl_bits_put16(to + 1, (uint16_t)n);
	tl_bits_put16(to + 3, (uint16_t)~n);
	memcpy(to + 5, p, n);
	return n + 5;
}

/* Appends the block of p[0, n); there is room for MOST bytes. */
static void put_block(struct libdeflate_compressor *state, const uint8_t *p, size_t n,
		      struct tl_buf *out)
{
	uint8_t *to = out->data + out->len;
	memcpy(to, head, sizeof head);
	size_t got = libdeflate_deflate_compress(state, p, n, to + HEAD, MOST - HEAD - TAIL);
	if (!got)
		got = store(p, n, to + HEAD);
	tl_bits_put16(to + 16, (uint16_t)(HEAD + got + TAIL - 1));
	tl_bits_put32(to + HEAD + got, libdeflate_crc32(0, p, n));
	tl_bits_put32(to + HEAD + got + 4, (uint32_t)n);
	out->len += HEAD + got + TAIL;
}

static enum tl_status pack(struct tl_press_chunk *c, int level, struct tl_err *err)
{
	size_t blocks = (c->text.len + BLOCK - 1) / BLOCK;
	if (!c->state && !(c->state = libdeflate_alloc_compressor(level)))
		return tl_err_nomem(err, 1 << 20);
	enum tl_status st = tl_buf_reserve(&c->packed, blocks * MOST, err);
	for (size_t at = 0; at < c->text.len && st == TL_OK; at += BLOCK) {
		size_t left = c->text.len - at;
		put_block(c->state, c->text.data + at, left < BLOCK ? left : BLOCK, &c->packed);
	}
	return st;
}

const struct tl_press_codec tl_press_bgzf_codec = {
	.name = "bgzf",
	.level = 6,
	.level_max = 12,
	.bytes = 8 * BLOCK,
	.tail = {end_block, sizeof end_block},
	.pack = pack,
	.free_state = free_state,
};
