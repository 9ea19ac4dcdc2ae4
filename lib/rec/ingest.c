/* SPDX-License-Identifier: MIT */
/* ingest: sequence text files into a record stream.
 *
 * A worker reads a window and cuts it, hands the file on to the next one, and parses what it has
 * just read, while it is in its cache.  In order, ordinals and lines are settled.
 *
 * Contents: 1. one chunk is read  2. it is parsed, as a job of the writer  3. it goes through the
 * sieve  4. one file  5. the object.
 */
#include <tl/ingest.h>

#include <stdlib.h>
#include <string.h>

#include <tl/fasta.h>
#include <tl/hash.h>
#include <tl/inflate.h>
#include <tl/lane.h>
#include <tl/mem.h>
#include <tl/metrics.h>
#include <tl/record.h>
#include <tl/spares.h>

#include "ingest_source.h"

/* The memory of a chunk's records. */
struct columns {
	struct tl_spare spare; /* first */
	struct tl_buf window;  /* the text that they are made of */
	struct tl_batch batch;
	struct tl_payload payload; /* the job's, as long as there is one */
	struct tl_buf packed;
	struct tl_buf marks; /* the sieve's */
};

struct chunk {
	struct tl_job job; /* first: the writer gives back a pointer to it */
	struct tl_ingest *in;
	struct columns *cols; /* of the worker that has drawn it; NULL: nobody has */
	struct tl_ingest_piece piece;
	struct tl_fasta_place place;
	bool refused;       /* the text is neither FASTA nor FASTQ: reason and place say why and where */
	struct tl_err reason;
	struct chunk *next; /* in the list of idle ones */
};

struct tl_ingest {
	struct tl_writer *writer;
	struct tl_ingest_opts opts;
	struct chunk *idle;
	struct tl_spares *columns;
	struct tl_ingest_source source; /* the file at hand, for whoever draws a chunk */
	/* The same, in order: */
	const char *path;           /* for messages */
	uint64_t stray;             /* bytes of text in front of its first record */
	uint64_t lines;             /* line ends in its chunks that were settled */
	bool ended;                 /* its last chunk was settled */
	uint64_t records, bytes;    /* of all files, settled; text read */
	/* With a sieve: */
	struct tl_lane *lane;       /* of chunks being parsed */
	uint64_t dropped, sifted;   /* records of earlier files; bytes of this one that went through */
	bool full, failed;          /* what is still in the lane is not wanted */
};

/* 1. One chunk is read: by one worker at a time, in order. */

static enum tl_status draw_chunk(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	struct chunk *c = (struct chunk *)job;
	c->cols = tl_spares_take(c->in->columns, worker, sizeof *c->cols, err);
	if (!c->cols)
		return TL_NOMEM;
	job->payload = c->cols->payload;
	tl_block_clear(&job->payload);
	job->packed = c->cols->packed;
	return tl_ingest_source_draw(&c->in->source, &c->piece, &c->cols->window, err);
}

/* The same in a lane of ours. */
static enum tl_status draw_item(void *item, unsigned worker, struct tl_err *err)
{
	return draw_chunk(item, worker, err);
}

/* 2. It is parsed, as a job of the writer. */

/* In a worker.  A refusal is kept for settle, which knows the line. */
static enum tl_status parse_chunk(struct chunk *c, struct tl_err *err)
{
	struct tl_job *job = &c->job;
	struct tl_ingest_piece *p = &c->piece;
	struct tl_batch *b = &c->cols->batch;
	if (tl_ingest_source_hash(&c->in->source, p))
		tl_pool_wake(tl_writer_pool(c->in->writer));
	c->refused = false;
	if (!p->len && !p->state.inside) {
		tl_batch_reset(b);
		return TL_OK;
	}
	enum tl_status st = tl_fasta_parse(&p->state, p->text, p->len, &p->next_state, b,
					   &c->place, &c->reason);
	c->refused = st == TL_DATA;
	if (c->refused)
		return TL_OK;
	if (st != TL_OK)
		return tl_err_set(err, st, "%s", c->reason.msg);
	job->head.records = (uint32_t)b->n;
	for (size_t i = 0; i < b->n; i++) {
		job->starts += !(b->flags[i] & TL_REC_IN);
		job->residues += b->length[i];
	}
	if (!c->in->opts.taxonmap)
		return TL_OK;
	return tl_taxonmap_apply(c->in->opts.taxonmap, b, err);
}

static enum tl_status make_chunk(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	struct chunk *c = (struct chunk *)job;
	(void)worker;
	enum tl_status st = parse_chunk(c, err);
	if (st != TL_OK || c->refused)
		return st;
	return tl_record_encode(&c->cols->batch, 0, NULL, &job->payload, err);
}

/* How much of what stands in front of the first record is neither blank nor a comment. */
static uint64_t count_stray(const struct tl_batch *b)
{
	struct tl_str lead = b->n && b->lead.n ? tl_col_get(&b->lead, 0) : (struct tl_str){NULL, 0};
	uint64_t stray = 0;
	bool comment = false, begins = true; /* of the line at hand: is one; nothing but blanks so far */
	for (size_t i = 0; i < lead.n; i++) {
		uint8_t c = lead.p[i];
		bool mark = i < 3 && c == (uint8_t) "\xEF\xBB\xBF"[i]; /* a byte order mark */
		if (c == '\n' || c == '\r') {
			comment = false;
			begins = true;
		} else if (c != ' ' && c != '\t' && !mark) {
			comment = comment || (begins && c == ';');
			begins = false;
			stray += !comment;
		}
	}
	return stray;
}

/* In order: ordinals and lines are known here. */
static enum tl_status settle_chunk(struct tl_job *job, bool *skip, struct tl_err *err)
{
	struct chunk *c = (struct chunk *)job;
	struct tl_ingest *in = c->in;
	if (c->refused)
		return tl_err_set(err, TL_DATA, "%s:%llu:%llu: %s",
				  strcmp(in->path, "-") ? in->path : "standard input",
				  (unsigned long long)(in->lines + c->place.line),
				  (unsigned long long)c->place.column, c->reason.msg);
	const struct tl_batch *b = &c->cols->batch;
	in->ended = in->ended || c->piece.last;
	*skip = b->n == 0;
	bool goes_on = b->n && b->flags[0] & TL_REC_IN;
	job->head.first = in->records - goes_on;
	in->records += job->starts;
	tl_metrics_add(TL_METRICS_RECORDS, job->starts);
	job->last = in->records ? in->records - 1 : 0;
	in->lines += b->n ? c->place.lines : 0;
	in->stray += count_stray(b);
	return TL_OK;
}

static bool hashed(void *ctx)
{
	const struct chunk *c = ctx;
	return !c->cols || tl_ingest_source_hashed(&c->in->source, &c->piece);
}

/* Others may draw into its window as soon as it is hashed. */
static void release_chunk(struct tl_job *job)
{
	struct chunk *c = (struct chunk *)job;
	tl_pool_wait(tl_writer_pool(c->in->writer), hashed, c);
	if (c->cols) {
		c->cols->payload = job->payload;
		c->cols->packed = job->packed;
	}
	tl_spares_give(c->in->columns, c->cols);
	c->next = c->in->idle;
	c->in->idle = c;
}

static struct chunk *take_chunk(struct tl_ingest *in, struct tl_err *err)
{
	struct chunk *c = in->idle;
	if (c)
		in->idle = c->next;
	else if (!(c = tl_mem_zalloc(1, sizeof *c, err)))
		return NULL;
	c->job = (struct tl_job){.head.type = TL_BLOCK_SEQS, .draw = draw_chunk,
				 .make = make_chunk, .settle = settle_chunk,
				 .release = release_chunk};
	c->cols = NULL;
	c->in = in;
	return c;
}

/* 3. It goes through the sieve: it is parsed in a lane of its own, since what is kept depends on
 * ordinals, which are known in order only.  Its job is just a place for the counts. */

/* In a worker. */
static enum tl_status sift_chunk(void *item, unsigned worker, struct tl_err *err)
{
	struct chunk *c = item;
	enum tl_status st = parse_chunk(c, err);
	if (st != TL_OK || c->refused)
		return st;
	return tl_sieve_mark(c->in->opts.sieve, &c->cols->batch, &c->cols->marks, worker, err);
}

/* The oldest chunk out of the lane.  A full sieve reads on until a record of the file is dropped,
 * so that FILE does not say it is complete. */
static enum tl_status take_sifted(struct tl_ingest *in, struct tl_err *err)
{
	void *item;
	bool skip = false;
	struct tl_sieve_sum sum;
	enum tl_status st = tl_lane_take(in->lane, &item, err);
	struct chunk *c = item;
	if (in->full || in->failed) {
		release_chunk(&c->job);
		return TL_OK;
	}
	if (st == TL_OK)
		st = settle_chunk(&c->job, &skip, err);
	if (st == TL_OK && !skip)
		st = tl_sieve_put(in->opts.sieve, &c->cols->batch, &c->cols->marks,
				  c->job.head.first, err);
	in->sifted += c->piece.len;
	release_chunk(&c->job);
	tl_sieve_sum(in->opts.sieve, &sum);
	in->failed = st != TL_OK;
	in->full = tl_sieve_full(in->opts.sieve) && sum.dropped > in->dropped;
	return st;
}

/* Waits for all chunks.  What is wrong behind the place at which the sieve is full is nothing that
 * anybody asked for. */
static enum tl_status drain_sieve(struct tl_ingest *in, enum tl_status st, struct tl_err *err)
{
	struct tl_err why;
	while (tl_lane_pending(in->lane)) {
		enum tl_status now = take_sifted(in, &why);
		if (now != TL_OK) {
			*err = why;
			st = now;
		}
	}
	return st;
}

/* A chunk on its way. */
static enum tl_status put_chunk(struct tl_ingest *in, struct chunk *c, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (!in->lane)
		return tl_writer_put(in->writer, &c->job, err);
	while (st == TL_OK && (tl_lane_full(in->lane) ||
			       (tl_lane_pending(in->lane) && tl_lane_ready(in->lane))))
		st = take_sifted(in, err);
	if (st == TL_OK)
		tl_lane_put_empty(in->lane, c);
	else
		release_chunk(&c->job);
	return st;
}

/* 4. One file. */

static enum tl_status open_file(struct tl_ingest *in, const char *path, struct tl_err *err)
{
	in->path = path;
	in->lines = in->stray = in->sifted = 0;
	in->ended = false;
	return tl_ingest_source_open(&in->source, path, err);
}

/* Puts chunks until one that was settled is the last one. */
static enum tl_status put_chunks(struct tl_ingest *in, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	while (st == TL_OK && !in->ended && !in->full) {
		struct chunk *c = take_chunk(in, err);
		st = c ? put_chunk(in, c, err) : TL_NOMEM;
	}
	return st;
}

/* All chunks of the file are read: what the sieve left of it. */
static enum tl_status end_sieve(struct tl_ingest *in, struct tl_note_file *file, enum tl_status st,
				struct tl_err *err)
{
	struct tl_sieve_sum sum;
	st = drain_sieve(in, st, err);
	tl_sieve_sum(in->opts.sieve, &sum);
	file->missing = sum.dropped - in->dropped;
	in->dropped = sum.dropped;
	return st;
}

enum tl_status tl_ingest_file(struct tl_ingest *in, const char *path, struct tl_err *err)
{
	struct tl_ingest_source *src = &in->source;
	struct tl_note_file file = {.first = in->records};
	if (in->full || (in->lane && tl_sieve_full(in->opts.sieve)))
		return TL_OK;
	enum tl_status st = tl_writer_flush(in->writer, err);
	if (st == TL_OK)
		st = open_file(in, path, err);
	if (st != TL_OK)
		return st;
	st = put_chunks(in, err);
	if (in->lane)
		st = end_sieve(in, &file, st, err);
	if (st == TL_OK)
		st = tl_writer_flush(in->writer, err);
	/* The writer that failed may have chunks under way that draw from it. */
	if (st != TL_OK && !in->lane)
		return st;
	tl_ingest_source_close(src);
	if (st != TL_OK)
		return st;
	file.end = in->records;
	file.alphabet = src->state.alphabet;
	file.text = in->full ? in->sifted : src->bytes;
	if (!in->full)
		file.hash = tl_hash_get(src->hash);
	in->bytes += file.text;
	if (in->opts.keep_names)
		file.name = (struct tl_str){(const uint8_t *)path, strlen(path)};
	return tl_writer_put_file(in->writer, &file, err);
}

/* 5. The object. */

enum tl_status tl_ingest_new(struct tl_writer *w, const struct tl_ingest_opts *opts,
			     struct tl_ingest **ret, struct tl_err *err)
{
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	if (!*ret)
		return TL_NOMEM;
	(*ret)->writer = w;
	(*ret)->opts = *opts;
	if (!opts->window)
		(*ret)->opts.window = TL_INGEST_WINDOW;
	size_t threads = tl_pool_threads(tl_writer_pool(w));
	enum tl_status st = tl_spares_new((unsigned)threads, &(*ret)->columns, err);
	if (st == TL_OK)
		st = tl_ingest_source_begin(&(*ret)->source, &(*ret)->opts, 2 * threads + 4, err);
	if (st == TL_OK && opts->sieve)
		st = tl_lane_new(opts->pool, tl_pool_threads(opts->pool) + 2, sift_chunk,
				 &(*ret)->lane, err);
	if (st == TL_OK && opts->sieve)
		tl_lane_draws((*ret)->lane, draw_item);
	if (st != TL_OK) {
		tl_ingest_free(*ret);
		*ret = NULL;
	}
	return st;
}

uint64_t tl_ingest_records(const struct tl_ingest *in)
{
	return in->records;
}

uint64_t tl_ingest_stray(const struct tl_ingest *in)
{
	return in->stray;
}

uint64_t tl_ingest_bytes(const struct tl_ingest *in)
{
	return in->bytes;
}

static void empty_columns(void *thing)
{
	struct columns *cols = thing;
	tl_buf_free(&cols->window);
	tl_batch_free(&cols->batch);
	tl_buf_free(&cols->marks);
	tl_block_discard(&cols->payload);
	tl_buf_free(&cols->packed);
}

void tl_ingest_free(struct tl_ingest *in)
{
	if (!in)
		return;
	tl_lane_free(in->lane, NULL); /* empty: each file drains it */
	for (struct chunk *c = in->idle, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	tl_spares_free(in->columns, empty_columns);
	tl_ingest_source_end(&in->source);
	free(in);
}
