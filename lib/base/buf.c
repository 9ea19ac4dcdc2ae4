/* SPDX-License-Identifier: MIT */
/* buf: a growable run of bytes. */
#include <tl/buf.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>

/* The capacity that room for more bytes takes; 0 where there is that room, or SIZE_MAX where there
 * cannot be. */
static size_t wanted(const struct tl_buf *buf, size_t more)
{
	if (more <= buf->cap - buf->len && buf->data)
		return 0;
	if (more > (size_t)PTRDIFF_MAX - buf->len - TL_BUF_PAD - TL_BUF_ALIGN)
		return SIZE_MAX;
	size_t want = buf->len + more;
	size_t grown = buf->cap + buf->cap / 2;
	return want < grown ? grown : want;
}

enum tl_status tl_buf_reserve(struct tl_buf *buf, size_t more, struct tl_err *err)
{
	size_t want = wanted(buf, more);
	if (!want && buf->data)
		return TL_OK;
	uint8_t *p = want == SIZE_MAX ? NULL : realloc(buf->data, want + TL_BUF_PAD);
	if (!p)
		return tl_err_nomem(err, want == SIZE_MAX ? more : want);
	buf->data = p;
	buf->cap = want;
	return TL_OK;
}

enum tl_status tl_buf_claim(struct tl_buf *buf, size_t more, struct tl_err *err)
{
	const size_t had = buf->cap;
	enum tl_status st = tl_buf_reserve(buf, more, err);
	if (st == TL_OK && buf->cap > had)
		tl_mem_touch(buf->data + buf->len, more);
	return st;
}

enum tl_status tl_buf_reserve_aligned(struct tl_buf *buf, size_t more, struct tl_err *err)
{
	size_t want = wanted(buf, more), bytes;
	if (!want && buf->data)
		return TL_OK;
	bytes = (want + TL_BUF_PAD + TL_BUF_ALIGN - 1) & ~(size_t)(TL_BUF_ALIGN - 1);
	uint8_t *p = want == SIZE_MAX ? NULL : aligned_alloc(TL_BUF_ALIGN, bytes);
	if (!p)
		return tl_err_nomem(err, want == SIZE_MAX ? more : want);
	if (buf->len)
		memcpy(p, buf->data, buf->len);
	free(buf->data);
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
