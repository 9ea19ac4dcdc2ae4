/* SPDX-License-Identifier: MIT */
/* writer_put: jobs for what is usual: batches, edges, FILE, prov. */
#include <string.h>

#include <tl/mem.h>
#include <tl/record.h>

#include "writer_out.h"

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
		return tl_writer_fail(w, TL_NOMEM, err);
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
		return tl_writer_fail(w, TL_NOMEM, err);
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
		return tl_writer_fail(w, TL_NOMEM, err);
	enum tl_status st = tl_note_put_file(f, &job->payload, err);
	if (st != TL_OK) {
		tl_writer_release(job);
		return tl_writer_fail(w, st, err);
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
		return tl_writer_fail(w, TL_NOMEM, err);
	struct tl_str s = {(const uint8_t *)text, strlen(text)};
	enum tl_status st = tl_note_put_prov(s, &job->payload, err);
	if (st != TL_OK) {
		tl_writer_release(job);
		return tl_writer_fail(w, st, err);
	}
	return tl_writer_put(w, job, err);
}
