/* SPDX-License-Identifier: MIT */
/* writer_end: what stands at the end of a stream: recX, metr, ENDS, indX. */
#include <stdio.h>

#include <tl/hash.h>
#include <tl/metr.h>
#include <tl/metrics.h>
#include <tl/version.h>

#include "writer_out.h"

#define LEDGER_LEVEL 18 /* of zstd: archives of higher ones are for keeping, and have no recX */
#define LEDGER_SHARE 16 /* recX, not compressed, takes at most that part of the stream */

/* Packs and writes a small block at once. */
static enum tl_status write_note(struct tl_writer *w, struct tl_job *job, struct tl_err *err)
{
	enum tl_status st =
		tl_block_pack(&job->payload, TL_CODEC_NONE, 0, &job->head, &job->packed, err);
	if (st != TL_OK)
		return st;
	job->hash = tl_hash_64(job->packed.data, job->packed.len);
	return tl_writer_out_block(w, job, err);
}

/* What this process has counted so far. */
static enum tl_status write_metr(struct tl_writer *w, struct tl_err *err)
{
	char tool[128];
	struct tl_metrics m;
	if (!w->opts.metrics)
		return TL_OK;
	struct tl_job *job = tl_writer_job(TL_BLOCK_METR, 0, 0, err);
	if (!job)
		return TL_NOMEM;
	snprintf(tool, sizeof tool, "%s %s", w->opts.metrics, TL_VERSION);
	tl_metrics_get(&m);
	enum tl_status st = tl_metr_put(tool, &m, &job->payload, &job->head.records, err);
	if (st == TL_OK)
		st = tl_writer_out_index(w, job, err);
	if (st == TL_OK)
		st = write_note(w, job, err);
	tl_writer_release(job);
	return st;
}

static enum tl_status write_ends(struct tl_writer *w, struct tl_err *err)
{
	struct tl_job *job = tl_writer_job(TL_BLOCK_ENDS, 0, 0, err);
	if (!job)
		return TL_NOMEM;
	struct tl_note_ends ends = {w->records, w->residues, w->number, w->next, w->digest};
	enum tl_status st = tl_note_put_ends(&ends, &job->payload, err);
	if (st == TL_OK)
		st = write_note(w, job, err);
	tl_writer_release(job);
	return st;
}

static bool wants_ledger(const struct tl_writer *w)
{
	size_t bytes = 0;
	for (size_t i = 0; i < w->pages; i++)
		bytes += tl_ledger_bytes(&w->page[i].ledger);
	return w->pages && !w->unlisted && w->opts.level <= LEDGER_LEVEL &&
	       bytes <= (tl_out_bytes(w->out) - w->start) / LEDGER_SHARE;
}

/* A ledger that would cost much beside what it tells of is left out. */
static enum tl_status write_ledger(struct tl_writer *w, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (!wants_ledger(w))
		return TL_OK;
	for (size_t i = 0; i < w->pages && st == TL_OK; i++) {
		const struct pages *page = &w->page[i];
		struct tl_job *job = tl_writer_job(TL_BLOCK_RECX, 0, page->first, err);
		if (!job)
			return TL_NOMEM;
		job->head.records = (uint32_t)page->ledger.rows;
		tl_ledger_encode(&page->ledger, &job->payload);
		st = tl_writer_put(w, job, err);
	}
	return st == TL_OK ? tl_writer_flush(w, err) : st;
}

/* An index that would be too large for a block is left out. */
static enum tl_status write_index(struct tl_writer *w, struct tl_err *err)
{
	if (!w->opts.index || w->index_n > TL_BLOCK_RECORDS / 8)
		return TL_OK;
	struct tl_job *job = tl_writer_job(TL_BLOCK_INDX, 0, 0, err);
	if (!job)
		return TL_NOMEM;
	job->head.records = (uint32_t)w->index_n;
	enum tl_status st = tl_note_put_index(w->index, w->index_n, &job->payload, err);
	if (st == TL_OK)
		st = write_note(w, job, err);
	tl_writer_release(job);
	return st;
}

enum tl_status tl_writer_end(struct tl_writer *w, uint64_t next, struct tl_err *err)
{
	enum tl_status st = tl_writer_flush(w, err);
	if (st != TL_OK)
		return st;
	if (w->next < next)
		w->next = next;
	st = write_ledger(w, err);
	if (st == TL_OK)
		st = write_metr(w, err);
	if (st == TL_OK)
		st = write_ends(w, err);
	if (st == TL_OK)
		st = write_index(w, err);
	return st == TL_OK ? TL_OK : tl_writer_fail(w, st, err);
}
