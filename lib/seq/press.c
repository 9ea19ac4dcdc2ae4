/* SPDX-License-Identifier: MIT */
/* press: text that is compressed on its way to an output, in parallel. */
#include <tl/press.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <tl/bits.h>
#include <tl/lane.h>
#include <tl/mem.h>

#include "press_codec.h"

struct tl_press {
	struct tl_lane *lane;
	struct tl_out *out;
	const struct tl_press_codec *codec;
	int level;
	struct tl_press_chunk *chunk; /* being filled; or NULL */
	struct tl_press_chunk *spare;
	struct tl_buf before; /* the end of the last chunk's text, for the next one */
	bool begun;           /* a chunk was written */
	uint32_t crc;         /* gz: of what was written */
	uint64_t bytes;
};

/* A chunk knows its codec only while it is in the lane. */
struct job {
	struct tl_press_chunk chunk; /* first, so that a pointer to it is one to the job */
	const struct tl_press *press;
};

static const struct tl_press_codec *const codecs[] = {
	[TL_PRESS_GZ] = &tl_press_gz_codec,
	[TL_PRESS_BGZF] = &tl_press_bgzf_codec,
	[TL_PRESS_ZSTD] = &tl_press_zstd_codec,
};
enum { CODECS = sizeof codecs / sizeof *codecs };

/* The level behind the colon; false where it is none. */
static bool get_level(const char *s, int max, int *ret)
{
	char *end;
	if (s[0] < '0' || s[0] > '9')
		return false;
	long n = strtol(s, &end, 10);
	*ret = (int)n;
	return !*end && n >= 1 && n <= max;
}

enum tl_status tl_press_parse(const char *text, struct tl_press_how *ret, struct tl_err *err)
{
	for (int i = TL_PRESS_GZ; i < CODECS; i++) {
		const struct tl_press_codec *codec = codecs[i];
		size_t n = strlen(codec->name);
		if (strncmp(text, codec->name, n) || (text[n] && text[n] != ':'))
			continue;
		*ret = (struct tl_press_how){(enum tl_press_format)i, codec->level};
		if (text[n] && !get_level(text + n + 1, codec->level_max, &ret->level))
			return tl_err_set(err, TL_USAGE,
					  "'%s': the level of %s is a number from 1 to %d", text,
					  codec->name, codec->level_max);
		return TL_OK;
	}
	return tl_err_set(err, TL_USAGE, "'%s' is none of gz, bgzf and zstd, perhaps with :LEVEL",
			  text);
}

static enum tl_status work(void *item, unsigned worker, struct tl_err *err)
{
	struct job *job = item;
	(void)worker;
	return job->press->codec->pack(&job->chunk, job->press->level, err);
}

static void free_chunk(const struct tl_press *press, struct tl_press_chunk *c)
{
	if (!c)
		return;
	press->codec->free_state(c->state);
	tl_buf_free(&c->text);
	tl_buf_free(&c->before);
	tl_buf_free(&c->packed);
	free(c);
}

static void discard(void *item)
{
	struct job *job = item;
	free_chunk(job->press, &job->chunk);
}

static enum tl_status put(struct tl_press *press, struct tl_str s, struct tl_err *err)
{
	return tl_out_put(press->out, s.p, s.n, err);
}

/* The oldest chunk goes out. */
static enum tl_status take(struct tl_press *press, struct tl_err *err)
{
	void *item;
	enum tl_status st = tl_lane_take(press->lane, &item, err);
	struct tl_press_chunk *c = item;
	if (st == TL_OK && !press->begun)
		st = put(press, press->codec->head, err);
	press->begun = true;
	if (st == TL_OK)
		st = put(press, (struct tl_str){c->packed.data, c->packed.len}, err);
	press->crc = (uint32_t)crc32_combine(press->crc, c->crc, (z_off_t)c->text.len);
	press->bytes += c->text.len;
	tl_buf_reset(&c->text);
	tl_buf_reset(&c->before);
	tl_buf_reset(&c->packed);
	c->next = press->spare;
	press->spare = c;
	return st;
}

/* Hands the chunk at hand to the lane; its end is kept for the next one. */
static enum tl_status submit(struct tl_press *press, struct tl_err *err)
{
	struct tl_press_chunk *c = press->chunk;
	enum tl_status st = tl_lane_full(press->lane) ? take(press, err) : TL_OK;
	size_t window = c->text.len < TL_PRESS_WINDOW ? c->text.len : TL_PRESS_WINDOW;
	tl_buf_reset(&press->before);
	if (st == TL_OK && press->codec == &tl_press_gz_codec)
		st = tl_buf_add(&press->before, c->text.data + c->text.len - window, window, err);
	if (st != TL_OK)
		return st;
	press->chunk = NULL;
	tl_lane_put(press->lane, c);
	return TL_OK;
}

static enum tl_status begin_chunk(struct tl_press *press, struct tl_err *err)
{
	struct tl_press_chunk *c = press->spare;
	if (c) {
		press->spare = c->next;
	} else {
		struct job *job = tl_mem_zalloc(1, sizeof *job, err);
		if (!job)
			return TL_NOMEM;
		job->press = press;
		c = &job->chunk;
	}
	press->chunk = c;
	enum tl_status st = tl_buf_reserve(&c->text, press->codec->bytes, err);
	return st == TL_OK ? tl_buf_add(&c->before, press->before.data, press->before.len, err)
			   : st;
}

enum tl_status tl_press_put(struct tl_press *press, const void *p, size_t n, struct tl_err *err)
{
	const uint8_t *at = p;
	enum tl_status st = TL_OK;
	while (n && st == TL_OK) {
		if (!press->chunk && (st = begin_chunk(press, err)) != TL_OK)
			return st;
		struct tl_buf *text = &press->chunk->text;
		size_t room = press->codec->bytes - text->len, fits = n < room ? n : room;
		if ((st = tl_buf_add(text, at, fits, err)) != TL_OK)
			return st;
		at += fits;
		n -= fits;
		if (text->len == press->codec->bytes)
			st = submit(press, err);
	}
	return st;
}

/* Checksum and length, which only gzip has at its end. */
static enum tl_status put_trailer(struct tl_press *press, struct tl_err *err)
{
	uint8_t p[8];
	if (press->codec != &tl_press_gz_codec)
		return TL_OK;
	tl_bits_put32(p, press->crc);
	tl_bits_put32(p + 4, (uint32_t)press->bytes);
	return put(press, (struct tl_str){p, sizeof p}, err);
}

enum tl_status tl_press_end(struct tl_press *press, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	/* No text at all is a chunk too, so that it is a file of the format. */
	if (!press->begun && !tl_lane_pending(press->lane) && !press->chunk)
		st = begin_chunk(press, err);
	if (st == TL_OK && press->chunk)
		st = submit(press, err);
	while (st == TL_OK && tl_lane_pending(press->lane))
		st = take(press, err);
	if (st == TL_OK)
		st = put(press, press->codec->tail, err);
	return st == TL_OK ? put_trailer(press, err) : st;
}

enum tl_status tl_press_open(struct tl_pool *pool, struct tl_out *out,
			     const struct tl_press_how *how, struct tl_press **ret,
			     struct tl_err *err)
{
	size_t threads = tl_pool_threads(pool);
	struct tl_press *press = tl_mem_zalloc(1, sizeof *press, err);
	if (!press)
		return TL_NOMEM;
	press->out = out;
	press->codec = codecs[how->format];
	press->level = how->level;
	enum tl_status st =
		tl_lane_new(pool, threads > 1 ? threads + 1 : 1, work, &press->lane, err);
	if (st != TL_OK) {
		tl_press_free(press);
		return st;
	}
	*ret = press;
	return TL_OK;
}

void tl_press_free(struct tl_press *press)
{
	if (!press)
		return;
	tl_lane_free(press->lane, discard);
	free_chunk(press, press->chunk);
	while (press->spare) {
		struct tl_press_chunk *c = press->spare;
		press->spare = c->next;
		free_chunk(press, c);
	}
	tl_buf_free(&press->before);
	free(press);
}
