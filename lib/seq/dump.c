/* SPDX-License-Identifier: MIT */
/* dump: text files of lines and fields. */
#include "dump.h"

#include <string.h>

#include <tl/buf.h>
#include <tl/inflate.h>
#include <tl/taxon.h>

#define WINDOW (1u << 20)
#define LONGEST (1u << 16) /* bytes of a line */

size_t tl_dump_split(struct tl_str line, const char *mark, struct tl_str field[4])
{
	size_t n = 0, m = strlen(mark);
	while (n < 4) {
		const uint8_t *at = line.n ? memmem(line.p, line.n, mark, m) : NULL;
		size_t len = at ? (size_t)(at - line.p) : line.n;
		field[n++] = (struct tl_str){line.p, len};
		if (!at)
			break;
		line.p += len + m;
		line.n -= len + m;
	}
	return n;
}

bool tl_dump_id(struct tl_str s, uint32_t *ret)
{
	size_t pos = 0;
	*ret = 0;
	if (s.n == 1 && *s.p == '0')
		return true;
	*ret = s.n ? tl_taxon_read(s, &pos) : 0;
	return *ret && pos == s.n;
}

/* A file being read. */
struct dump {
	struct tl_inflate *src;
	tl_dump_line fn;
	void *ctx;
	struct tl_buf text;
	uint64_t lines;
};

/* Takes the whole lines of text; *ret_used: their bytes. */
static enum tl_status take_lines(struct dump *d, bool eof, size_t *ret_used, struct tl_err *err)
{
	size_t at = 0;
	enum tl_status st = TL_OK;
	while (at < d->text.len && st == TL_OK) {
		const uint8_t *p = d->text.data + at, *nl = memchr(p, '\n', d->text.len - at);
		size_t n = nl ? (size_t)(nl - p) : d->text.len - at;
		if (!nl && !eof && n <= LONGEST)
			break;
		bool first = d->lines++ == 0;
		at += n + (nl != NULL);
		if (n > LONGEST)
			return tl_err_set(err, TL_DATA, "a line of more than %u bytes", LONGEST);
		n -= n && p[n - 1] == '\r';
		if (n)
			st = d->fn(d->ctx, (struct tl_str){p, n}, first, err);
	}
	*ret_used = at;
	return st;
}

static enum tl_status read_all(struct dump *d, const char *path, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (bool eof = false; !eof && st == TL_OK;) {
		size_t got, used = 0;
		if ((st = tl_buf_reserve(&d->text, WINDOW, err)) != TL_OK ||
		    (st = tl_inflate_read(d->src, d->text.data + d->text.len, WINDOW, &got, err)) !=
			    TL_OK)
			break;
		d->text.len += got;
		eof = got < WINDOW;
		st = take_lines(d, eof, &used, err);
		if (st == TL_DATA)
			(void)tl_err_prefix(err, "%s:%llu",
					    strcmp(path, "-") ? path : "standard input",
					    (unsigned long long)d->lines);
		d->text.len -= used;
		if (used && d->text.len)
			memmove(d->text.data, d->text.data + used, d->text.len);
	}
	return st;
}

enum tl_status tl_dump_read(const char *path, struct tl_pool *opt_pool, tl_dump_line fn, void *ctx,
			    struct tl_err *err)
{
	struct dump d = {.fn = fn, .ctx = ctx};
	enum tl_status st = tl_inflate_open(path, opt_pool, &d.src, err);
	if (st != TL_OK)
		return st;
	st = read_all(&d, path, err);
	tl_inflate_close(d.src);
	tl_buf_free(&d.text);
	return st;
}
