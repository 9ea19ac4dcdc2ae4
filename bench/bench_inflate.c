/* SPDX-License-Identifier: MIT */
/* bench_inflate: how fast packed text comes out of tl_inflate, beside the tool that belongs to
 * the format, in the same run. Each argument is a file of text; without one, a text of its own
 * making. It is packed by the tool of each format; formats whose tool is not installed are left
 * out, and said. Threads 0: without a pool. Output: TSV of file, format, reader, threads, bytes of text, seconds (the best of three), GB/s. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tl/inflate.h>

#define WINDOW (1u << 20)
#define ROUNDS 3

static const struct {
	const char *name, *tool, *pack, *unpack;
} formats[] = {
	{"plain", "cat", "cat", "cat"},
	{"gzip", "gzip", "gzip -c", "gzip -dc"},
	{"BGZF", "bgzip", "bgzip -c", "bgzip -dc"},
	{"BGZF", "bgzip", "bgzip -c", "bgzip -dc -@ 2"},
	{"zstd", "zstd", "zstd -cq", "zstd -dcq"},
	{"lz4", "lz4", "lz4 -cq", "lz4 -dcq"},
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fail(const char *what)
{
	fprintf(stderr, "bench_inflate: %s\n", what);
	exit(70);
}

/* Runs a command of the shell; fails where it does not succeed. */
static double run(const char *command, const char *from, const char *to)
{
	char line[1024];
	if (snprintf(line, sizeof line, "%s <'%s' >'%s'", command, from, to) >= (int)sizeof line)
		fail("the name of a file is too long");
	double start = now();
	if (system(line) != 0)
		fail(line);
	return now() - start;
}

static int is_there(const char *tool)
{
	char line[100];
	snprintf(line, sizeof line, "command -v %s >/dev/null", tool);
	return system(line) == 0;
}

/* Reads all of the file; the bytes of text. */
static size_t read_all(const char *path, struct tl_pool *opt_pool)
{
	static uint8_t text[WINDOW];
	struct tl_inflate *in;
	struct tl_err err;
	size_t got, sum = 0;
	if (tl_inflate_open(path, opt_pool, &in, &err) != TL_OK)
		fail(err.msg);
	do {
		if (tl_inflate_read(in, text, sizeof text, &got, &err) != TL_OK)
			fail(err.msg);
		sum += got;
	} while (got == sizeof text);
	tl_inflate_close(in);
	return sum;
}

static void report(const char *file, size_t i, const char *reader, unsigned threads, size_t bytes,
		   double seconds)
{
	printf("%s\t%s\t%s\t%u\t%zu\t%.6f\t%.2f\n", file, formats[i].name, reader, threads, bytes,
	       seconds, (double)bytes / seconds / 1e9);
	fflush(stdout);
}

static void bench(const char *file, const char *packed, size_t i, struct tl_pool *pool)
{
	double ours[2] = {1e9, 1e9}, theirs = 1e9;
	size_t bytes = 0;
	run(formats[i].pack, file, packed);
	for (int k = 0; k < ROUNDS; k++) {
		for (int p = 0; p < 2; p++) {
			double start = now();
			bytes = read_all(packed, p ? pool : NULL);
			double took = now() - start;
			ours[p] = took < ours[p] ? took : ours[p];
		}
		double took = run(formats[i].unpack, packed, "/dev/null");
		theirs = took < theirs ? took : theirs;
	}
	report(file, i, "tl_inflate", 0, bytes, ours[0]);
	report(file, i, "tl_inflate", tl_pool_threads(pool), bytes, ours[1]);
	report(file, i, formats[i].unpack, 1, bytes, theirs);
}

/* Proteins, as they are for a compressor: letters of unequal frequency, some of it repeated. */
static void make_text(const char *path)
{
	static const char letters[] = "LLLLAAAGGGVVVEEESSSIIKKRRDDTTPPNNQQFFYYMHCW";
	FILE *f = fopen(path, "wb");
	uint64_t x = 88172645463325252u;
	static char line[61];
	if (!f)
		fail(path);
	for (unsigned n = 0; n < 1000000; n++) {
		if (n % 7 == 0)
			fprintf(f, ">sp|P%06u|NAME_%u of a record\n", n, n % 977);
		for (int i = n % 3 ? 0 : 40; i < 60; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			line[i] = letters[(x >> 32) % (sizeof letters - 1)];
		}
		fprintf(f, "%.60s\n", line);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	char packed[] = "/tmp/bench_inflate.XXXXXX", own[] = "/tmp/bench_inflate.XXXXXX";
	struct tl_pool *pool;
	int fd = mkstemp(packed), own_fd = argc > 1 ? -1 : mkstemp(own);
	if (fd < 0 || (argc == 1 && own_fd < 0) ||
	    tl_pool_new(&(struct tl_pool_opts){0}, &pool, NULL) != TL_OK)
		fail("cannot begin");
	if (argc == 1)
		make_text(own);
	printf("file\tformat\treader\tthreads\tbytes\tseconds\tGB/s\n");
	for (int k = 1; k < (argc > 1 ? argc : 2); k++)
		for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
			if (is_there(formats[i].tool))
				bench(argc > 1 ? argv[k] : own, packed, i, pool);
			else
				fprintf(stderr, "no %s: left out\n", formats[i].tool);
	unlink(packed);
	if (argc == 1)
		unlink(own);
	tl_pool_free(pool);
	return 0;
}
