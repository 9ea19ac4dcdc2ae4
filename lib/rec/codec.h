/* SPDX-License-Identifier: MIT */
/* codec: none, lz4 and zstd behind one table.  man tl-stream(5) section 4.
 *
 * A context is made on the stack, lives for the columns of one block, and holds what the codecs
 * allocate when they are first used: their memory comes back from malloc warm, so that keeping it
 * longer was not worth a lock. Threads: one at a time for a context.
 */
#ifndef TL_CODEC_H
#define TL_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include <tl/block.h>
#include <tl/err.h>

struct tl_codec_ctx {
	void *lz4, *zstd_enc, *zstd_dec; /* made when first needed */
	int level;                       /* of zstd */
};

/* Bytes that n bytes may take encoded. */
size_t tl_codec_bound(enum tl_codec codec, size_t n);

/* Encodes src[0..n), 0 < n <= TL_BLOCK_MAX, into dst, which has room for the bound; *ret is the
 * length.  Not for TL_CODEC_NONE. */
enum tl_status tl_codec_encode(struct tl_codec_ctx *ctx, enum tl_codec codec, const uint8_t *src,
			       size_t n, uint8_t *dst, size_t *ret, struct tl_err *err) TL_CHECK;

/* Decodes src[0..n) to just dst[0..len); TL_DATA where it has another length or is broken. */
enum tl_status tl_codec_decode(struct tl_codec_ctx *ctx, enum tl_codec codec, const uint8_t *src,
			       size_t n, uint8_t *dst, size_t len, struct tl_err *err) TL_CHECK;

/* Frees what the context holds, which is as good as new then. */
void tl_codec_free(struct tl_codec_ctx *ctx);

/* "none", "lz4", "zstd". */
const char *tl_codec_name(enum tl_codec codec);

#endif
