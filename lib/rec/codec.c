/* SPDX-License-Identifier: MIT */
/* codec: none, lz4 and zstd behind one table. */
#include "codec.h"

#include <stdlib.h>
#include <string.h>

#include <lz4.h>
#include <zstd.h>
#include <zstd_errors.h>

struct ops {
	const char *name;
	size_t (*bound)(size_t n);
	enum tl_status (*encode)(struct tl_codec_ctx *ctx, const uint8_t *src, size_t n,
				 uint8_t *dst, size_t *ret, struct tl_err *err);
	enum tl_status (*decode)(struct tl_codec_ctx *ctx, const uint8_t *src, size_t n,
				 uint8_t *dst, size_t len, struct tl_err *err);
};

static size_t lz4_bound(size_t n)
{
	return (size_t)LZ4_compressBound((int)n);
}

static enum tl_status lz4_encode(struct tl_codec_ctx *ctx, const uint8_t *src, size_t n,
				 uint8_t *dst, size_t *ret, struct tl_err *err)
{
	if (!ctx->lz4 && !(ctx->lz4 = malloc((size_t)LZ4_sizeofState())))
		return tl_err_nomem(err, (size_t)LZ4_sizeofState());
	int got = LZ4_compress_fast_extState(ctx->lz4, (const char *)src, (char *)dst, (int)n,
					     LZ4_compressBound((int)n), 1);
	if (got <= 0)
		return tl_err_set(err, TL_INTERNAL, "lz4 could not compress %zu bytes", n);
	*ret = (size_t)got;
	return TL_OK;
}

static enum tl_status lz4_decode(struct tl_codec_ctx *ctx, const uint8_t *src, size_t n,
				 uint8_t *dst, size_t len, struct tl_err *err)
{
	(void)ctx;
	int got = LZ4_decompress_safe((const char *)src, (char *)dst, (int)n, (int)len);
	if (got < 0 || (size_t)got != len)
		return tl_err_set(err, TL_DATA, "lz4 data are broken");
	return TL_OK;
}

static size_t zstd_bound(size_t n)
{
	return ZSTD_compressBound(n);
}

/* The window covers the whole column, so that what repeats far apart is found too. */
static size_t zstd_setup(ZSTD_CCtx *c, int level, size_t n)
{
	int window = 10;
	while ((size_t)1 << window < n)
		window++;
	size_t rc = ZSTD_CCtx_reset(c, ZSTD_reset_session_and_parameters);
	if (!ZSTD_isError(rc))
		rc = ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
	if (!ZSTD_isError(rc))
		rc = ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window);
	return rc;
}

static enum tl_status zstd_encode(struct tl_codec_ctx *ctx, const uint8_t *src, size_t n,
				  uint8_t *dst, size_t *ret, struct tl_err *err)
{
	if (!ctx->zstd_enc && !(ctx->zstd_enc = ZSTD_createCCtx()))
		return tl_err_nomem(err, n);
	size_t rc = zstd_setup(ctx->zstd_enc, ctx->level, n);
	if (!ZSTD_isError(rc))
		rc = ZSTD_compress2(ctx->zstd_enc, dst, ZSTD_compressBound(n), src, n);
	if (ZSTD_isError(rc)) {
		if (ZSTD_getErrorCode(rc) == ZSTD_error_memory_allocation)
			return tl_err_nomem(err, n);
		return tl_err_set(err, TL_INTERNAL, "zstd: %s", ZSTD_getErrorName(rc));
	}
	*ret = rc;
	return TL_OK;
}

static enum tl_status zstd_decode(struct tl_codec_ctx *ctx, const uint8_t *src, size_t n,
				  uint8_t *dst, size_t len, struct tl_err *err)
{
	if (ZSTD_getFrameContentSize(src, n) != len || ZSTD_findFrameCompressedSize(src, n) != n)
		return tl_err_set(err, TL_DATA, "zstd data are not one frame of that size");
	if (!ctx->zstd_dec && !(ctx->zstd_dec = ZSTD_createDCtx()))
		return tl_err_nomem(err, n);
	size_t rc = ZSTD_decompressDCtx(ctx->zstd_dec, dst, len, src, n);
	if (ZSTD_isError(rc))
		return tl_err_set(err, TL_DATA, "zstd data are broken: %s", ZSTD_getErrorName(rc));
	return rc == len ? TL_OK : tl_err_set(err, TL_DATA, "zstd data are too short");
}

static size_t none_bound(size_t n)
{
	return n;
}

static enum tl_status none_encode(struct tl_codec_ctx *ctx, const uint8_t *src, size_t n,
				  uint8_t *dst, size_t *ret, struct tl_err *err)
{
	(void)ctx;
	(void)err;
	memcpy(dst, src, n);
	*ret = n;
	return TL_OK;
}

static enum tl_status none_decode(struct tl_codec_ctx *ctx, const uint8_t *src, size_t n,
				  uint8_t *dst, size_t len, struct tl_err *err)
{
	(void)ctx;
	if (n != len)
		return tl_err_set(err, TL_DATA, "stored data have another size");
	memcpy(dst, src, n);
	return TL_OK;
}

static const struct ops table[TL_CODECS] = {
	[TL_CODEC_NONE] = {"none", none_bound, none_encode, none_decode},
	[TL_CODEC_LZ4] = {"lz4", lz4_bound, lz4_encode, lz4_decode},
	[TL_CODEC_ZSTD] = {"zstd", zstd_bound, zstd_encode, zstd_decode},
	[TL_CODEC_MODEL] = {"model", none_bound, none_encode, none_decode}, /* see modelled.h */
};

size_t tl_codec_bound(enum tl_codec codec, size_t n)
{
	return table[codec].bound(n);
}

enum tl_status tl_codec_encode(struct tl_codec_ctx *ctx, enum tl_codec codec, const uint8_t *src,
			       size_t n, uint8_t *dst, size_t *ret, struct tl_err *err)
{
	return table[codec].encode(ctx, src, n, dst, ret, err);
}

enum tl_status tl_codec_decode(struct tl_codec_ctx *ctx, enum tl_codec codec, const uint8_t *src,
			       size_t n, uint8_t *dst, size_t len, struct tl_err *err)
{
	return table[codec].decode(ctx, src, n, dst, len, err);
}

void tl_codec_free(struct tl_codec_ctx *ctx)
{
	free(ctx->lz4);
	ZSTD_freeCCtx(ctx->zstd_enc);
	ZSTD_freeDCtx(ctx->zstd_dec);
	ctx->lz4 = ctx->zstd_enc = ctx->zstd_dec = NULL;
}

const char *tl_codec_name(enum tl_codec codec)
{
	return table[codec].name;
}
