/* SPDX-License-Identifier: MIT */
/* inflate_bgzf: runs of BGZF members, inflated in parallel.
 *
 * The caller's thread cuts the input into batches of whole members, as their lengths are told, and
 * puts them into a lane; workers inflate a batch and compare its checks.
 *
 * Contents: 1. members as they are read  2. a batch in a worker  3. the run.
 */
#include "inflate_bgzf.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/buf.h>
#include <tl/lane.h>
#include <tl/mem.h>

#define HEADER 12         /* of gzip, with the length of the extra field */
#define TRAILER 8         /* CRC and length of the text */
#define TEXT_MAX 65536    /* of a member */
#define BATCH 16          /* members of a batch: up to 1 MiB of text */
#define FLAGS_EXTRA 4     /* the header has an extra field and nothing else */

struct batch {
	struct tl_inflate_bgzf *run;
	uint64_t offset;       /* of packed in the file */
	struct tl_buf packed;  /* n whole members */
	size_t n, size[BATCH];
	struct tl_buf text;
	size_t given;          /* of text */
	struct inflate_state state;
	struct batch *next;    /* in the list of idle ones */
};

struct tl_inflate_bgzf {
	struct tl_inflate_input *in;
	struct tl_lane *lane;
	struct batch *current; /* its text is given out, may be NULL */
	struct batch *idle;
	bool cut_all; /* the run has no further member */
	bool open;    /* its last member so far has text */
};

/* 1. Members as they are read. */

/* Finds BC, of length 2, among the extra subfields; returns the length it tells, or 0. */
static size_t find_size(const uint8_t *p, size_t n)
{
	while (n >= 4) {
		size_t len = tl_bits_get16(p + 2);
		if (len > n - 4)
			return 0;
		if (p[0] == 'B' && p[1] == 'C' && len == 2)
			return (size_t)tl_bits_get16(p + 4) + 1;
		p += 4 + len;
		n -= 4 + len;
	}
	return 0;
}

enum tl_status tl_inflate_bgzf_peek(struct tl_inflate_input *in, size_t *ret_size,
				    struct tl_err *err)
{
	*ret_size = 0;
	enum tl_status st = tl_inflate_input_fill(in, HEADER, err);
	const uint8_t *p = in->data + in->pos;
	if (st != TL_OK || tl_inflate_input_left(in) < HEADER ||
	    memcmp(p, "\x1f\x8b\x08\x04", 4) != 0)
		return st;
	size_t extra = tl_bits_get16(p + 10);
	if ((st = tl_inflate_input_fill(in, HEADER + extra, err)) != TL_OK ||
	    tl_inflate_input_left(in) < HEADER + extra)
		return st;
	size_t size = find_size(in->data + in->pos + HEADER, extra);
	*ret_size = size > HEADER + extra + TRAILER ? size : 0;
	return TL_OK;
}

/* Moves whole members into the batch, as many as it holds. */
static enum tl_status cut_batch(struct tl_inflate_bgzf *run, struct batch *batch,
				struct tl_err *err)
{
	struct tl_inflate_input *in = run->in;
	enum tl_status st;
	size_t size;
	batch->n = 0;
	batch->offset = tl_inflate_input_here(in);
	tl_buf_reset(&batch->packed);
	while (batch->n < BATCH) {
		if ((st = tl_inflate_bgzf_peek(in, &size, err)) != TL_OK)
			return st;
		if (size && (st = tl_inflate_input_fill(in, size, err)) != TL_OK)
			return st;
		const uint8_t *p = in->data + in->pos;
		if (!size || tl_inflate_input_left(in) < size ||
		    tl_bits_get32(p + size - 4) > TEXT_MAX) {
			run->cut_all = true;
			break;
		}
		if ((st = tl_buf_add(&batch->packed, p, size, err)) != TL_OK)
			return st;
		run->open = tl_bits_get32(p + size - 4) > 0;
		batch->size[batch->n++] = size;
		in->pos += size;
	}
	return TL_OK;
}

/* 2. A batch in a worker. */

/* Inflates the member at p behind the text; what is wrong with it, or NULL. */
static const char *inflate_member(struct batch *batch, uint8_t *p, size_t size)
{
	struct inflate_state *s = &batch->state;
	size_t head = HEADER + (size_t)tl_bits_get16(p + 10);
	const uint8_t *trailer = p + size - TRAILER;
	uint32_t length = tl_bits_get32(trailer + 4);
	uint8_t *text = batch->text.data + batch->text.len;
	isal_inflate_init(s);
	s->next_in = p + head;
	s->avail_in = (uint32_t)(size - head - TRAILER);
	s->next_out = text;
	s->avail_out = length;
	int code = isal_inflate_stateless(s);
	if (code == ISAL_OUT_OVERFLOW)
		return "the BGZF member has more text than it tells";
	if (code != ISAL_DECOMP_OK || s->avail_in)
		return "the BGZF member is broken";
	if (s->avail_out)
		return "the BGZF member has less text than it tells";
	if (crc32_gzip_refl(0, text, length) != tl_bits_get32(trailer))
		return "the CRC of the BGZF member does not fit the data";
	batch->text.len += length;
	return NULL;
}

static enum tl_status inflate_batch(void *item, unsigned worker, struct tl_err *err)
{
	struct batch *batch = item;
	size_t at = 0;
	(void)worker;
	tl_buf_reset(&batch->text);
	batch->given = 0;
	enum tl_status st = tl_buf_reserve(&batch->text, (size_t)BATCH * TEXT_MAX, err);
	for (size_t i = 0; i < batch->n && st == TL_OK; i++) {
		const char *wrong = inflate_member(batch, batch->packed.data + at, batch->size[i]);
		if (wrong)
			st = tl_inflate_input_bad(batch->run->in, batch->offset + at, err, "%s",
						  wrong);
		at += batch->size[i];
	}
	return st;
}

/* 3. The run. */

static void put_idle(void *item)
{
	struct batch *batch = item;
	batch->next = batch->run->idle;
	batch->run->idle = batch;
}

static struct batch *take_idle(struct tl_inflate_bgzf *run, struct tl_err *err)
{
	struct batch *batch = run->idle;
	if (batch) {
		run->idle = batch->next;
		return batch;
	}
	if (!(batch = tl_mem_alloc(1, sizeof *batch, err)))
		return NULL;
	batch->run = run;
	batch->packed = batch->text = (struct tl_buf){0};
	return batch;
}

/* Keeps the lane full while there are members. */
static enum tl_status feed(struct tl_inflate_bgzf *run, struct tl_err *err)
{
	while (!run->cut_all && !tl_lane_full(run->lane)) {
		struct batch *batch = take_idle(run, err);
		if (!batch)
			return TL_NOMEM;
		enum tl_status st = cut_batch(run, batch, err);
		if (st == TL_OK && batch->n)
			tl_lane_put(run->lane, batch);
		else
			put_idle(batch);
		if (st != TL_OK)
			return st;
	}
	return TL_OK;
}

/* The next batch becomes the current one; none where the run ends. */
static enum tl_status advance(struct tl_inflate_bgzf *run, struct tl_err *err)
{
	void *item;
	if (run->current)
		put_idle(run->current);
	run->current = NULL;
	enum tl_status st = feed(run, err);
	if (st != TL_OK || !tl_lane_pending(run->lane))
		return st;
	st = tl_lane_take(run->lane, &item, err);
	if (st == TL_OK)
		run->current = item;
	else
		put_idle(item);
	return st;
}

enum tl_status tl_inflate_bgzf_read(struct tl_inflate_bgzf *run, uint8_t *p, size_t n,
				    size_t *ret_got, struct tl_err *err)
{
	*ret_got = 0;
	while (*ret_got < n) {
		struct batch *batch = run->current;
		size_t left = batch ? batch->text.len - batch->given : 0;
		if (!left) {
			enum tl_status st = advance(run, err);
			if (st != TL_OK)
				return st;
			if (!run->current)
				break;
			continue;
		}
		left = left < n - *ret_got ? left : n - *ret_got;
		memcpy(p + *ret_got, batch->text.data + batch->given, left);
		batch->given += left;
		*ret_got += left;
	}
	if (*ret_got < n)
		run->cut_all = false;
	return TL_OK;
}

bool tl_inflate_bgzf_open(const struct tl_inflate_bgzf *run)
{
	return run->open;
}

enum tl_status tl_inflate_bgzf_new(struct tl_inflate_input *in, struct tl_pool *pool,
				   struct tl_inflate_bgzf **ret, struct tl_err *err)
{
	struct tl_inflate_bgzf *run = tl_mem_zalloc(1, sizeof *run, err);
	if (!run)
		return TL_NOMEM;
	run->in = in;
	if (tl_lane_new(pool, 0, inflate_batch, &run->lane, err) != TL_OK) {
		free(run);
		return TL_NOMEM;
	}
	*ret = run;
	return TL_OK;
}

void tl_inflate_bgzf_free(struct tl_inflate_bgzf *run)
{
	if (!run)
		return;
	tl_lane_free(run->lane, put_idle);
	if (run->current)
		put_idle(run->current);
	for (struct batch *batch = run->idle, *next; batch; batch = next) {
		next = batch->next;
		tl_buf_free(&batch->packed);
		tl_buf_free(&batch->text);
		free(batch);
	}
	free(run);
}
