/* SPDX-License-Identifier: MIT */
/* writer: writing a whole record stream.  man tl-stream(5) sections 2, 8, 10, 11.
 *
 * A worker makes, packs and hashes a block; the writer's thread numbers it and writes it in order.
 *
 * Contents: 1. jobs  2. work  3. writing in order  4. the public functions  5. jobs for what is
 * usual  6. the end.
 */
#include <tl/writer.h>

#include <stdio.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/hash.h>
#include <tl/lane.h>
#include <tl/mem.h>
#include <tl/metr.h>
#include <tl/metrics.h>
#include <tl/record.h>
#include <tl/version.h>

#include "preamble.h"

#define SPARES 8               /* buffers and payloads of written blocks kept, at most */
#define SPARE_BYTES (8u << 20) /* larger ones are not kept */
#define LEDGER_BYTES (8u << 20) /* a recX block is ended at about this size */
#define LEDGER_LEVEL 18 /* of zstd: archives of higher ones are for keeping, and have no recX */
#define LEDGER_SHARE 16 /* recX, not compressed, takes at most that part of the stream */

struct tl_writer {
	struct tl_lane *lane;
	struct tl_out *out;
	struct tl_writer_opts opts;
	uint64_t start; /* bytes in out before the preamble */
	uint64_t number, digest;
	uint64_t records, residues, next;
	struct tl_note_index *index;
	size_t index_n, index_cap;
	struct pages {
		struct tl_ledger ledger;
		uint64_t first; /* number of the first block it tells of */
	} *page;
	size_t pages, page_cap;
	bool unlisted; /* there are records that no ledger tells of */
	struct tl_err err; /* the first failure */
	/* Memory that goes round, as fresh memory costs more than what is done in it. */
	struct tl_buf spare[SPARES];
	struct tl_payload spare_payload[SPARES];
	size_t spares, spare_payloads;
	bool alone; /* one thread: a block is written at once, while it is in cache */
};

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

static void release(void *item)
{
	struct tl_job *job = item;
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
	if (ours && job->packed.data && job->packed.cap <= SPARE_BYTES && w->spares < SPARES) {
		w->spare[w->spares++] = job->packed;
		job->packed = (struct tl_buf){0};
	}
	if (ours && job->make && job->payload.col[0].data &&
	    payload_bytes(&job->payload) <= SPARE_BYTES && w->spare_payloads < SPARES) {
		w->spare_payload[w->spare_payloads++] = job->payload;
		memset(&job->payload, 0, sizeof job->payload);
	}
	release(job);
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
static enum tl_status pack(struct tl_job *job, struct tl_err *err)
{
	const struct tl_writer_opts *opts = &job->writer->opts;
	tl_buf_reset(&job->packed);
	job->parts = opts->codec == TL_CODEC_NONE;
	if (job->parts)
		return tl_block_plan(&job->payload, &job->head, &job->packed, &job->hash, err);
	enum tl_status st = tl_block_pack(&job->payload, opts->codec, opts->level, &job->head,
					  &job->packed, err);
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
		return pack(job, err);
	job->head.stored = (uint32_t)job->packed.len;
	job->hash = tl_hash_64(job->packed.data, job->packed.len);
	return TL_OK;
}

/* 3. Writing in order. */

static bool has_records(uint32_t type)
{
	return type == TL_BLOCK_SEQS || type == TL_BLOCK_DUPS || type == TL_BLOCK_DLTA;
}

static void count(struct tl_writer *w, const struct tl_job *job)
{
	w->records += job->starts;
	w->residues += job->residues;
	if (has_records(job->head.type) && job->head.records && w->next <= job->last)
		w->next = job->last + 1;
}

static enum tl_status note_index(struct tl_writer *w, const struct tl_job *job, struct tl_err *err)
{
	if (!w->opts.index)
		return TL_OK;
	enum tl_status st =
		tl_mem_grow(&w->index, &w->index_cap, w->index_n + 1, sizeof *w->index, err);
	if (st != TL_OK)
		return st;
	w->index[w->index_n++] = (struct tl_note_index){
		.offset = tl_out_bytes(w->out) - w->start,
		.first = job->head.first,
		.last = job->last < job->head.first ? job->head.first : job->last,
		.type = job->head.type,
		.records = job->head.records,
		.flags = job->head.flags,
	};
	return TL_OK;
}

/* The rows of a block of records are written at the end. */
static enum tl_status note_ledger(struct tl_writer *w, const struct tl_job *job, struct tl_err *err)
{
	struct pages *page = w->pages ? &w->page[w->pages - 1] : NULL;
	if (!w->opts.index || !has_records(job->head.type))
		return TL_OK;
	w->unlisted = w->unlisted || job->ledger.rows != job->head.records;
	if (!page || tl_ledger_bytes(&page->ledger) >= LEDGER_BYTES) {
		enum tl_status st =
			tl_mem_grow(&w->page, &w->page_cap, w->pages + 1, sizeof *w->page, err);
		if (st != TL_OK)
			return st;
		page = &w->page[w->pages++];
		*page = (struct pages){.first = w->number};
	}
	return tl_ledger_append(&page->ledger, &job->ledger, err);
}

static enum tl_status write_block(struct tl_writer *w, struct tl_job *job, struct tl_err *err)
{
	uint8_t head[TL_BLOCK_HEADER], check[TL_BLOCK_CHECK];
	job->head.number = w->number++;
	tl_block_put_head(&job->head, head);
	uint64_t sum = tl_block_sum(head, job->hash);
	w->digest = tl_block_chain(w->digest, sum);
	tl_bits_put64(check, sum);
	enum tl_status st = tl_out_put(w->out, head, sizeof head, err);
	if (st == TL_OK)
		st = tl_out_put(w->out, job->packed.data, job->packed.len, err);
	for (size_t i = 0; job->parts && i < job->payload.columns && st == TL_OK; i++) {
		struct tl_str col = tl_block_raw(&job->payload, i);
		st = tl_out_put(w->out, col.p, col.n, err);
	}
	if (st == TL_OK)
		st = tl_out_put(w->out, check, sizeof check, err);
	tl_metrics_add(TL_METRICS_OUTPUT_BYTES, sizeof head + job->head.stored + sizeof check);
	return st;
}

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
		st = note_index(w, job, err);
	if (st == TL_OK && !skip)
		st = note_ledger(w, job, err);
	if (st == TL_OK && !skip) {
		count(w, job);
		st = write_block(w, job, err);
	}
	retire(w, job);
	return st;
}

/* A failure is remembered: a stream with a hole must not go on. */
static enum tl_status fail(struct tl_writer *w, enum tl_status st, struct tl_err *err)
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
	w->out = out;
	if (opts)
		w->opts = *opts;
	w->start = tl_out_bytes(out);
	tl_preamble_put(w->opts.flags, preamble);
	w->digest = tl_preamble_digest(preamble);
	enum tl_status st = tl_out_put(out, preamble, sizeof preamble, err);
	if (st == TL_OK)
		st = tl_lane_new(pool, threads > 1 ? threads + 2 : 1, work, &w->lane, err);
	if (st != TL_OK) {
		tl_mem_free(w);
		return st;
	}
	*ret = w;
	return TL_OK;
}

enum tl_status tl_writer_put(struct tl_writer *w, struct tl_job *job, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (w->err.status != TL_OK) {
		release(job);
		return refuse(w, err);
	}
	job->writer = w;
	equip(w, job);
	while (st == TL_OK && tl_lane_full(w->lane))
		st = write_oldest(w, err);
	if (st != TL_OK) {
		release(job);
		return fail(w, st, err);
	}
	if (job->laid)
		tl_lane_put_on(w->lane, job, job->node, job->laid);
	else
		tl_lane_put(w->lane, job);
	while (st == TL_OK && tl_lane_pending(w->lane) && (w->alone || tl_lane_ready(w->lane)))
		st = write_oldest(w, err);
	return st == TL_OK ? TL_OK : fail(w, st, err);
}

enum tl_status tl_writer_flush(struct tl_writer *w, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (w->err.status != TL_OK)
		return refuse(w, err);
	while (st == TL_OK && tl_lane_pending(w->lane))
		st = write_oldest(w, err);
	return st == TL_OK ? TL_OK : fail(w, st, err);
}

/* 5. Jobs for what is usual. */

struct batch_job {
	struct tl_job job; /* first */
	struct tl_batch batch;
	struct tl_hash128 sum;
	bool has_sum;
};

static enum tl_status make_batch(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	struct batch_job *b = (struct batch_job *)job;
	(void)worker;
	for (size_t i = 0; i < b->batch.n; i++) {
		job->starts += !(b->batch.flags[i] & TL_REC_IN);
		job->residues += b->batch.length[i];
	}
	if (b->batch.n)
		job->last = b->batch.ordinal[b->batch.n - 1];
	if (job->writer->opts.index) {
		enum tl_status st = tl_ledger_add(&job->ledger, &b->batch, job->head.first, err);
		if (st != TL_OK)
			return st;
	}
	return tl_record_encode(&b->batch, job->head.first, b->has_sum ? &b->sum : NULL,
				&job->payload, err);
}

static void release_batch(struct tl_job *job)
{
	tl_batch_free(&((struct batch_job *)job)->batch);
	tl_mem_free(job);
}

enum tl_status tl_writer_put_batch(struct tl_writer *w, struct tl_batch *batch, uint8_t flags,
				   const struct tl_hash128 *opt_sum, struct tl_err *err)
{
	struct batch_job *b = tl_mem_zalloc(1, sizeof *b, err);
	if (!b) {
		tl_batch_free(batch);
		return fail(w, TL_NOMEM, err);
	}
	b->batch = *batch;
	*batch = (struct tl_batch){.kind = b->batch.kind, .alphabet = b->batch.alphabet};
	b->has_sum = opt_sum != NULL;
	if (opt_sum)
		b->sum = *opt_sum;
	b->job.head = (struct tl_block_head){
		.type = tl_record_type(b->batch.kind),
		.flags = flags,
		.first = b->batch.n ? b->batch.ordinal[0] : 0,
		.records = (uint32_t)b->batch.n,
	};
	b->job.spend = true;
	b->job.make = make_batch;
	b->job.release = release_batch;
	return tl_writer_put(w, &b->job, err);
}

struct edge_job {
	struct tl_job job; /* first */
	struct tl_edges edges;
};

static enum tl_status make_edges(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	struct edge_job *e = (struct edge_job *)job;
	(void)worker;
	enum tl_status st = tl_edge_encode(&e->edges, job->head.first, &job->payload, err);
	tl_edge_free(&e->edges);
	return st;
}

static void release_edges(struct tl_job *job)
{
	tl_edge_free(&((struct edge_job *)job)->edges);
	tl_mem_free(job);
}

enum tl_status tl_writer_put_edges(struct tl_writer *w, struct tl_edges *edges, struct tl_err *err)
{
	struct edge_job *e = tl_mem_zalloc(1, sizeof *e, err);
	if (!e) {
		tl_edge_free(edges);
		return fail(w, TL_NOMEM, err);
	}
	e->edges = *edges;
	*edges = (struct tl_edges){0};
	e->job.head = (struct tl_block_head){
		.type = TL_BLOCK_EDGE,
		.first = e->edges.n ? e->edges.a[0] : 0,
		.records = (uint32_t)e->edges.n,
	};
	for (size_t i = 0; i < e->edges.n; i++) {
		uint64_t a = e->edges.a[i], b = e->edges.b[i], high = a > b ? a : b;
		e->job.last = high > e->job.last ? high : e->job.last;
	}
	e->job.spend = true;
	e->job.make = make_edges;
	e->job.release = release_edges;
	return tl_writer_put(w, &e->job, err);
}

enum tl_status tl_writer_put_file(struct tl_writer *w, const struct tl_note_file *f,
				  struct tl_err *err)
{
	struct tl_job *job = tl_writer_job(TL_BLOCK_FILE, 0, f->first, err);
	if (!job)
		return fail(w, TL_NOMEM, err);
	enum tl_status st = tl_note_put_file(f, &job->payload, err);
	if (st != TL_OK) {
		release(job);
		return fail(w, st, err);
	}
	if (f->end > f->first)
		job->last = f->end - 1;
	if (w->next < f->end)
		w->next = f->end;
	return tl_writer_put(w, job, err);
}

enum tl_status tl_writer_put_prov(struct tl_writer *w, const char *text, struct tl_err *err)
{
	struct tl_job *job = tl_writer_job(TL_BLOCK_PROV, 0, 0, err);
	if (!job)
		return fail(w, TL_NOMEM, err);
	struct tl_str s = {(const uint8_t *)text, strlen(text)};
	enum tl_status st = tl_note_put_prov(s, &job->payload, err);
	if (st != TL_OK) {
		release(job);
		return fail(w, st, err);
	}
	return tl_writer_put(w, job, err);
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
		return fail(w, TL_NOMEM, err);
	job->head = item->block.head;
	job->head.first = item->first;
	job->last = last;
	job->starts = starts;
	job->residues = residues;
	/* Compressed now, where the writer compresses and whoever wrote the block did not. */
	if (w->opts.codec != TL_CODEC_NONE && job->head.codec == TL_CODEC_NONE) {
		enum tl_status st = copy_columns(&item->block, &job->payload, err);
		if (st != TL_OK) {
			release(job);
			return fail(w, st, err);
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

/* 6. The end. */

/* Packs and writes a small block at once. */
static enum tl_status write_note(struct tl_writer *w, struct tl_job *job, struct tl_err *err)
{
	enum tl_status st =
		tl_block_pack(&job->payload, TL_CODEC_NONE, 0, &job->head, &job->packed, err);
	if (st != TL_OK)
		return st;
	job->hash = tl_hash_64(job->packed.data, job->packed.len);
	return write_block(w, job, err);
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
		st = note_index(w, job, err);
	if (st == TL_OK)
		st = write_note(w, job, err);
	release(job);
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
	release(job);
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
	release(job);
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
	return st == TL_OK ? TL_OK : fail(w, st, err);
}

void tl_writer_free(struct tl_writer *w)
{
	if (!w)
		return;
	tl_lane_free(w->lane, release);
	for (size_t i = 0; i < w->spares; i++)
		tl_buf_free(&w->spare[i]);
	for (size_t i = 0; i < w->spare_payloads; i++)
		tl_block_discard(&w->spare_payload[i]);
	for (size_t i = 0; i < w->pages; i++)
		tl_ledger_free(&w->page[i].ledger);
	tl_mem_free(w->page);
	tl_mem_free(w->index);
	tl_mem_free(w);
}
