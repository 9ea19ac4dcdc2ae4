/* SPDX-License-Identifier: MIT */
/* buf: a growable run of bytes. */
#include <tl/buf.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>

enum tl_status tl_buf_reserve(struct tl_buf *buf, size_t more, struct tl_err *err)
{
	if (more <= buf->cap - buf->len && buf->data)
		return TL_OK;
	if (more > (size_t)PTRDIFF_MAX - buf->len - TL_BUF_PAD)
		return tl_err_nomem(err, more);
	size_t want = buf->len + more;
	size_t grown = buf->cap + buf->cap / 2;
	if (want < grown)
		want = grown;
	uint8_t *p = realloc(buf->data, want + TL_BUF_PAD);
	if (!p)
		return tl_err_nomem(err, want);
	buf->data = p;
	buf->cap = want;
	return TL_OK;
}

enum tl_status tl_buf_add(struct tl_buf *buf, const void *p, size_t n, struct tl_err *err)
{
	enum tl_status st = tl_buf_reserve(buf, n, err);
	if (st != TL_OK)
		return st;
	if (n)
		memcpy(buf->data + buf->len, p, n);
	buf->len += n;
	return TL_OK;
}

enum tl_status tl_buf_fill(struct tl_buf *buf, uint8_t byte, size_t n, struct tl_err *err)
{
	enum tl_status st = tl_buf_reserve(buf, n, err);
	if (st != TL_OK)
		return st;
	memset(buf->data + buf->len, byte, n);
	buf->len += n;
	return TL_OK;
}

enum tl_status tl_buf_add_varint(struct tl_buf *buf, uint64_t v, struct tl_err *err)
{
	enum tl_status st = tl_buf_reserve(buf, TL_VARINT_MAX, err);
	if (st != TL_OK)
		return st;
	buf->len += tl_bits_put_varint(buf->data + buf->len, v);
	return TL_OK;
}

void tl_buf_reset(struct tl_buf *buf)
{
	buf->len = 0;
}

void tl_buf_free(struct tl_buf *buf)
{
	free(buf->data);
	*buf = (struct tl_buf){0};
}
