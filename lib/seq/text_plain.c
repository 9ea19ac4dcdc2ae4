/* SPDX-License-Identifier: MIT */
/* text_plain: entries that are a header and lines of one width, nothing else: nearly all of them.
 *
 * Lines are copied in whole vectors, which go beyond their ends; so room is made for that too. */
#include <string.h>

#include <tl/text.h>

#define STEP 32       /* bytes copied at a time, at most TL_BUF_PAD */
#define SHORT_MAX 512 /* longer runs are left to memcpy */

/* How the lines of a batch look. */
struct shape {
	size_t width; /* 0: one line */
	uint8_t eol[2];
	size_t eol_size;
};

static inline void copy(uint8_t *dst, const uint8_t *src, size_t n)
{
	if (n > SHORT_MAX) {
		memcpy(dst, src, n);
		return;
	}
	for (size_t i = 0; i < n; i += STEP)
		memcpy(dst + i, src + i, STEP);
}

static inline uint8_t *end_line(uint8_t *dst, const struct shape *shape)
{
	memcpy(dst, shape->eol, 2);
	return dst + shape->eol_size;
}

static inline bool is_empty(const struct tl_col *col, size_t i)
{
	return i >= col->n || col->end[i] == (i ? col->end[i - 1] : 0);
}

static inline size_t begins(const struct tl_col *col, size_t i)
{
	return i ? col->end[i - 1] : 0;
}

static bool is_plain(const struct tl_batch *b, size_t i)
{
	return !b->flags[i] && is_empty(&b->mask, i) && is_empty(&b->odd, i) &&
	       is_empty(&b->lay, i) && is_empty(&b->lead, i) &&
	       b->resi.end[i] - begins(&b->resi, i) == b->length[i];
}

static uint8_t *put_lines(uint8_t *dst, const uint8_t *src, size_t chars, const struct shape *shape)
{
	size_t width = shape->width;
	for (; width && chars > width; chars -= width) {
		copy(dst, src, width);
		dst = end_line(dst + width, shape);
		src += width;
	}
	if (!chars)
		return dst;
	copy(dst, src, chars);
	return end_line(dst + chars, shape);
}

static enum tl_status put_entry(const struct tl_batch *b, size_t i, const struct shape *shape,
				struct tl_buf *out, struct tl_err *err)
{
	size_t head_at = begins(&b->head, i), head = b->head.end[i] - head_at;
	size_t resi_at = begins(&b->resi, i), chars = b->resi.end[i] - resi_at;
	size_t lines = shape->width ? chars / shape->width + 1 : 1;
	enum tl_status st =
		tl_buf_reserve(out, 1 + head + chars + (lines + 1) * shape->eol_size, err);
	if (st != TL_OK)
		return st;
	uint8_t *dst = out->data + out->len;
	*dst++ = '>';
	if (head)
		copy(dst, b->head.bytes.data + head_at, head);
	dst = end_line(dst + head, shape);
	if (chars)
		dst = put_lines(dst, b->resi.bytes.data + resi_at, chars, shape);
	out->len = (size_t)(dst - out->data);
	return TL_OK;
}

enum tl_status tl_text_plain(const struct tl_batch *b, size_t at, size_t n,
			     struct tl_text_style *style, struct tl_buf *out, size_t *ret_done,
			     struct tl_err *err)
{
	struct shape shape = {.width = style->own ? b->width : (size_t)style->width};
	enum tl_eol eol = style->own ? b->eol : TL_EOL_LF;
	enum tl_status st = TL_OK;
	size_t i = at;
	*ret_done = 0;
	if (b->kind != TL_KIND_SEQ || style->fastq || style->prefix_len ||
	    style->letters != TL_TEXT_AS_IT_WAS)
		return TL_OK;
	if (eol != TL_EOL_LF)
		shape.eol[shape.eol_size++] = '\r';
	if (eol != TL_EOL_CR)
		shape.eol[shape.eol_size++] = '\n';
	for (; st == TL_OK && i < at + n && is_plain(b, i); i++)
		st = put_entry(b, i, &shape, out, err);
	if (i > at)
		style->column = style->due = 0;
	*ret_done = i - at;
	return st;
}
