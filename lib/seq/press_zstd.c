/* SPDX-License-Identifier: MIT */
/* press_zstd: frames of Zstandard with content size and checksum. */
#include <zstd.h>

#include "press_codec.h"

static void free_state(void *state)
{
	ZSTD_freeCCtx(state);
}

static enum tl_status pack(struct tl_press_chunk *c, int level, struct tl_err *err)
{
	if (!c->state && !(c->state = ZSTD_createCCtx()))
		return tl_err_nomem(err, 1 << 20);
	size_t bound = ZSTD_compressBound(c->text.len);
	enum tl_status st = tl_buf_reserve(&c->packed, bound, err);
	if (st != TL_OK)
		return st;
	(void)ZSTD_CCtx_setParameter(c->state, ZSTD_c_compressionLevel, level);
	(void)ZSTD_CCtx_setParameter(c->state, ZSTD_c_checksumFlag, 1);
	size_t n = ZSTD_compress2(c->state, c->packed.data, bound, c->text.data, c->text.len);
	if (ZSTD_isError(n))
		return tl_err_set(err, TL_NOMEM, "zstd: %s", ZSTD_getErrorName(n));
	c->packed.len = n;
	return TL_OK;
}

const struct tl_press_codec tl_press_zstd_codec = {
	.name = "zstd",
	.level = 3,
	.level_max = 19,
	.bytes = 4 << 20,
	.pack = pack,
	.free_state = free_state,
};
