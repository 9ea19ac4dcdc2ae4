/* SPDX-License-Identifier: MIT */
/* bench_stream: how fast blocks are made and read, and whole streams through a pipe.
 *
 * Usage: bench_stream [MIB]   (of records, 256 unless told)
 * Prints TSV: what, alphabet, codec, threads, GB/s of headers and residues, stored bytes for each
 * of them, and the share of its limit. "pipe" is a writer process and a reader process, each with
 * that many threads; the limit is the "raw pipe", bytes only, for as many bytes as were stored. That
 * of encode and decode without a codec is "hash" of the block (XXH3-64), which both must do.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tl/io.h>
#include <tl/reader.h>
#include <tl/record.h>
#include <tl/writer.h>

#define ENTRIES 3000 /* of 350 residues: about 1 MiB */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(enum tl_status st, const struct tl_err *err)
{
	if (st == TL_OK)
		return;
	fprintf(stderr, "bench_stream: %s\n", err->msg);
	exit(1);
}

static void fill(struct tl_batch *b, enum tl_alphabet alphabet)
{
	struct tl_err err;
	static const char *const letters[] = {"ACDEFGHIKLMNPQRSTVWYLAGS", "ACGT"};
	uint8_t head[60], resi[350];
	uint64_t x = 1;
	*b = (struct tl_batch){.alphabet = alphabet, .width = 60};
	for (uint64_t i = 0; i < ENTRIES; i++) {
		int n = snprintf((char *)head, sizeof head, "sp|P%05d|PROT_%d some description",
				 (int)i, (int)(i * 7 % 1000));
		for (size_t k = 0; k < sizeof resi; k++) {
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
			resi[k] = (uint8_t)letters[alphabet][(x >> 33) % (alphabet ? 4 : 24)];
		}
		struct tl_entry e = {.ordinal = i,
				     .length = sizeof resi,
				     .head = {head, (size_t)n},
				     .resi = {resi, sizeof resi}};
		must(tl_batch_add(b, &e, &err), &err);
	}
}

static size_t text(const struct tl_batch *b)
{
	return b->head.bytes.len + b->resi.bytes.len;
}

/* stored_limit: stored bytes a second at the limit, 0: this is one, or there is none. */
static void row(const char *what, const struct tl_batch *b, unsigned codec, unsigned threads,
		double bytes, double seconds, double stored, double stored_limit)
{
	printf("%s\t%s\t%s\t%u\t%.2f\t%.3f", what, b->alphabet ? "nucleotide" : "protein",
	       tl_block_codec_name(codec), threads, bytes / seconds / 1e9, stored / bytes);
	if (stored_limit > 0)
		printf("\t%.2f\n", stored / seconds / stored_limit);
	else
		printf("\t\n");
	fflush(stdout);
}

static double hash_speed(const struct tl_batch *b, const struct tl_buf *stored, size_t rounds)
{
	volatile uint64_t sink = 0;
	double from = now();
	for (size_t i = 0; i < rounds; i++)
		sink += tl_hash_64(stored->data, stored->len);
	double took = now() - from, bytes = (double)(rounds * stored->len);
	(void)sink;
	row("hash", b, TL_CODEC_NONE, 1, (double)(rounds * text(b)), took, bytes, 0);
	return bytes / took;
}

/* One thread, in memory: encode and pack; open, decode and read. */
static void blocks(const struct tl_batch *b, enum tl_codec codec, size_t rounds)
{
	static struct tl_payload payload;
	struct tl_err err;
	struct tl_block block = {0};
	struct tl_batch out = {0};
	struct tl_hash128 sum;
	bool has;
	uint8_t head[TL_BLOCK_HEADER];
	block.head.type = TL_BLOCK_SEQS;
	block.head.records = (uint32_t)b->n;
	double bytes = (double)(rounds * text(b)), from = now();
	for (size_t i = 0; i < rounds; i++) {
		tl_buf_reset(&block.payload);
		must(tl_record_encode(b, 0, NULL, &payload, &err), &err);
		must(tl_block_pack(&payload, codec, 3, &block.head, &block.payload, &err), &err);
		tl_block_put_head(&block.head, head);
		block.check = tl_block_sum(head, tl_hash_64(block.payload.data, block.payload.len));
	}
	double stored = (double)(rounds * block.payload.len);
	double encode = now() - from, limit = 0;
	if (codec == TL_CODEC_NONE)
		limit = hash_speed(b, &block.payload, rounds);
	row("encode", b, codec, 1, bytes, encode, stored, limit);
	from = now();
	for (size_t i = 0; i < rounds; i++) {
		must(tl_block_open(&block, &err), &err);
		must(tl_block_decode(&block, &err), &err);
		must(tl_record_decode(&block, 0, &out, &sum, &has, &err), &err);
	}
	row("decode", b, codec, 1, bytes, now() - from, stored, limit);
	tl_block_free(&block);
	tl_batch_free(&out);
}

struct source {
	struct tl_job job; /* first */
	const struct tl_batch *batch;
};

static enum tl_status make(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	(void)worker;
	return tl_record_encode(((struct source *)job)->batch, 0, NULL, &job->payload, err);
}

static void write_stream(const struct tl_batch *b, enum tl_codec codec, unsigned threads,
			 size_t rounds)
{
	struct tl_err err;
	struct tl_pool *pool;
	struct tl_out *out;
	struct tl_writer *w;
	struct tl_pool_opts popts = {.threads = threads};
	struct tl_writer_opts wopts = {.codec = codec, .level = 3};
	must(tl_pool_new(&popts, &pool, &err), &err);
	must(tl_out_open("-", &out, &err), &err);
	must(tl_writer_open(pool, out, &wopts, &w, &err), &err);
	for (size_t i = 0; i < rounds; i++) {
		struct source *s = calloc(1, sizeof *s);
		if (!s)
			exit(1);
		s->batch = b;
		s->job.head.type = TL_BLOCK_SEQS;
		s->job.head.first = i * b->n;
		s->job.head.records = (uint32_t)b->n;
		s->job.last = s->job.head.first + b->n - 1;
		s->job.starts = b->n;
		s->job.residues = b->resi.bytes.len;
		s->job.make = make;
		must(tl_writer_put(w, &s->job, &err), &err);
	}
	must(tl_writer_end(w, 0, &err), &err);
	must(tl_out_commit(out, &err), &err);
	tl_writer_free(w);
	tl_pool_free(pool);
}

static double read_stream(unsigned threads)
{
	struct tl_err err;
	struct tl_pool *pool;
	struct tl_reader *r;
	struct tl_item *item;
	struct tl_reader_totals totals;
	struct tl_pool_opts popts = {.threads = threads};
	must(tl_pool_new(&popts, &pool, &err), &err);
	must(tl_reader_open(pool, NULL, 0, NULL, &r, &err), &err);
	for (;;) {
		must(tl_reader_next(r, &item, &err), &err);
		if (!item)
			break;
		tl_reader_recycle(r, item);
	}
	tl_reader_totals_get(r, &totals);
	tl_reader_close(r);
	tl_pool_free(pool);
	return (double)totals.bytes;
}

static void write_raw(size_t n)
{
	struct tl_err err;
	uint8_t *p = calloc(1, 1 << 20);
	if (!p)
		exit(1);
	tl_io_widen(1);
	for (size_t i = 0; i < n; i++)
		must(tl_io_write(1, p, 1 << 20, &err), &err);
	free(p);
}

static double read_raw(void)
{
	struct tl_err err;
	size_t got = 1;
	double all = 0;
	uint8_t *p = malloc(1 << 20);
	if (!p)
		exit(1);
	while (got) {
		must(tl_io_read(0, p, 1 << 20, &got, &err), &err);
		all += (double)got;
	}
	free(p);
	return all;
}

/* A child writes to a pipe which the parent reads as its standard input.  codec -1: bytes only; the
 * speed of what was stored is returned. */
static double through_pipe(const struct tl_batch *b, int codec, unsigned threads, size_t rounds,
			   double limit)
{
	int fd[2];
	fflush(stdout);
	double from = now();
	if (pipe(fd))
		exit(1);
	pid_t child = fork();
	if (child == 0) {
		dup2(fd[1], 1);
		close(fd[0]);
		close(fd[1]);
		if (codec < 0)
			write_raw(rounds);
		else
			write_stream(b, (enum tl_codec)codec, threads, rounds);
		_exit(0);
	}
	dup2(fd[0], 0);
	close(fd[0]);
	close(fd[1]);
	double stored = codec < 0 ? read_raw() : read_stream(threads), took = now() - from;
	waitpid(child, NULL, 0);
	if (codec < 0)
		row("raw pipe", b, 0, 1, stored, took, stored, 0);
	else
		row("pipe", b, (unsigned)codec, threads, (double)(rounds * text(b)), took, stored,
		    limit);
	return stored / took;
}

int main(int argc, char **argv)
{
	size_t mib = argc > 1 ? strtoul(argv[1], NULL, 10) : 256;
	printf("what\talphabet\tcodec\tthreads\tgb_per_s\tstored_per_byte\tof_limit\n");
	for (int alphabet = 0; alphabet < 2; alphabet++) {
		struct tl_batch b;
		fill(&b, (enum tl_alphabet)alphabet);
		for (unsigned codec = 0; codec < TL_CODECS; codec++)
			blocks(&b, (enum tl_codec)codec, codec == TL_CODEC_NONE ? mib : mib / 4);
		double limit = through_pipe(&b, -1, 1, 4 * mib, 0);
		for (unsigned codec = 0; codec < TL_CODECS; codec++)
			for (unsigned threads = 1; threads <= 2; threads++)
				through_pipe(&b, (int)codec, threads, codec ? mib / 4 : 4 * mib,
					     limit);
		tl_batch_free(&b);
	}
	return 0;
}
