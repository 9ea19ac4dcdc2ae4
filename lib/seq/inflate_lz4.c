/* SPDX-License-Identifier: MIT */
/* inflate_lz4: frames of lz4. */
#include "inflate_format.h"

#include <lz4frame.h>
#include <stdlib.h>

#include <tl/mem.h>

#define HEADER_MIN 7

struct state {
	LZ4F_dctx *ctx;
	size_t hint; /* input that takes it to the end of a block: errors are told by the block */
};

static void drop(void *state)
{
	struct state *s = state;
	if (s)
		LZ4F_freeDecompressionContext(s->ctx);
	free(s);
}

static enum tl_status make(void **ret_state, struct tl_err *err)
{
	struct state *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	if (LZ4F_isError(LZ4F_createDecompressionContext(&s->ctx, LZ4F_VERSION))) {
		free(s);
		return tl_err_set(err, TL_NOMEM, "out of memory for lz4");
	}
	*ret_state = s;
	return TL_OK;
}

static void begin(void *state)
{
	struct state *s = state;
	LZ4F_resetDecompressionContext(s->ctx);
	s->hint = HEADER_MIN;
}

static enum tl_status step(void *state, struct tl_inflate_input *in, uint8_t *p, size_t n,
			   size_t *ret_got, bool *ret_done, struct tl_err *err)
{
	struct state *s = state;
	size_t left = tl_inflate_input_left(in), used = left < s->hint ? left : s->hint;
	*ret_got = n;
	size_t hint = LZ4F_decompress(s->ctx, p, ret_got, in->data + in->pos, &used, NULL);
	if (LZ4F_isError(hint))
		return tl_inflate_input_bad(in, tl_inflate_input_here(in), err,
					    "the lz4 data are broken (%s)",
					    LZ4F_getErrorName(hint));
	in->pos += used;
	s->hint = hint;
	*ret_done = !hint;
	return TL_OK;
}

const struct tl_inflate_format tl_inflate_lz4 = {
	.name = "lz4", .magic = "\x04\x22\x4d\x18", .magic_len = 4, .frames = true,
	.make = make, .drop = drop, .begin = begin, .step = step,
};
