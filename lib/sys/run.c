/* SPDX-License-Identifier: MIT */
/* run: records in order, in memory or as blocks of a file. */
#include "run.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <lz4.h>

#include <tl/io.h>
#include <tl/mem.h>

enum tl_status tl_run_put(struct run *r, struct run_file *file, const uint64_t *record, size_t n,
			  struct tl_buf *scratch, struct tl_err *err)
{
	int raw = (int)(n * file->words * sizeof *record), bound = LZ4_compressBound(raw);
	tl_buf_reset(scratch);
	enum tl_status st = tl_buf_reserve(scratch, (size_t)bound, err);
	if (st == TL_OK)
		st = tl_mem_grow(&r->block, &r->cap, r->blocks + 1, sizeof *r->block, err);
	if (st != TL_OK)
		return st;
	int packed = LZ4_compress_default((const char *)record, (char *)scratch->data, raw, bound);
	bool smaller = packed > 0 && packed < raw;
	size_t stored = (size_t)(smaller ? packed : raw);
	uint64_t offset = atomic_fetch_add_explicit(&file->offset, stored, memory_order_relaxed);
	st = tl_budget_spill(file->budget, file->fd, smaller ? (const void *)scratch->data : record,
			     stored, offset, err);
	if (st != TL_OK)
		return st;
	r->block[r->blocks++] =
		(struct run_block){offset, record[0], (uint32_t)stored, (uint32_t)n};
	r->n += n;
	return TL_OK;
}

enum tl_status tl_run_write(struct run *r, struct run_file *file, const uint64_t *record, size_t n,
			    struct tl_err *err)
{
	size_t most = RUN_BLOCK / (file->words * sizeof *record);
	struct tl_buf scratch = {0};
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < n && st == TL_OK; i += most)
		st = tl_run_put(r, file, record + i * file->words, n - i < most ? n - i : most,
				&scratch, err);
	tl_buf_free(&scratch);
	return st;
}

/* Reads the next block, or finds that none is left in the range. */
static enum tl_status fill(struct run_way *w, struct tl_buf *scratch, struct tl_err *err)
{
	const struct run_block *b = &w->run->block[w->next];
	unsigned words = w->file->words;
	w->at = w->end = w->buffer;
	if (w->next == w->run->blocks || b->first > w->to)
		return TL_OK;
	int raw = (int)(b->n * words * sizeof *w->buffer);
	bool packed = (int)b->stored != raw;
	tl_buf_reset(scratch);
	enum tl_status st = packed ? tl_buf_reserve(scratch, b->stored, err) : TL_OK;
	if (st == TL_OK)
		st = tl_io_pread(w->file->fd, packed ? (void *)scratch->data : w->buffer, b->stored,
				 b->offset, err);
	if (st != TL_OK)
		return st;
	if (packed && LZ4_decompress_safe((const char *)scratch->data, (char *)w->buffer,
					  (int)b->stored, raw) != raw)
		return tl_err_set(err, TL_IO, "a temporary file was changed");
	w->next++;
	w->end = w->buffer + (size_t)b->n * words;
	return TL_OK;
}

/* The first of n records in memory whose first word is at least from. */
static const uint64_t *search(const struct run *r, unsigned words, uint64_t from)
{
	size_t lo = 0, hi = r->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r->record[mid * words] < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return r->record + lo * words;
}

/* Ends the way where the record at hand lies behind the range. */
static void bound(struct run_way *w)
{
	if (w->at != w->end && *w->at > w->to)
		w->at = w->end;
}

enum tl_status tl_run_begin(struct run_way *w, const struct run *r, const struct run_file *file,
			    uint64_t from, uint64_t to, struct tl_buf *scratch, struct tl_err *err)
{
	unsigned words = file->words;
	size_t lo = 0, hi = r->blocks;
	*w = (struct run_way){.run = r, .file = file, .to = to};
	if (!r->blocks) {
		w->at = r->n ? search(r, words, from) : NULL;
		w->end = r->n ? r->record + r->n * words : NULL;
		bound(w);
		return TL_OK;
	}
	if (!(w->buffer = tl_mem_alloc(RUN_BLOCK, 1, err)))
		return TL_NOMEM;
	/* The last block that begins below from may have records of the range at its end. */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r->block[mid].first < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	w->next = lo ? lo - 1 : 0;
	enum tl_status st = fill(w, scratch, err);
	while (st == TL_OK && w->at != w->end && *w->at < from) {
		w->at += words;
		if (w->at == w->end)
			st = fill(w, scratch, err);
	}
	bound(w);
	return st;
}

enum tl_status tl_run_step(struct run_way *w, struct tl_buf *scratch, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	w->at += w->file->words;
	if (w->at == w->end && w->buffer)
		st = fill(w, scratch, err);
	bound(w);
	return st;
}

void tl_run_leave(struct run_way *w)
{
	free(w->buffer);
	w->buffer = NULL;
}
