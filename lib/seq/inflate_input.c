/* SPDX-License-Identifier: MIT */
/* inflate_input: the file as it is, through a window. */
#include "inflate_input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tl/io.h>
#include <tl/mem.h>

#define FIRST_READ 4096 /* so little that it hardly costs where the text is plain; a page */

/* Reads up to n bytes behind end. */
static enum tl_status read_more(struct tl_inflate_input *in, size_t n, struct tl_err *err)
{
	size_t got;
	enum tl_status st = tl_io_read(in->fd, in->data + in->end, n, &got, err);
	if (st != TL_OK)
		return tl_err_prefix(err, "%s", in->name), st;
	in->eof = got < n;
	in->end += got;
	in->offset += got;
	return TL_OK;
}

enum tl_status tl_inflate_input_open(const char *name, struct tl_inflate_input **ret,
				     struct tl_err *err)
{
	struct tl_inflate_input *in = tl_mem_alloc(1, sizeof *in, err);
	enum tl_status st;
	if (!in)
		return TL_NOMEM;
	/* The window stays as it is: only what was read into it is looked at. */
	memset(in, 0, offsetof(struct tl_inflate_input, data));
	in->fd = -1;
	in->from_stdin = !strcmp(name, "-");
	in->name = strdup(in->from_stdin ? "standard input" : name);
	if (!in->name) {
		st = tl_err_nomem(err, strlen(name));
		goto fail;
	}
	if ((st = tl_io_open(name, &in->fd, err)) != TL_OK ||
	    (st = read_more(in, FIRST_READ, err)) != TL_OK)
		goto fail;
	*ret = in;
	return TL_OK;
fail:
	tl_inflate_input_close(in);
	return st;
}

enum tl_status tl_inflate_input_fill(struct tl_inflate_input *in, size_t want, struct tl_err *err)
{
	size_t left = tl_inflate_input_left(in);
	if (left >= want || in->eof)
		return TL_OK;
	memmove(in->data, in->data + in->pos, left);
	in->pos = 0;
	in->end = left;
	return read_more(in, sizeof in->data - left, err);
}

enum tl_status tl_inflate_input_take(struct tl_inflate_input *in, uint8_t *p, size_t n,
				     size_t *ret_got, struct tl_err *err)
{
	size_t left = tl_inflate_input_left(in), first = left < n ? left : n, got;
	memcpy(p, in->data + in->pos, first);
	in->pos += first;
	*ret_got = first;
	if (in->eof || first == n)
		return TL_OK;
	enum tl_status st = tl_io_read(in->fd, p + first, n - first, &got, err);
	if (st != TL_OK)
		return tl_err_prefix(err, "%s", in->name), st;
	in->eof = got < n - first;
	in->offset += got;
	*ret_got += got;
	return TL_OK;
}

enum tl_status tl_inflate_input_bad(const struct tl_inflate_input *in, uint64_t offset,
				    struct tl_err *err, const char *fmt, ...)
{
	char what[256];
	va_list args;
	va_start(args, fmt);
	vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	return tl_err_set(err, TL_DATA, "%s: at byte %llu of the compressed file: %s", in->name,
			  (unsigned long long)offset, what);
}

void tl_inflate_input_close(struct tl_inflate_input *in)
{
	if (!in)
		return;
	if (in->fd >= 0)
		tl_io_close(in->fd);
	free(in->name);
	free(in);
}
