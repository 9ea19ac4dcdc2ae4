/* SPDX-License-Identifier: MIT */
/* writer_out: blocks written in order, and what is noted of them. */
#include "writer_out.h"

#include <tl/bits.h>
#include <tl/mem.h>
#include <tl/metrics.h>

#define LEDGER_BYTES (8u << 20) /* a recX block is ended at about this size */

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

enum tl_status tl_writer_out_index(struct tl_writer *w, const struct tl_job *job,
				   struct tl_err *err)
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

enum tl_status tl_writer_out_block(struct tl_writer *w, struct tl_job *job, struct tl_err *err)
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

enum tl_status tl_writer_out_job(struct tl_writer *w, struct tl_job *job, struct tl_err *err)
{
	enum tl_status st = tl_writer_out_index(w, job, err);
	if (st == TL_OK)
		st = note_ledger(w, job, err);
	if (st != TL_OK)
		return st;
	count(w, job);
	return tl_writer_out_block(w, job, err);
}
