/* SPDX-License-Identifier: MIT */
/* ingest: sequence text files into a record stream.
 *
 * Contents: 1. one chunk as a job of the writer  2. one chunk through the sieve  3. one file
 * 4. the object.
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
	struct tl_buf text;
	struct tl_fasta_state state, next_state;
	struct tl_batch batch;
	struct tl_fasta_place place;
	bool refused;       /* the text is neither FASTA nor FASTQ: reason and place say why and where */
	struct tl_err reason;
	unsigned node;      /* where the text was laid */
	struct tl_buf marks; /* the sieve's */
	struct chunk *next; /* in the list of idle ones */
};

struct tl_ingest {
	struct tl_writer *writer;
	struct tl_ingest_opts opts;
	struct chunk *idle;
	unsigned made; /* chunks, dealt out round the nodes */
	struct tl_hash_state *hash; /* of the file's text so far */
	struct tl_buf rest;         /* what is behind a cut, on its way to the next window */
	const char *path;           /* of the file at hand, for messages */
	uint64_t stray;             /* bytes of text in front of its first record */
	uint64_t lines;             /* line ends in its chunks that were settled */
	uint64_t records, bytes;    /* of all files, settled; text read */
	/* With a sieve: */
	struct tl_lane *lane;       /* of chunks being parsed */
	uint64_t dropped, sifted;   /* records of earlier files; bytes of this one that went through */
	bool full, failed;          /* what is still in the lane is not wanted */
};

/* 1. One chunk as a job of the writer. */

/* In a worker.  A refusal is kept for settle, which knows the line. */
static enum tl_status parse_chunk(struct chunk *c, struct tl_err *err)
{
	struct tl_job *job = &c->job;
	enum tl_status st = tl_fasta_parse(&c->state, c->text.data, c->text.len, &c->next_state,
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
	*skip = c->batch.n == 0;
	bool goes_on = c->batch.n && c->batch.flags[0] & TL_REC_IN;
	job->head.first = in->records - goes_on;
	in->records += job->starts;
	tl_metrics_add(TL_METRICS_RECORDS, job->starts);
	job->last = in->records ? in->records - 1 : 0;
	in->lines += c->place.lines;
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
	else
		c->node = in->opts.pool ? in->made++ % tl_pool_nodes(in->opts.pool) : 0;
	struct tl_buf packed = c->job.packed;
	struct tl_payload payload = c->job.payload;
	c->job = (struct tl_job){.head.type = TL_BLOCK_SEQS, .make = make_chunk,
				 .settle = settle_chunk, .release = release_chunk,
				 .payload = payload, .packed = packed};
	tl_block_clear(&c->job.payload);
	c->in = in;
	return c;
}

/* 2. One chunk through the sieve: it is parsed in a lane of its own, since what is kept depends on
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
	in->sifted += c->text.len;
	release_chunk(&c->job);
	tl_sieve_sum(in->opts.sieve, &sum);
	in->failed = st != TL_OK;
	in->full = tl_sieve_full(in->opts.sieve) && sum.dropped > in->dropped;
	return st;
}

/* Waits for all chunks; st: whether they could be read.  Where the sieve is full before the place
 * at which they could not, nobody asked for that. */
static enum tl_status drain_sieve(struct tl_ingest *in, enum tl_status st, struct tl_err *err)
{
	struct tl_err earlier;
	bool failed = in->failed;
	while (tl_lane_pending(in->lane)) {
		enum tl_status now = take_sifted(in, &earlier);
		if (now != TL_OK) {
			*err = earlier;
			st = now;
		}
	}
	return in->full && !in->failed && !failed ? TL_OK : st;
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
		tl_lane_put(in->lane, c);
	else
		release_chunk(&c->job);
	return st;
}

/* 3. One file. */

/* Fills c's window, whose first bytes may be there already; *ret_eof: the text ends with it. */
static enum tl_status fill(struct tl_ingest *in, struct tl_inflate *src, struct chunk *c,
			   bool *ret_eof, struct tl_err *err)
{
	size_t want = TL_INGEST_WINDOW - c->text.len, got = 0;
	const uint8_t *before = c->text.data;
	enum tl_status st = tl_buf_reserve(&c->text, want, err);
	if (st == TL_OK && c->text.data != before && in->opts.pool)
		tl_pool_lay(in->opts.pool, c->text.data, c->text.cap, c->node);
	for (*ret_eof = false; st == TL_OK && want && !*ret_eof; want -= got) {
		size_t step = want < STEP ? want : STEP;
		uint8_t *to = c->text.data + c->text.len;
		if ((st = tl_inflate_read(src, to, step, &got, err)) != TL_OK)
			return st;
		tl_hash_put(in->hash, to, got);
		c->text.len += got;
		tl_metrics_add(TL_METRICS_INPUT_BYTES, got);
		*ret_eof = got < step;
	}
	return st;
}

static void start(const struct tl_ingest *in, struct chunk *c)
{
	c->state = tl_fasta_start(c->text.data, c->text.len);
	c->state.strict = in->opts.strict;
	if (in->opts.alphabet >= 0)
		c->state.alphabet = (enum tl_alphabet)in->opts.alphabet;
}

/* Hands the window over up to its cut; what is behind is the beginning of *ret_next, which is NULL
 * at the end of the text. */
static enum tl_status hand_over(struct tl_ingest *in, struct chunk *c, size_t cut, bool eof,
				struct chunk **ret_next, struct tl_err *err)
{
	bool more = !eof || cut < c->text.len;
	struct tl_fasta_state state = c->next_state;
	*ret_next = NULL;
	tl_buf_reset(&in->rest);
	enum tl_status st = tl_buf_add(&in->rest, c->text.data + cut, c->text.len - cut, err);
	if (st != TL_OK) {
		release_chunk(&c->job);
		return st;
	}
	c->text.len = cut;
	c->job.node = c->node;
	c->job.laid = cut;
	/* Put first: with one thread it is done then, and its memory, still in cache, is the next
	 * window's. */
	if ((st = put_chunk(in, c, err)) != TL_OK || !more)
		return st;
	if (!(c = take_chunk(in, err)))
		return TL_NOMEM;
	c->state = state;
	*ret_next = c;
	tl_buf_reset(&c->text);
	return tl_buf_add(&c->text, in->rest.data, in->rest.len, err);
}

/* Reads windows and hands each over, the bytes behind its cut being the beginning of the next. */
static enum tl_status read_chunks(struct tl_ingest *in, struct tl_inflate *src,
				  struct tl_note_file *file, struct tl_err *err)
{
	bool eof = false;
	enum tl_status st = TL_OK;
	struct chunk *c = take_chunk(in, err);
	if (!c)
		return TL_NOMEM;
	tl_buf_reset(&c->text);
	while (st == TL_OK && c && !in->full) {
		bool first = file->text == 0;
		if (!eof && (st = fill(in, src, c, &eof, err)) != TL_OK)
			break;
		if (first)
			start(in, c);
		if (!c->text.len && !c->state.inside)
			break;
		size_t cut = tl_fasta_cut(&c->state, c->text.data, c->text.len, eof, &c->next_state);
		file->alphabet = c->state.alphabet;
		file->text += cut;
		st = hand_over(in, c, cut, eof, &c, err);
	}
	if (c)
		release_chunk(&c->job);
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
	if (in->full)
		file->text = in->sifted;
	return st;
}

enum tl_status tl_ingest_file(struct tl_ingest *in, const char *path, struct tl_err *err)
{
	struct tl_inflate *src;
	struct tl_note_file file = {.first = in->records};
	if (in->full || (in->lane && tl_sieve_full(in->opts.sieve)))
		return TL_OK;
	in->sifted = 0;
	enum tl_status st = tl_inflate_open(path, in->opts.pool, &src, err);
	if (st != TL_OK)
		return st;
	in->path = path;
	in->lines = 0;
	in->stray = 0;
	tl_hash_reset(in->hash);
	st = read_chunks(in, src, &file, err);
	tl_inflate_close(src);
	if (in->lane)
		st = end_sieve(in, &file, st, err);
	if (st == TL_OK)
		st = tl_writer_flush(in->writer, err);
	if (st != TL_OK)
		return st;
	file.end = in->records;
	if (!in->full)
		file.hash = tl_hash_get(in->hash);
	in->bytes += file.text;
	if (in->opts.keep_names)
		file.name = (struct tl_str){(const uint8_t *)path, strlen(path)};
	return tl_writer_put_file(in->writer, &file, err);
}

/* 4. The object. */

enum tl_status tl_ingest_new(struct tl_writer *w, const struct tl_ingest_opts *opts,
			     struct tl_ingest **ret, struct tl_err *err)
{
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	if (!*ret)
		return TL_NOMEM;
	(*ret)->writer = w;
	(*ret)->opts = *opts;
	(*ret)->hash = tl_hash_new(err);
	enum tl_status st = (*ret)->hash ? TL_OK : TL_NOMEM;
	if (st == TL_OK && opts->sieve)
		st = tl_lane_new(opts->pool, tl_pool_threads(opts->pool) + 2, sift_chunk,
				 &(*ret)->lane, err);
	if (st == TL_OK)
		return TL_OK;
	tl_hash_free((*ret)->hash);
	free(*ret);
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
		tl_buf_free(&c->text);
		tl_batch_free(&c->batch);
		tl_buf_free(&c->marks);
		tl_block_discard(&c->job.payload);
		tl_buf_free(&c->job.packed);
		free(c);
	}
	tl_buf_free(&in->rest);
	tl_hash_free(in->hash);
	free(in);
}
