/* SPDX-License-Identifier: MIT */
/* store: bytes put one behind the other and read again from anywhere.
 *
 * Only the last chunk is open; a chunk that is full and for which there was no memory is written to
 * its place in the file, and its memory becomes that of the next one. */
#include <tl/store.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tl/io.h>
#include <tl/mem.h>

#include "slab.h"

#define ROOM (TL_STORE_CHUNK + TL_BUF_PAD)

struct tl_store {
	struct tl_budget *budget;
	uint64_t share, bytes, spilled;
	uint8_t **chunk; /* [n] NULL: in the file, at its index x TL_STORE_CHUNK */
	size_t n, cap;
	size_t held; /* chunks for which the budget gave memory */
	struct tl_slab slab; /* where they stand */
	uint8_t *passing; /* memory of the open chunk where the budget gives none any more */
	int fd;           /* -1 until something spills */
};

enum tl_status tl_store_new(struct tl_budget *budget, uint64_t share, struct tl_store **ret,
			    struct tl_err *err)
{
	struct tl_store *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	s->budget = budget;
	s->share = share;
	s->slab.size = ROOM;
	s->fd = -1;
	*ret = s;
	return TL_OK;
}

/* The last chunk, which is full, goes to the file where its memory is only passing. */
static enum tl_status close_chunk(struct tl_store *s, struct tl_err *err)
{
	if (!s->n || s->chunk[s->n - 1] != s->passing)
		return TL_OK;
	enum tl_status st = s->fd < 0 ? tl_budget_temp(s->budget, &s->fd, err) : TL_OK;
	if (st == TL_OK)
		st = tl_budget_spill(s->budget, s->fd, s->passing, TL_STORE_CHUNK,
				     (s->n - 1) * TL_STORE_CHUNK, err);
	if (st != TL_OK)
		return st;
	s->chunk[s->n - 1] = NULL;
	s->spilled += TL_STORE_CHUNK;
	return TL_OK;
}

static enum tl_status open_chunk(struct tl_store *s, struct tl_err *err)
{
	enum tl_status st = close_chunk(s, err);
	if (st == TL_OK)
		st = tl_mem_grow(&s->chunk, &s->cap, s->n + 1, sizeof *s->chunk, err);
	if (st != TL_OK)
		return st;
	bool fits = (s->held + 1) * TL_STORE_CHUNK <= s->share && tl_budget_take(s->budget, ROOM);
	uint8_t *room = fits || !s->passing ? tl_slab_take(&s->slab, err) : s->passing;
	if (!room) {
		tl_budget_give(s->budget, fits ? ROOM : 0);
		return TL_NOMEM;
	}
	if (fits)
		s->held++;
	else
		s->passing = room;
	s->chunk[s->n++] = room;
	return TL_OK;
}

enum tl_status tl_store_put(struct tl_store *s, const void *p, size_t n, struct tl_err *err)
{
	const uint8_t *from = p;
	while (n) {
		size_t at = s->bytes % TL_STORE_CHUNK;
		enum tl_status st = at == 0 ? open_chunk(s, err) : TL_OK;
		if (st != TL_OK)
			return st;
		size_t part = TL_STORE_CHUNK - at < n ? TL_STORE_CHUNK - at : n;
		memcpy(s->chunk[s->n - 1] + at, from, part);
		s->bytes += part;
		from += part;
		n -= part;
	}
	return TL_OK;
}

/* A part that lies in one chunk. */
static enum tl_status copy_part(const struct tl_store *s, uint64_t offset, size_t n, uint8_t *to,
				struct tl_err *err)
{
	const uint8_t *chunk = s->chunk[offset / TL_STORE_CHUNK];
	if (!chunk)
		return tl_io_pread(s->fd, to, n, offset, err);
	memcpy(to, chunk + offset % TL_STORE_CHUNK, n);
	return TL_OK;
}

enum tl_status tl_store_get(const struct tl_store *s, uint64_t offset, size_t n,
			    struct tl_buf *scratch, struct tl_str *ret, struct tl_err *err)
{
	size_t at = offset % TL_STORE_CHUNK;
	*ret = (struct tl_str){NULL, 0};
	if (!n)
		return TL_OK;
	const uint8_t *chunk = s->chunk[offset / TL_STORE_CHUNK];
	if (chunk && n <= TL_STORE_CHUNK - at) {
		*ret = (struct tl_str){chunk + at, n};
		return TL_OK;
	}
	tl_buf_reset(scratch);
	enum tl_status st = tl_buf_reserve(scratch, n, err);
	for (size_t done = 0, part; done < n && st == TL_OK; done += part) {
		at = (offset + done) % TL_STORE_CHUNK;
		part = TL_STORE_CHUNK - at < n - done ? TL_STORE_CHUNK - at : n - done;
		st = copy_part(s, offset + done, part, scratch->data + done, err);
	}
	if (st == TL_OK)
		*ret = (struct tl_str){scratch->data, n};
	return st;
}

void tl_store_fetch(const struct tl_store *s, uint64_t offset, size_t n)
{
	const size_t at = offset % TL_STORE_CHUNK;
	const uint8_t *chunk = n ? s->chunk[offset / TL_STORE_CHUNK] : NULL;
	n = n < TL_STORE_CHUNK - at ? n : TL_STORE_CHUNK - at;
	for (size_t i = 0; chunk && i < n && i < 16 * 64; i += 64)
		__builtin_prefetch(chunk + at + i, 0, 1);
}

uint64_t tl_store_bytes(const struct tl_store *s)
{
	return s->bytes;
}

uint64_t tl_store_spilled(const struct tl_store *s)
{
	return s->spilled;
}

void tl_store_free(struct tl_store *s)
{
	if (!s)
		return;
	tl_budget_give(s->budget, (uint64_t)s->held * ROOM);
	tl_slab_free(&s->slab);
	free(s->chunk);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}
