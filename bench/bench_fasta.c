/* SPDX-License-Identifier: MIT */
/* bench_fasta: how fast FASTA text is cut and parsed, and written again, in memory, and how fast a
 * file of it becomes a stream on one thread, beside the limits: memchr to find the lines, memcpy and
 * XXH3-128 to touch each byte, read(2) to get it from the page cache. Each argument is a file of plain
 * FASTA or FASTQ; without one, texts of its own making. Output: TSV of name, file, bytes, seconds
 * (the best of five), GB/s, and the share of its limit: for parse and render that is memcpy, for
 * ingest read(2), memcpy and the hash one after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tl/fasta.h>
#include <tl/hash.h>
#include <tl/ingest.h>
#include <tl/io.h>
#include <tl/text.h>

#define WINDOW (1u << 20)
#define ROUNDS 5

struct text {
	const char *name;
	uint8_t *p;
	size_t n;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *must(void *p)
{
	if (p)
		return p;
	perror("bench_fasta");
	exit(75);
}

static size_t run_memchr(const struct text *t)
{
	size_t lines = 0;
	const uint8_t *p = t->p, *end = t->p + t->n;
	while ((p = memchr(p, '\n', (size_t)(end - p))) && ++p < end)
		lines++;
	return lines;
}

static size_t run_memcpy(const struct text *t)
{
	static uint8_t to[WINDOW];
	for (size_t at = 0; at < t->n; at += WINDOW)
		memcpy(to, t->p + at, t->n - at < WINDOW ? t->n - at : WINDOW);
	return to[0];
}

static size_t run_hash(const struct text *t)
{
	struct tl_err err;
	struct tl_hash_state *h = must(tl_hash_new(&err));
	for (size_t at = 0; at < t->n; at += WINDOW)
		tl_hash_put(h, t->p + at, t->n - at < WINDOW ? t->n - at : WINDOW);
	size_t sum = (size_t)tl_hash_get(h).lo;
	tl_hash_free(h);
	return sum;
}

static void check(enum tl_status st, const struct tl_err *err)
{
	if (st == TL_OK)
		return;
	fprintf(stderr, "bench_fasta: %s\n", err->msg);
	exit(70);
}

/* The file, from the page cache into one window. */
static size_t run_read(const char *path)
{
	static uint8_t to[WINDOW];
	struct tl_err err;
	size_t got = WINDOW, sum = 0;
	int fd;
	check(tl_io_open(path, &fd, &err), &err);
	for (; got == WINDOW; sum += got)
		check(tl_io_read(fd, to, WINDOW, &got, &err), &err);
	tl_io_close(fd);
	return sum;
}

/* The file as a stream that goes nowhere. */
static size_t run_ingest(const char *path)
{
	struct tl_err err;
	struct tl_pool *pool;
	struct tl_out *out;
	struct tl_writer *w;
	struct tl_ingest *in;
	struct tl_ingest_opts opts = {.alphabet = -1};
	check(tl_pool_new(&(struct tl_pool_opts){.threads = 1}, &pool, &err), &err);
	check(tl_out_null(&out, &err), &err);
	check(tl_writer_open(pool, out, NULL, &w, &err), &err);
	check(tl_ingest_new(w, &opts, &in, &err), &err);
	check(tl_ingest_file(in, path, &err), &err);
	check(tl_writer_end(w, tl_ingest_records(in), &err), &err);
	size_t bytes = (size_t)tl_ingest_bytes(in);
	tl_writer_free(w);
	tl_ingest_free(in);
	tl_out_discard(out);
	tl_pool_free(pool);
	return bytes;
}

static size_t render(const struct tl_batch *b, struct tl_buf *out, struct tl_text_style *style)
{
	struct tl_err err;
	tl_buf_reset(out);
	style->fastq = b->format == TL_FORMAT_FASTQ;
	for (size_t i = 0; i < b->n; i++) {
		struct tl_entry e;
		tl_batch_get(b, i, &e);
		if (tl_text_render(&e, b->alphabet, b->width, b->eol, e.resi.p, style, out, &err) !=
		    TL_OK)
			fprintf(stderr, "%s\n", err.msg), exit(70);
	}
	return out->len;
}

/* Parses a text in windows; with render seconds in *ret_render: writes it again too. */
static size_t parse(const struct text *t, double *ret_render)
{
	static struct tl_batch batch;
	static struct tl_buf out;
	struct tl_fasta_state state = tl_fasta_start(t->p, t->n < WINDOW ? t->n : WINDOW), next;
	struct tl_text_style style = {.own = true, .keep_lead = true};
	struct tl_fasta_place place;
	struct tl_err err;
	size_t sum = 0;
	for (size_t at = 0; at < t->n;) {
		size_t have = t->n - at < WINDOW ? t->n - at : WINDOW;
		size_t cut = tl_fasta_cut(&state, t->p + at, have, have == t->n - at, &next);
		if (tl_fasta_parse(&state, t->p + at, cut, &next, &batch, &place, &err) != TL_OK)
			fprintf(stderr, "%s: %s\n", t->name, err.msg), exit(65);
		if (ret_render) {
			double from = now();
			sum += render(&batch, &out, &style);
			*ret_render += now() - from;
		}
		sum += batch.n;
		at += cut;
		state = next;
	}
	return sum;
}

enum { MEMCHR, MEMCPY, HASH, READ, PARSE, RENDER, INGEST, WHATS };

static const char *const names[WHATS] = {"memchr", "memcpy", "hash",  "read",
					 "parse",  "render", "ingest"};

static void report(const struct text *t, const double best[WHATS])
{
	double all = best[READ] + best[MEMCPY] + best[HASH];
	const double limit[WHATS] = {[PARSE] = best[MEMCPY], [RENDER] = best[MEMCPY],
				     [INGEST] = all};
	for (int i = 0; i < WHATS; i++)
		printf("%s\t%s\t%zu\t%.6f\t%.2f\t%.2f\n", names[i], t->name, t->n, best[i],
		       (double)t->n / best[i] / 1e9, limit[i] > 0 ? limit[i] / best[i] : 1);
	fflush(stdout);
}

/* path: the file that holds the text. */
static void bench(const struct text *t, const char *path)
{
	double best[WHATS];
	volatile size_t sink = 0;
	for (int i = 0; i < ROUNDS; i++) {
		for (int what = 0; what < WHATS; what++) {
			double render_time = 0, from = now();
			sink += what == MEMCHR   ? run_memchr(t)
				: what == MEMCPY ? run_memcpy(t)
				: what == HASH   ? run_hash(t)
				: what == READ   ? run_read(path)
				: what == PARSE  ? parse(t, NULL)
				: what == RENDER ? parse(t, &render_time)
						 : run_ingest(path);
			double took = what == RENDER ? render_time : now() - from;
			if (i == 0 || took < best[what])
				best[what] = took;
		}
	}
	(void)sink;
	report(t, best);
}

/* The same of a text that is in no file yet. */
static void bench_made(const struct text *t)
{
	char path[] = "/tmp/bench_fasta.XXXXXX";
	struct tl_err err;
	int fd = mkstemp(path);
	if (fd < 0)
		must(NULL);
	check(tl_io_write(fd, t->p, t->n, &err), &err);
	close(fd);
	bench(t, path);
	unlink(path);
}

/* size bytes of records of about residues letters in lines of width (0: one line). */
static struct text make(const char *name, const char *letters, size_t residues, size_t width,
			size_t size)
{
	struct text t = {name, must(malloc(size + 2 * residues + 256)), 0};
	size_t kinds = strlen(letters);
	uint64_t x = 88172645463325252u;
	for (unsigned record = 0; t.n < size; record++) {
		t.n += (size_t)sprintf((char *)t.p + t.n, ">sp|P%05u|NAME_%u of a record\n", record,
				       record % 977);
		size_t length = residues / 2 + (x >> 20) % residues;
		for (size_t i = 0; i < length; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			t.p[t.n++] = (uint8_t)letters[(x >> 32) % kinds];
			if (i + 1 == length || (width && (i + 1) % width == 0))
				t.p[t.n++] = '\n';
		}
	}
	return t;
}

/* size bytes of reads of so many letters. */
static struct text make_reads(const char *name, size_t letters, size_t size)
{
	struct text t = {name, must(malloc(size + 2 * letters + 256)), 0};
	uint64_t x = 88172645463325252u;
	for (unsigned record = 0; t.n < size; record++) {
		t.n += (size_t)sprintf((char *)t.p + t.n, "@SRR067601.%u %u length=%zu\n", record,
				       record * 7 % 1001, letters);
		for (size_t i = 0; i < 2 * letters; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			unsigned r = (unsigned)(x >> 32);
			t.p[t.n++] = i < letters ? (uint8_t)"ACGT"[r & 3] : (uint8_t)(33 + r % 41);
			if (i + 1 == letters)
				t.n += (size_t)sprintf((char *)t.p + t.n, "\n+\n");
		}
		t.p[t.n++] = '\n';
	}
	return t;
}

static struct text load(const char *name)
{
	struct text t = {name, NULL, 0};
	FILE *f = must(fopen(name, "rb"));
	fseek(f, 0, SEEK_END);
	t.n = (size_t)ftell(f);
	rewind(f);
	t.p = must(malloc(t.n + 1));
	t.n = fread(t.p, 1, t.n, f);
	fclose(f);
	return t;
}

int main(int argc, char **argv)
{
	printf("name\tfile\tbytes\tseconds\tGB/s\tof_limit\n");
	for (int i = 1; i < argc; i++) {
		struct text t = load(argv[i]);
		bench(&t, argv[i]);
		free(t.p);
	}
	if (argc > 1)
		return 0;
	struct text own[] = {
		make("proteins_60", "ACDEFGHIKLMNPQRSTVWY", 400, 60, 32u << 20),
		make("proteins_line", "ACDEFGHIKLMNPQRSTVWY", 400, 0, 32u << 20),
		make("genome_80", "ACGT", 3000000, 80, 32u << 20),
		make("rna_line", "ACGU", 1500, 0, 32u << 20),
		make_reads("reads_150", 150, 32u << 20),
		make_reads("reads_10000", 10000, 32u << 20),
	};
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		bench_made(&own[i]);
		free(own[i].p);
	}
	return 0;
}
