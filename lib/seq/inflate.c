/* SPDX-License-Identifier: MIT */
/* inflate: a byte source that undoes compression where the content says so.
 *
 * Contents: 1. what the file is  2. between members  3. inside  4. the object.
 */
#include <tl/inflate.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>

#include "inflate_bgzf.h"
#include "inflate_format.h"

#define SKIPPABLE 8 /* header of a skippable frame: magic, length of what follows */

enum state {
	PLAIN,
	BETWEEN, /* members, or before the first one */
	SKIP,    /* inside a skippable frame */
	RUN,     /* inside members of BGZF */
	MEMBER,  /* inside any other */
	ZEROS,   /* behind the last member */
	END,     /* the text ended */
};

struct tl_inflate {
	struct tl_inflate_input *in;
	struct tl_pool *opt_pool;
	enum state state;
	const struct tl_inflate_format *format; /* NULL: only skippable frames so far */
	void *member;                           /* the format's */
	struct tl_inflate_bgzf *run;            /* NULL until one is met */
	bool after_run;                         /* what is at pos is no member of a run */
	bool bgzf;                              /* MEMBER: it is one of BGZF all the same */
	bool open_end;                          /* the last member was one of BGZF with text */
	uint32_t skip;                          /* SKIP: bytes left */
};

static const struct tl_inflate_format *const formats[] = {
	&tl_inflate_gzip,
	&tl_inflate_zstd,
	&tl_inflate_lz4,
};

/* Formats known only to be refused, by their first bytes and with what undoes them. */
static const struct {
	const char *magic;
	uint8_t len;
	const char *name, *command;
} others[] = {
	{"\x89TLS", 4, "a record stream already", "tl-parse -d"},
	{"BZh", 3, "bzip2", "bzip2 -dc"},
	{"\xFD" "7zXZ\0", 6, "xz", "xz -dc"},
	{"\x02\x21\x4C\x18", 4, "lz4 of the old format", "lz4 -dc"},
	{"LZIP", 4, "lzip", "lzip -dc"},
	{"\x1F\x9D", 2, "compress", "uncompress -c"},
	{"PK\x03\x04", 4, "zip", "unzip -p"},
};

/* 1. What the file is. */

static enum tl_status refuse_others(const struct tl_inflate_input *in, struct tl_err *err)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		if (tl_inflate_input_left(in) < others[i].len ||
		    memcmp(in->data, others[i].magic, others[i].len) != 0)
			continue;
		if (in->from_stdin)
			return tl_err_set(err, TL_DATA, "%s:1:1: it is %s: use \"%s |\" in front",
					  in->name, others[i].name, others[i].command);
		return tl_err_set(err, TL_DATA, "%s:1:1: the file is %s: use \"%s %s |\" in front",
				  in->name, others[i].name, others[i].command, in->name);
	}
	return TL_OK;
}

/* The format whose member begins at pos. */
static const struct tl_inflate_format *find_format(const struct tl_inflate_input *in)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (tl_inflate_input_left(in) >= formats[i]->magic_len &&
		    !memcmp(in->data + in->pos, formats[i]->magic, formats[i]->magic_len))
			return formats[i];
	return NULL;
}

/* zstd and lz4 share these: any of 16 magic numbers. */
static bool is_skippable(const struct tl_inflate_input *in)
{
	const uint8_t *p = in->data + in->pos;
	return tl_inflate_input_left(in) >= 4 && (tl_bits_get32(p) & ~15u) == 0x184D2A50;
}

/* Is the little that is left the beginning of a magic number? */
static bool is_cut_magic(const struct tl_inflate_format *format, const struct tl_inflate_input *in)
{
	const uint8_t *p = in->data + in->pos;
	size_t n = tl_inflate_input_left(in);
	if (format && n < format->magic_len && !memcmp(p, format->magic, n))
		return true;
	return (!format || format->frames) && n < 4 && p[0] >> 4 == 5 &&
	       !memcmp(p + 1, "\x2a\x4d", n - 1);
}

/* By the first bytes; the names of files say nothing. */
static enum tl_status sniff(struct tl_inflate *src, struct tl_err *err)
{
	src->state = find_format(src->in) || is_skippable(src->in) ? BETWEEN : PLAIN;
	return refuse_others(src->in, err);
}

/* 2. Between members. */

static enum tl_status truncated(const struct tl_inflate *src, struct tl_err *err)
{
	const char *name = src->format ? src->format->name : "zstd or lz4";
	return tl_inflate_input_bad(src->in, src->in->offset, err,
				    "the %s data end early; the file is truncated", name);
}

static enum tl_status something_else(const struct tl_inflate *src, struct tl_err *err)
{
	const char *name = src->format ? src->format->name : "zstd or lz4";
	return tl_inflate_input_bad(src->in, tl_inflate_input_here(src->in), err,
				    "the %s data are followed by something else", name);
}

static enum tl_status begin_skippable(struct tl_inflate *src, struct tl_err *err)
{
	struct tl_inflate_input *in = src->in;
	enum tl_status st = tl_inflate_input_fill(in, SKIPPABLE, err);
	if (st != TL_OK)
		return st;
	if (tl_inflate_input_left(in) < SKIPPABLE)
		return truncated(src, err);
	src->skip = tl_bits_get32(in->data + in->pos + 4);
	in->pos += SKIPPABLE;
	src->state = SKIP;
	return TL_OK;
}

/* A member is at pos: one of BGZF, where there is a pool for them, or any. */
static enum tl_status begin_member(struct tl_inflate *src, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	size_t size = 0;
	if (src->format == &tl_inflate_gzip)
		st = tl_inflate_bgzf_peek(src->in, &size, err);
	src->bgzf = size;
	src->open_end = false;
	size = src->opt_pool && !src->after_run ? size : 0;
	if (size && !src->run)
		st = tl_inflate_bgzf_new(src->in, src->opt_pool, &src->run, err);
	else if (!size && st == TL_OK && !src->member)
		st = src->format->make(&src->member, err);
	if (st != TL_OK)
		return st;
	src->after_run = false;
	src->state = size ? RUN : MEMBER;
	if (!size)
		src->format->begin(src->member);
	return TL_OK;
}

/* The end of BGZF is marked by a member without text: a file can be cut off between two others. */
static enum tl_status end_text(struct tl_inflate *src, struct tl_err *err)
{
	const struct tl_inflate_input *in = src->in;
	src->state = END;
	if (!src->open_end)
		return TL_OK;
	return tl_inflate_input_bad(in, in->offset, err,
				    "the BGZF data end without the empty block that marks their end: "
				    "the file is truncated; if its writer leaves that block off, use "
				    "\"gzip -dc FILE |\" in front");
}

/* Another member, a skippable frame, zeros, or the end. */
static enum tl_status next_member(struct tl_inflate *src, struct tl_err *err)
{
	struct tl_inflate_input *in = src->in;
	enum tl_status st = tl_inflate_input_fill(in, SKIPPABLE, err);
	if (st != TL_OK)
		return st;
	if (!tl_inflate_input_left(in))
		return end_text(src, err);
	const struct tl_inflate_format *found = find_format(in);
	if (!src->format && found && (found->frames || !tl_inflate_input_here(in)))
		src->format = found;
	if (found && found == src->format)
		return begin_member(src, err);
	if ((!src->format || src->format->frames) && is_skippable(in))
		return begin_skippable(src, err);
	if (src->format && !src->format->frames && !in->data[in->pos])
		src->state = ZEROS;
	else
		return is_cut_magic(src->format, in) ? truncated(src, err) :
						       something_else(src, err);
	return TL_OK;
}

static enum tl_status skip_frame(struct tl_inflate *src, struct tl_err *err)
{
	struct tl_inflate_input *in = src->in;
	while (src->skip) {
		enum tl_status st = tl_inflate_input_fill(in, 1, err);
		size_t left = tl_inflate_input_left(in);
		if (st != TL_OK)
			return st;
		if (!left)
			return truncated(src, err);
		left = left < src->skip ? left : src->skip;
		in->pos += left;
		src->skip -= (uint32_t)left;
	}
	src->state = BETWEEN;
	return TL_OK;
}

static enum tl_status skip_zeros(struct tl_inflate *src, struct tl_err *err)
{
	struct tl_inflate_input *in = src->in;
	for (;;) {
		enum tl_status st = tl_inflate_input_fill(in, 1, err);
		if (st != TL_OK)
			return st;
		if (in->pos == in->end)
			break;
		if (in->data[in->pos])
			return something_else(src, err);
		in->pos++;
	}
	return end_text(src, err);
}

/* 3. Inside. */

/* *ret_got may be 0 where only what surrounds the text was read. */
static enum tl_status read_member(struct tl_inflate *src, uint8_t *p, size_t n, size_t *ret_got,
				  struct tl_err *err)
{
	struct tl_inflate_input *in = src->in;
	bool done = false;
	enum tl_status st = tl_inflate_input_fill(in, 1, err);
	size_t left = tl_inflate_input_left(in);
	if (st == TL_OK)
		st = src->format->step(src->member, in, p, n, ret_got, &done, err);
	if (st != TL_OK)
		return st;
	src->open_end = src->open_end || (src->bgzf && *ret_got);
	if (done)
		src->state = BETWEEN;
	else if (!left && !*ret_got)
		return truncated(src, err);
	return TL_OK;
}

static enum tl_status read_run(struct tl_inflate *src, uint8_t *p, size_t n, size_t *ret_got,
			       struct tl_err *err)
{
	enum tl_status st = tl_inflate_bgzf_read(src->run, p, n, ret_got, err);
	if (st == TL_OK && *ret_got < n) {
		src->state = BETWEEN;
		src->after_run = true;
		src->open_end = tl_inflate_bgzf_open(src->run);
	}
	return st;
}

static enum tl_status read_plain(struct tl_inflate *src, uint8_t *p, size_t n, size_t *ret_got,
				 struct tl_err *err)
{
	enum tl_status st = tl_inflate_input_take(src->in, p, n, ret_got, err);
	if (st == TL_OK && *ret_got < n)
		src->state = END;
	return st;
}

static enum tl_status step(struct tl_inflate *src, uint8_t *p, size_t n, size_t *ret_got,
			   struct tl_err *err)
{
	switch (src->state) {
	case PLAIN:
		return read_plain(src, p, n, ret_got, err);
	case MEMBER:
		return read_member(src, p, n, ret_got, err);
	case RUN:
		return read_run(src, p, n, ret_got, err);
	case SKIP:
		return skip_frame(src, err);
	case ZEROS:
		return skip_zeros(src, err);
	default:
		return next_member(src, err);
	}
}

/* 4. The object. */

enum tl_status tl_inflate_open(const char *name, struct tl_pool *opt_pool, struct tl_inflate **ret,
			       struct tl_err *err)
{
	struct tl_inflate *src = tl_mem_zalloc(1, sizeof *src, err);
	if (!src)
		return TL_NOMEM;
	src->opt_pool = opt_pool;
	enum tl_status st = tl_inflate_input_open(name, &src->in, err);
	if (st == TL_OK)
		st = sniff(src, err);
	if (st == TL_OK)
		*ret = src;
	else
		tl_inflate_close(src);
	return st;
}

enum tl_status tl_inflate_read(struct tl_inflate *src, void *p, size_t n, size_t *ret_got,
			       struct tl_err *err)
{
	uint8_t *dst = p;
	*ret_got = 0;
	while (*ret_got < n && src->state != END) {
		size_t got = 0;
		enum tl_status st = step(src, dst + *ret_got, n - *ret_got, &got, err);
		if (st != TL_OK)
			return st;
		*ret_got += got;
	}
	return TL_OK;
}

void tl_inflate_close(struct tl_inflate *src)
{
	if (!src)
		return;
	tl_inflate_bgzf_free(src->run);
	if (src->member)
		src->format->drop(src->member);
	tl_inflate_input_close(src->in);
	free(src);
}
