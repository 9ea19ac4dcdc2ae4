/* SPDX-License-Identifier: MIT */
/* inflate_zstd: frames of zstd.  The window that a frame may ask for is what the library allows
 * without being told, 128 MiB, which is what every level of zstd stays within. */
#include "inflate_format.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <tl/mem.h>

struct state {
	ZSTD_DCtx *ctx;
	size_t hint; /* input that takes it to the end of a block: errors are told by the block */
};

static void drop(void *state)
{
	struct state *s = state;
	if (s)
		ZSTD_freeDCtx(s->ctx);
	free(s);
}

static enum tl_status make(void **ret_state, struct tl_err *err)
{
	struct state *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	if (!(s->ctx = ZSTD_createDCtx())) {
		drop(s);
		return tl_err_set(err, TL_NOMEM, "out of memory for zstd");
	}
	*ret_state = s;
	return TL_OK;
}

static void begin(void *state)
{
	struct state *s = state;
	s->hint = ZSTD_initDStream(s->ctx);
}

static enum tl_status complain(const struct tl_inflate_input *in, size_t code, struct tl_err *err)
{
	uint64_t here = tl_inflate_input_here(in);
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_memory_allocation:
		return tl_err_set(err, TL_NOMEM, "%s: out of memory for the window of zstd",
				  in->name);
	case ZSTD_error_frameParameter_windowTooLarge:
		return tl_inflate_input_bad(in, here, err, "the zstd frame needs a window of more "
					    "than 128 MiB: use \"zstd -dc --long=31 |\" in front");
	case ZSTD_error_checksum_wrong:
		return tl_inflate_input_bad(in, here, err,
					    "the zstd checksum does not fit the data");
	default:
		return tl_inflate_input_bad(in, here, err, "the zstd data are broken (%s)",
					    ZSTD_getErrorName(code));
	}
}

static enum tl_status step(void *state, struct tl_inflate_input *in, uint8_t *p, size_t n,
			   size_t *ret_got, bool *ret_done, struct tl_err *err)
{
	struct state *s = state;
	size_t left = tl_inflate_input_left(in);
	ZSTD_inBuffer src = {in->data + in->pos, left < s->hint ? left : s->hint, 0};
	ZSTD_outBuffer dst = {p, n, 0};
	size_t hint = ZSTD_decompressStream(s->ctx, &dst, &src);
	if (ZSTD_isError(hint))
		return complain(in, hint, err);
	in->pos += src.pos;
	s->hint = hint;
	*ret_got = dst.pos;
	*ret_done = !hint;
	return TL_OK;
}

const struct tl_inflate_format tl_inflate_zstd = {
	.name = "zstd", .magic = "\x28\xb5\x2f\xfd", .magic_len = 4, .frames = true,
	.make = make, .drop = drop, .begin = begin, .step = step,
};
