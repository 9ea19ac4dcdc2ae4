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

#define STEP (256u << 10) /* bytes read and then hashed, as long as they are in cache */

struct chunk {
	struct tl_job job; /* first: the writer gives back a pointer to it */
	struct tl_ingest *in;
	uint8_t *text; /* in the window of the worker that has drawn it, until it is parsed */
	size_t len;
	struct tl_fasta_state state, next_state;
	struct tl_batch batch;
	struct tl_fasta_place place;
	bool last;          /* the text of the file ends with it */
	bool refused;       /* the text is neither FASTA nor FASTQ: reason and place say why and where */
	struct tl_err reason;
	struct tl_buf marks; /* the sieve's */
	struct chunk *next; /* in the list of idle ones */
};

struct tl_ingest {
	struct tl_writer *writer;
	struct tl_ingest_opts opts;
	struct chunk *idle;
	unsigned workers;
	struct tl_buf *window; /* [workers] */
	/* The file at hand, for whoever draws a chunk: */
	struct source {
		struct tl_inflate *text;    /* NULL: none is open */
		struct tl_hash_state *hash; /* of what was drawn so far */
		struct tl_buf rest;         /* what is behind a cut, on its way to the next window */
		struct tl_fasta_state state; /* at the beginning of that */
		uint64_t bytes;             /* of text that went into chunks */
		bool begun, eof, done;      /* a window was read; rest is all there is; not even that */
	} source;
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

/* Makes room for c's window, with the bytes that are behind the last cut at its beginning.  Text
 * lies as far from an aligned place as in its file: read(2) copies more slowly between places that
 * are not aligned alike. */
static enum tl_status begin_window(const struct source *src, struct chunk *c, struct tl_buf *window,
				   struct tl_err *err)
{
	size_t rest = src->rest.len;
	enum tl_status st =
		tl_buf_reserve_aligned(window, c->in->opts.window + TL_BUF_ALIGN, err);
	if (st != TL_OK)
		return st;
	c->text = window->data + src->bytes % TL_BUF_ALIGN;
	c->len = rest;
	if (rest)
		memcpy(c->text, src->rest.data, rest);
	return TL_OK;
}

/* Fills it up. */
static enum tl_status fill(struct source *src, struct chunk *c, struct tl_err *err)
{
	size_t want = c->in->opts.window - c->len, got = 0;
	for (; want && !src->eof; want -= got) {
		size_t step = want < STEP ? want : STEP;
		uint8_t *to = c->text + c->len;
		enum tl_status st = tl_inflate_read(src->text, to, step, &got, err);
		if (st != TL_OK)
			return st;
		tl_hash_put(src->hash, to, got);
		c->len += got;
		tl_metrics_add(TL_METRICS_INPUT_BYTES, got);
		src->eof = got < step;
	}
	return TL_OK;
}

static void start(const struct tl_ingest *in, struct chunk *c)
{
	c->state = tl_fasta_start(c->text, c->len);
	c->state.strict = in->opts.strict;
	if (in->opts.alphabet >= 0)
		c->state.alphabet = (enum tl_alphabet)in->opts.alphabet;
}

/* What is behind the cut is the beginning of the next window. */
static enum tl_status cut_chunk(struct source *src, struct chunk *c, struct tl_err *err)
{
	size_t len = c->len;
	c->len = tl_fasta_cut(&c->state, c->text, len, src->eof, &c->next_state);
	src->state = c->next_state;
	src->bytes += c->len;
	src->done = src->eof && c->len == len;
	tl_buf_reset(&src->rest);
	return tl_buf_add(&src->rest, c->text + c->len, len - c->len, err);
}

/* A window is its worker's own: what is drawn into it lies on the node where it is parsed. */
static void count(const struct chunk *c)
{
	tl_metrics_add(TL_METRICS_LOCAL_BLOCKS, 1);
	tl_metrics_add(TL_METRICS_LOCAL_BYTES, c->len);
	tl_metrics_note(TL_METRICS_BLOCK_BYTES, c->len);
}

static enum tl_status draw_chunk(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	struct chunk *c = (struct chunk *)job;
	struct source *src = &c->in->source;
	c->len = 0;
	c->state = src->state;
	c->last = src->done;
	if (src->done)
		return TL_OK;
	src->done = true; /* unless all goes well */
	enum tl_status st = begin_window(src, c, &c->in->window[worker], err);
	if (st == TL_OK)
		st = fill(src, c, err);
	if (st != TL_OK)
		return st;
	if (!src->begun)
		start(c->in, c);
	src->begun = true;
	st = cut_chunk(src, c, err);
	c->last = src->done;
	if (st == TL_OK && c->len)
		count(c);
	return st;
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
	c->refused = false;
	if (!c->len && !c->state.inside) {
		tl_batch_reset(&c->batch);
		return TL_OK;
	}
	enum tl_status st = tl_fasta_parse(&c->state, c->text, c->len, &c->next_state,
					   &c->batch, &c->place, &c->reason);
	c->refused = st == TL_DATA;
	if (c->refused)
		return TL_OK;
	if (st != TL_OK)
		return tl_err_set(err, st, "%s", c->reason.msg);
	job->head.records = (uint32_t)c->batch.n;
	for (size_t i = 0; i < c->batch.n; i++) {
		job->starts += !(c->batch.flags[i] & TL_REC_IN);
		job->residues += c->batch.length[i];
	}
	if (!c->in->opts.taxonmap)
		return TL_OK;
	return tl_taxonmap_apply(c->in->opts.taxonmap, &c->batch, err);
}

static enum tl_status make_chunk(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	struct chunk *c = (struct chunk *)job;
	(void)worker;
	enum tl_status st = parse_chunk(c, err);
	if (st != TL_OK || c->refused)
		return st;
	return tl_record_encode(&c->batch, 0, NULL, &job->payload, err);
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
	in->ended = in->ended || c->last;
	*skip = c->batch.n == 0;
	bool goes_on = c->batch.n && c->batch.flags[0] & TL_REC_IN;
	job->head.first = in->records - goes_on;
	in->records += job->starts;
	tl_metrics_add(TL_METRICS_RECORDS, job->starts);
	job->last = in->records ? in->records - 1 : 0;
	in->lines += c->batch.n ? c->place.lines : 0;
	in->stray += count_stray(&c->batch);
	return TL_OK;
}

static void release_chunk(struct tl_job *job)
{
	struct chunk *c = (struct chunk *)job;
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
	struct tl_buf packed = c->job.packed;
	struct tl_payload payload = c->job.payload;
	c->job = (struct tl_job){.head.type = TL_BLOCK_SEQS, .draw = draw_chunk,
				 .make = make_chunk, .settle = settle_chunk,
				 .release = release_chunk,
				 .payload = payload, .packed = packed};
	tl_block_clear(&c->job.payload);
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
	return tl_sieve_mark(c->in->opts.sieve, &c->batch, &c->marks, worker, err);
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
		st = tl_sieve_put(in->opts.sieve, &c->batch, &c->marks, c->job.head.first, err);
	in->sifted += c->len;
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

static enum tl_status open_source(struct tl_ingest *in, const char *path, struct tl_err *err)
{
	struct source *src = &in->source;
	enum tl_status st = tl_inflate_open(path, in->opts.pool, &src->text, err);
	if (st != TL_OK)
		return st;
	tl_hash_reset(src->hash);
	tl_buf_reset(&src->rest);
	src->state = (struct tl_fasta_state){0};
	src->bytes = 0;
	src->begun = src->eof = src->done = false;
	in->path = path;
	in->lines = in->stray = in->sifted = 0;
	in->ended = false;
	return TL_OK;
}

/* Nobody draws from it any more. */
static void close_source(struct tl_ingest *in)
{
	tl_inflate_close(in->source.text);
	in->source.text = NULL;
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
	struct source *src = &in->source;
	struct tl_note_file file = {.first = in->records};
	if (in->full || (in->lane && tl_sieve_full(in->opts.sieve)))
		return TL_OK;
	enum tl_status st = tl_writer_flush(in->writer, err);
	if (st == TL_OK)
		st = open_source(in, path, err);
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
	close_source(in);
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
	(*ret)->workers = tl_pool_threads(tl_writer_pool(w));
	(*ret)->window = tl_mem_zalloc((*ret)->workers, sizeof *(*ret)->window, err);
	enum tl_status st = (*ret)->window ? TL_OK : TL_NOMEM;
	if (st == TL_OK)
		st = ((*ret)->source.hash = tl_hash_new(err)) ? TL_OK : TL_NOMEM;
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

void tl_ingest_free(struct tl_ingest *in)
{
	if (!in)
		return;
	tl_lane_free(in->lane, NULL); /* empty: each file drains it */
	for (struct chunk *c = in->idle, *next; c; c = next) {
		next = c->next;
		tl_batch_free(&c->batch);
		tl_buf_free(&c->marks);
		tl_block_discard(&c->job.payload);
		tl_buf_free(&c->job.packed);
		free(c);
	}
	close_source(in);
	for (unsigned i = 0; in->window && i < in->workers; i++)
		tl_buf_free(&in->window[i]);
	free(in->window);
	tl_buf_free(&in->source.rest);
	tl_hash_free(in->source.hash);
	free(in);
}
