/* SPDX-License-Identifier: MIT */
/* press_codec: what each format does with a chunk of text, on any worker. */
#ifndef TL_SEQ_PRESS_CODEC_H
#define TL_SEQ_PRESS_CODEC_H

#include <stdint.h>

#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>

#define TL_PRESS_WINDOW 32768u /* of deflate */

struct tl_press_chunk {
	struct tl_buf text;
	struct tl_buf before; /* gz: the end of the text before it, as far as deflate looks back */
	struct tl_buf packed;
	uint32_t crc; /* gz: of text */
	void *state;  /* the codec's, kept from chunk to chunk */
	struct tl_press_chunk *next;
};

struct tl_press_codec {
	const char *name;
	int level, level_max;     /* by default; the least is 1 */
	size_t bytes;             /* of text in a chunk */
	struct tl_str head, tail; /* of the whole output */
	enum tl_status (*pack)(struct tl_press_chunk *c, int level, struct tl_err *err);
	void (*free_state)(void *state);
};

extern const struct tl_press_codec tl_press_gz_codec;
extern const struct tl_press_codec tl_press_bgzf_codec;
extern const struct tl_press_codec tl_press_zstd_codec;

#endif
