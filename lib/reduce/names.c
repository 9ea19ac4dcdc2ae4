/* SPDX-License-Identifier: MIT */
/* names: a set of wanted record ids. */
#include <tl/names.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tl/buf.h>
#include <tl/hash.h>
#include <tl/intern.h>
#include <tl/io.h>
#include <tl/mem.h>

struct tl_names {
	struct tl_intern *ids;
	uint8_t *hits;  /* [ids] records that answered, 2 stands for more */
	uint64_t *last; /* [ids] ordinal of the last of them */
};

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 1;
}

/* Up to the first blank or Ctrl-A. */
struct tl_str tl_names_word(struct tl_str s)
{
	size_t n = 0;
	while (n < s.n && !blank(s.p[n]))
		n++;
	return (struct tl_str){s.p, n};
}

static enum tl_status add_line(struct tl_names *names, struct tl_str line, struct tl_err *err)
{
	uint32_t id;
	bool is_new;
	while (line.n && blank(line.p[0])) {
		line.p++;
		line.n--;
	}
	struct tl_str word = tl_names_word(line);
	if (!word.n)
		return TL_OK;
	return tl_intern_put(names->ids, tl_intern_hash(word.p, word.n), word.p, word.n, &id, &is_new,
			     err);
}

enum tl_status tl_names_read(const char *path, struct tl_buf *text, struct tl_err *err)
{
	int fd;
	size_t got = 1;
	enum tl_status st = tl_io_open(path, &fd, err);
	if (st != TL_OK)
		return st;
	while (st == TL_OK && got) {
		if ((st = tl_buf_reserve(text, TL_IO_CHUNK, err)) == TL_OK)
			st = tl_io_read(fd, text->data + text->len, TL_IO_CHUNK, &got, err);
		text->len += st == TL_OK ? got : 0;
	}
	tl_io_close(fd);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "%s", path);
	return st;
}

bool tl_names_number(struct tl_str line, uint64_t *ret)
{
	struct tl_str word = tl_names_word(line);
	if (word.n < 5 || word.n > 22 || memcmp(word.p, "tlr|", 4) != 0)
		return false;
	*ret = 0;
	for (size_t i = 4; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return false;
		*ret = *ret * 10 + (uint64_t)(word.p[i] - '0');
	}
	return true;
}

/* The line at *at, which goes on behind it. */
static struct tl_str line_at(const struct tl_buf *text, size_t *at)
{
	const uint8_t *p = text->data + *at, *nl = memchr(p, '\n', text->len - *at);
	struct tl_str line = {p, nl ? (size_t)(nl - p) : text->len - *at};
	*at += line.n + 1;
	return line;
}

bool tl_names_numbered(const struct tl_buf *text)
{
	uint64_t id;
	for (size_t at = 0; at < text->len;)
		if (tl_names_number(line_at(text, &at), &id))
			return true;
	return false;
}

enum tl_status tl_names_translate(const struct tl_buf *text, const struct tl_refids *ids,
				  struct tl_buf *out, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t at = 0; at < text->len && st == TL_OK;) {
		struct tl_str line = line_at(text, &at);
		uint64_t id, ordinal;
		char tl[32];
		if (tl_names_number(line, &id) && tl_refid_find(ids, id, &ordinal)) {
			line.p = (const uint8_t *)tl;
			line.n = (size_t)snprintf(tl, sizeof tl, "tl|%llu", (unsigned long long)ordinal);
		}
		st = tl_buf_add(out, line.p, line.n, err);
		if (st == TL_OK)
			st = tl_buf_fill(out, '\n', 1, err);
	}
	return st;
}

static enum tl_status add_lines(struct tl_names *names, const struct tl_buf *text,
				struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t at = 0; at < text->len && st == TL_OK;) {
		const uint8_t *nl = memchr(text->data + at, '\n', text->len - at);
		size_t end = nl ? (size_t)(nl - text->data) : text->len;
		st = add_line(names, (struct tl_str){text->data + at, end - at}, err);
		at = end + 1;
	}
	return st;
}

enum tl_status tl_names_make(const struct tl_buf *text, struct tl_names **ret,
			     struct tl_err *err)
{
	struct tl_names *names = tl_mem_zalloc(1, sizeof *names, err);
	if (!names)
		return TL_NOMEM;
	enum tl_status st = tl_intern_new(NULL, &names->ids, err);
	if (st == TL_OK)
		st = add_lines(names, text, err);
	if (st == TL_OK) {
		size_t n = (size_t)tl_intern_count(names->ids);
		names->hits = tl_mem_zalloc(n, 1, err);
		names->last = tl_mem_alloc(n, sizeof *names->last, err);
		st = names->hits && names->last ? TL_OK : TL_NOMEM;
	}
	if (st != TL_OK) {
		tl_names_free(names);
		return st;
	}
	*ret = names;
	return TL_OK;
}

enum tl_status tl_names_load(const char *path, struct tl_names **ret, struct tl_err *err)
{
	struct tl_buf text = {0};
	enum tl_status st = tl_names_read(path, &text, err);
	if (st == TL_OK)
		st = tl_names_make(&text, ret, err);
	tl_buf_free(&text);
	return st;
}

/* Is p[0, n) an id?  A record counts once for each, however often its header says it. */
static bool hit(struct tl_names *names, uint64_t ordinal, const void *p, size_t n)
{
	uint32_t id;
	if (!n || !tl_intern_find(names->ids, tl_intern_hash(p, n), p, n, &id))
		return false;
	if (!names->hits[id])
		names->hits[id] = 1;
	else if (names->last[id] != ordinal)
		names->hits[id] = 2;
	names->last[id] = ordinal;
	return true;
}

struct tl_str tl_names_inner(struct tl_str word)
{
	const uint8_t *bar = word.n ? memchr(word.p, '|', word.n) : NULL;
	size_t left = bar ? word.n - (size_t)(bar + 1 - word.p) : 0;
	if (!left)
		return (struct tl_str){NULL, 0};
	const uint8_t *to = memchr(bar + 1, '|', left);
	return (struct tl_str){bar + 1, to ? (size_t)(to - bar - 1) : left};
}

/* A title by its first word, and by the second part of db|ACC|NAME. */
static bool match_title(struct tl_names *names, struct tl_str title, uint64_t ordinal)
{
	struct tl_str word = tl_names_word(title);
	bool found = hit(names, ordinal, word.p, word.n);
	struct tl_str inner = tl_names_inner(word);
	return hit(names, ordinal, inner.p, inner.n) || found;
}

/* All ids of the record are looked up, also where one was found: each of them is known then. */
bool tl_names_match(struct tl_names *names, struct tl_str head, uint64_t ordinal)
{
	char tl[32];
	int n = snprintf(tl, sizeof tl, "tl|%llu", (unsigned long long)ordinal);
	bool found = hit(names, ordinal, tl, (size_t)n);
	for (;;) {
		found |= match_title(names, head, ordinal);
		const uint8_t *next = head.n ? memchr(head.p, 1, head.n) : NULL;
		if (!next)
			return found;
		head.n -= (size_t)(next + 1 - head.p);
		head.p = next + 1;
	}
}

void tl_names_count(const struct tl_names *names, struct tl_names_count *ret)
{
	*ret = (struct tl_names_count){.ids = tl_intern_count(names->ids)};
	for (uint64_t i = 0; i < ret->ids; i++) {
		ret->unknown += names->hits[i] == 0;
		ret->ambiguous += names->hits[i] > 1;
	}
}

struct tl_str tl_names_id(const struct tl_names *names, uint64_t i)
{
	return tl_intern_get(names->ids, i);
}

struct tl_str tl_names_unknown(const struct tl_names *names)
{
	for (uint32_t i = 0; i < tl_intern_count(names->ids); i++)
		if (!names->hits[i])
			return tl_intern_get(names->ids, i);
	return (struct tl_str){NULL, 0};
}

void tl_names_free(struct tl_names *names)
{
	if (!names)
		return;
	tl_intern_free(names->ids);
	free(names->hits);
	free(names->last);
	free(names);
}
