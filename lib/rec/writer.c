/* SPDX-License-Identifier: MIT */
/* writer: writing a whole record stream.  man tl-stream(5) sections 2, 8, 10, 11.
 *
 * A worker makes, packs and hashes a block; the writer's thread numbers it and writes it in order
 * (writer_out.c).  Jobs for what is usual are in writer_put.c, the end of a stream in writer_end.c.
 *
 * Contents: 1. jobs  2. work  3. the oldest job  4. the public functions.
 */
#include <tl/writer.h>

#include <string.h>

#include <tl/hash.h>
#include <tl/mem.h>

#include "preamble.h"
#include "writer_out.h"

#define SPARE_BYTES (8u << 20) /* larger buffers of written blocks are not kept */

/* 1. Jobs. */

struct tl_job *tl_writer_job(uint32_t type, uint8_t flags, uint64_t first, struct tl_err *err)
{
	struct tl_job *job = tl_mem_zalloc(1, sizeof *job, err);
	if (!job)
		return NULL;
	job->head.type = type;
	job->head.flags = flags;
	job->head.first = job->last = first;
	return job;
}

void tl_writer_release(struct tl_job *job)
{
	tl_ledger_free(&job->ledger);
	if (job->spend || !job->release) {
		tl_block_discard(&job->payload);
		tl_buf_free(&job->packed);
	}
	if (job->release)
		job->release(job);
	else
		tl_mem_free(job);
}

static void discard(void *item)
{
	tl_writer_release(item);
}

static size_t payload_bytes(const struct tl_payload *payload)
{
	size_t bytes = 0;
	for (size_t i = 0; i < TL_BLOCK_COLUMNS; i++)
		bytes += payload->col[i].cap;
	return bytes;
}

/* Releases a job that was written, and keeps its memory. */
static void retire(struct tl_writer *w, struct tl_job *job)
{
	bool ours = job->spend || !job->release;
	if (ours && job->packed.data && job->packed.cap <= SPARE_BYTES &&
	    w->spares < TL_WRITER_SPARES) {
		w->spare[w->spares++] = job->packed;
		job->packed = (struct tl_buf){0};
	}
	if (ours && job->make && job->payload.col[0].data &&
	    payload_bytes(&job->payload) <= SPARE_BYTES && w->spare_payloads < TL_WRITER_SPARES) {
		w->spare_payload[w->spare_payloads++] = job->payload;
		memset(&job->payload, 0, sizeof job->payload);
	}
	tl_writer_release(job);
}

static struct tl_buf spare_buffer(struct tl_writer *w)
{
	struct tl_buf buf = {0};
	if (w->spares)
		buf = w->spare[--w->spares];
	tl_buf_reset(&buf);
	return buf;
}

/* Gives a job that is put the memory of an earlier one. */
static void equip(struct tl_writer *w, struct tl_job *job)
{
	if (job->stored || !(job->spend || !job->release))
		return;
	job->packed = spare_buffer(w);
	if (job->make && !job->payload.col[0].data && w->spare_payloads)
		job->payload = w->spare_payload[--w->spare_payloads];
}

/* 2. Work. */

/* Without a codec the columns are written from where they are. */
static enum tl_status pack(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	const struct tl_writer_opts *opts = &job->writer->opts;
	tl_buf_reset(&job->packed);
	job->parts = opts->codec == TL_CODEC_NONE;
	if (job->parts)
		return tl_block_plan(&job->payload, &job->head, &job->packed, &job->hash, err);
	enum tl_status st = tl_block_pack_in(&job->payload, opts->codec, opts->level,
					     job->writer->room[worker], &job->head, &job->packed,
					     err);
	if (st == TL_OK)
		job->hash = tl_hash_64(job->packed.data, job->packed.len);
	return st;
}

static enum tl_status work(void *item, unsigned worker, struct tl_err *err)
{
	struct tl_job *job = item;
	enum tl_status st = job->make ? job->make(job, worker, err) : TL_OK;
	if (st != TL_OK)
		return st;
	if (!job->stored)
		return pack(job, worker, err);
	job->head.stored = (uint32_t)job->packed.len;
	job->hash = tl_hash_64(job->packed.data, job->packed.len);
	return TL_OK;
}

static enum tl_status draw(void *item, unsigned worker, struct tl_err *err)
{
	struct tl_job *job = item;
	return job->draw(job, worker, err);
}

/* 3. The oldest job. */

/* Takes the oldest job out of the lane and writes it. */
static enum tl_status write_oldest(struct tl_writer *w, struct tl_err *err)
{
	void *item;
	bool skip = false;
	enum tl_status st = tl_lane_take(w->lane, &item, err);
	struct tl_job *job = item;
	if (st == TL_OK && job->settle)
		st = job->settle(job, &skip, err);
	if (st == TL_OK && !skip)
		st = tl_writer_out_job(w, job, err);
	retire(w, job);
	return st;
}

enum tl_status tl_writer_fail(struct tl_writer *w, enum tl_status st, struct tl_err *err)
{
	w->err.status = st;
	if (err)
		w->err = *err;
	return st;
}

static enum tl_status refuse(const struct tl_writer *w, struct tl_err *err)
{
	if (err)
		*err = w->err;
	return w->err.status;
}

/* 4. The public functions. */

enum tl_status tl_writer_open(struct tl_pool *pool, struct tl_out *out,
			      const struct tl_writer_opts *opts, struct tl_writer **ret,
			      struct tl_err *err)
{
	uint8_t preamble[TL_PREAMBLE_SIZE];
	size_t threads = tl_pool_threads(pool);
	struct tl_writer *w = tl_mem_zalloc(1, sizeof *w, err);
	if (!w)
		return TL_NOMEM;
	w->alone = threads == 1;
	w->pool = pool;
	w->out = out;
	if (opts)
		w->opts = *opts;
	w->start = tl_out_bytes(out);
	tl_preamble_put(w->opts.flags, preamble);
	w->digest = tl_preamble_digest(preamble);
	w->room = tl_mem_zalloc(threads, sizeof *w->room, err);
	enum tl_status st = w->room ? tl_out_put(out, preamble, sizeof preamble, err) : TL_NOMEM;
	for (size_t i = 0; i < threads && st == TL_OK; i++)
		st = tl_block_room_new(&w->room[i], err);
	if (st == TL_OK)
		st = tl_lane_new(pool, threads > 1 ? threads + 2 : 1, work, &w->lane, err);
	if (st != TL_OK) {
		tl_writer_free(w);
		return st;
	}
	tl_lane_draws(w->lane, draw);
	*ret = w;
	return TL_OK;
}

struct tl_pool *tl_writer_pool(const struct tl_writer *w)
{
	return w->pool;
}

enum tl_status tl_writer_put(struct tl_writer *w, struct tl_job *job, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (w->err.status != TL_OK) {
		tl_writer_release(job);
		return refuse(w, err);
	}
	job->writer = w;
	equip(w, job);
	while (st == TL_OK && tl_lane_full(w->lane))
		st = write_oldest(w, err);
	if (st != TL_OK) {
		tl_writer_release(job);
		return tl_writer_fail(w, st, err);
	}
	if (job->draw)
		tl_lane_put_empty(w->lane, job);
	else if (job->laid)
		tl_lane_put_on(w->lane, job, job->node, job->laid);
	else
		tl_lane_put(w->lane, job);
	while (st == TL_OK && tl_lane_pending(w->lane) && (w->alone || tl_lane_ready(w->lane)))
		st = write_oldest(w, err);
	return st == TL_OK ? TL_OK : tl_writer_fail(w, st, err);
}

enum tl_status tl_writer_flush(struct tl_writer *w, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (w->err.status != TL_OK)
		return refuse(w, err);
	while (st == TL_OK && tl_lane_pending(w->lane))
		st = write_oldest(w, err);
	return st == TL_OK ? TL_OK : tl_writer_fail(w, st, err);
}

static enum tl_status copy_columns(const struct tl_block *block, struct tl_payload *payload,
				   struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < block->columns && st == TL_OK; i++)
		st = tl_buf_add(tl_block_column(payload, block->col[i].tag), block->col[i].data,
				block->col[i].raw, err);
	return st;
}

enum tl_status tl_writer_forward(struct tl_writer *w, struct tl_item *item, uint64_t last,
				 uint64_t starts, uint64_t residues, struct tl_err *err)
{
	struct tl_job *job = tl_mem_zalloc(1, sizeof *job, err);
	if (!job)
		return tl_writer_fail(w, TL_NOMEM, err);
	job->head = item->block.head;
	job->head.first = item->first;
	job->last = last;
	job->starts = starts;
	job->residues = residues;
	/* Compressed now, where the writer compresses and whoever wrote the block did not. */
	if (w->opts.codec != TL_CODEC_NONE && job->head.codec == TL_CODEC_NONE) {
		enum tl_status st = copy_columns(&item->block, &job->payload, err);
		if (st != TL_OK) {
			tl_writer_release(job);
			return tl_writer_fail(w, st, err);
		}
		return tl_writer_put(w, job, err);
	}
	job->stored = true;
	job->node = item->node;
	job->laid = item->block.payload.len;
	job->packed = item->block.payload;
	item->block.payload = spare_buffer(w);
	item->block.columns = 0;
	item->file.tail = item->file.name = (struct tl_str){NULL, 0};
	return tl_writer_put(w, job, err);
}

void tl_writer_free(struct tl_writer *w)
{
	if (!w)
		return;
	tl_lane_free(w->lane, discard);
	for (size_t i = 0; i < w->spares; i++)
		tl_buf_free(&w->spare[i]);
	for (size_t i = 0; i < w->spare_payloads; i++)
		tl_block_discard(&w->spare_payload[i]);
	for (size_t i = 0; i < w->pages; i++)
		tl_ledger_free(&w->page[i].ledger);
	for (unsigned i = 0; w->room && i < tl_pool_threads(w->pool); i++)
		tl_block_room_free(w->room[i]);
	tl_mem_free(w->room);
	tl_mem_free(w->page);
	tl_mem_free(w->index);
	tl_mem_free(w);
}
