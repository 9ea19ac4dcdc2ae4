/* SPDX-License-Identifier: MIT */
/* test_ingest: text in, blocks out, and the same text again; windows, files, threads, refusals. */
#include <tl/ingest.h>

#include <fcntl.h>

#include <tl/hash.h>

#include "streams.h"
#include "tltest.h"

static const struct tl_ingest_opts guess = {.alphabet = -1};

/* Random records of about n bytes in all, with odd layouts; long_one: one of 2.5 windows. */
static struct tl_buf random_text(size_t n, const char *letters, bool long_one)
{
	struct tl_buf text = {0};
	struct tl_err err = {0};
	char head[64];
	for (size_t i = 0; text.len < n; i++) {
		size_t len = tl_test_below(2000), width = 1 + tl_test_below(80);
		if (long_one && i == 3)
			len = TL_INGEST_WINDOW * 5 / 2;
		const char *eol = tl_test_below(50) ? "\n" : "\r\n";
		int k = snprintf(head, sizeof head, ">r%zu some words%s", i, eol);
		tl_test_ok(tl_buf_add(&text, head, (size_t)k, &err), err);
		for (size_t at = 0; at < len; at++) {
			uint8_t c = (uint8_t)letters[tl_test_below(strlen(letters))];
			tl_test_ok(tl_buf_add(&text, &c, 1, &err), err);
			if (at % width == width - 1 || at + 1 == len)
				tl_test_ok(tl_buf_add(&text, eol, strlen(eol), &err), err);
		}
	}
	return text;
}

/* The file's text, read into a stream and written again. */
static void check_text(const char *name, unsigned threads)
{
	struct tl_buf want = streams_slurp(name);
	streams_ingest(threads, &name, 1, &guess, "out.tl");
	struct streams_all all = streams_read("out.tl");
	struct tl_buf got = streams_text(&all);
	tl_test(streams_same(&want, &got));
	tl_test_eq(all.files, 1);
	tl_test_eq(all.file[0].first, 0);
	tl_test_eq(all.file[0].end, all.totals.next);
	tl_test_eq(all.file[0].missing, 0);
	tl_test_eq(all.file[0].text, want.len);
	struct tl_hash128 hash = tl_hash_128(want.data, want.len);
	tl_test(all.file[0].hash.lo == hash.lo && all.file[0].hash.hi == hash.hi);
	tl_test_eq(all.names[0][0], 0);
	tl_buf_free(&want);
	tl_buf_free(&got);
	streams_forget(&all);
}

/* What tl_ingest_file says of a path. */
static enum tl_status ingest(const char *path, unsigned threads, struct tl_err *err)
{
	struct tl_pool *pool = streams_pool(threads);
	struct streams_sink sink = streams_open(pool, "bad.tl", 0);
	struct tl_ingest *in;
	tl_test_ok(tl_ingest_new(sink.w, &guess, &in, err), *err);
	enum tl_status st = tl_ingest_file(in, path, err);
	tl_writer_free(sink.w);
	tl_ingest_free(in);
	tl_out_discard(sink.out);
	tl_pool_free(pool);
	return st;
}

static void test_small(void)
{
	static const char *const texts[] = {
		">a\nACGT\n",
		">a\nACGT",
		">",
		">a",
		">a\r\nAC\r\nGT\r\n",
		"; note\n\n>a b c\nMKV*\n",
		">a\n\n\n>b\nacgu-N\n\n",
		">a\nAC GT\n>b\n>c\n>d\nT\n",
		"\xEF\xBB\xBF>a\nAC\n",
		">a\rAC\rGT\r>b\rA\r",
		"@a\nAC\n+\n@+\n@b\nA\n+b\nI", "\n@a\r\nAC\r\nGT\r\n+a\r\nIIII\r\n\r\n", "@\n+\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		streams_write("small.fa", texts[i], strlen(texts[i]));
		check_text("small.fa", 1);
		check_text("small.fa", 3);
	}
}

/* Several windows; records on the edges of windows; a record of several windows. */
static void test_windows(void)
{
	struct tl_buf text = random_text(TL_INGEST_WINDOW * 3, "ACGTacgtN", false);
	streams_write("windows.fa", text.data, text.len);
	check_text("windows.fa", 2);
	tl_buf_free(&text);
	text = random_text(TL_INGEST_WINDOW * 7 / 2, "ACGT", true);
	streams_write("long.fa", text.data, text.len);
	check_text("long.fa", 2);
	/* It ends just where a window does, and one byte off. */
	for (size_t n = TL_INGEST_WINDOW - 1; n <= TL_INGEST_WINDOW + 1; n++) {
		streams_write("edge.fa", text.data, n);
		check_text("edge.fa", 2);
		streams_write("edge.fa", text.data, n + TL_INGEST_WINDOW);
		check_text("edge.fa", 2);
	}
	tl_buf_free(&text);
}

/* Reads in windows: one in the middle is longer than two of them, the others are short. */
static void test_reads(void)
{
	struct tl_buf text = {0};
	struct tl_err err = {0};
	char head[64];
	for (size_t i = 0; text.len < TL_INGEST_WINDOW * 8; i++) {
		size_t len = i == 9 ? TL_INGEST_WINDOW * 5 / 2 : tl_test_below(3000);
		int k = snprintf(head, sizeof head, "@r%zu some words\n", i);
		tl_test_ok(tl_buf_add(&text, head, (size_t)k, &err), err);
		for (size_t at = 0; at < 2 * len; at++) {
			uint8_t c = at < len ? (uint8_t)"ACGTacgtN"[tl_test_below(9)]
					     : (uint8_t)(33 + tl_test_below(94));
			if (at == len)
				tl_test_ok(tl_buf_add(&text, "\n+\n", 3, &err), err);
			tl_test_ok(tl_buf_add(&text, &c, 1, &err), err);
		}
		tl_test_ok(tl_buf_add(&text, len ? "\n" : "\n+\n\n", len ? 1 : 4, &err), err);
	}
	streams_write("reads.fq", text.data, text.len);
	check_text("reads.fq", 1);
	check_text("reads.fq", 3);
	struct streams_all all = streams_read("out.tl");
	size_t pieces = 0;
	for (size_t i = 0; i < all.n; i++)
		pieces += (all.entry[i].batch.flags[0] & TL_REC_QUAL_IN) != 0;
	tl_test(pieces >= 2);
	streams_forget(&all);
	/* Cut off in every part of the long one, the place is found. */
	for (size_t at = 0; at < text.len; at += TL_INGEST_WINDOW / 2 + 12345) {
		streams_write("cut.fq", text.data, at);
		char want[200];
		size_t lines = 1, line = 0;
		for (size_t i = 0; i < at; i++)
			if (text.data[i] == '\n') {
				lines++;
				line = i + 1;
			}
		enum tl_status st = ingest(streams_path("cut.fq"), 2, &err);
		if (st == TL_OK)
			continue;
		tl_test_eq(st, TL_DATA);
		snprintf(want, sizeof want, "%s:%zu:%zu: the text ends within a record",
			 streams_path("cut.fq"), lines, at - line + 1);
		tl_test(!strncmp(err.msg, want, strlen(want)));
	}
	tl_buf_free(&text);
}

/* One record of n residues and nothing else; header and body of several windows. */
static void test_one_record(void)
{
	struct tl_buf text = {0};
	struct tl_err err = {0};
	tl_test_ok(tl_buf_fill(&text, '>', 1, &err), err);
	tl_test_ok(tl_buf_fill(&text, 'h', TL_INGEST_WINDOW + 7, &err), err);
	tl_test_ok(tl_buf_fill(&text, '\n', 1, &err), err);
	tl_test_ok(tl_buf_fill(&text, 'M', 3 * (size_t)TL_INGEST_WINDOW, &err), err);
	streams_write("one.fa", text.data, text.len);
	check_text("one.fa", 2);
	struct streams_all all = streams_read("out.tl");
	tl_test(all.n > 3);
	tl_test_eq(all.totals.next, 1);
	tl_test_eq(all.totals.records, 1);
	tl_test_eq(all.totals.residues, 3 * (size_t)TL_INGEST_WINDOW);
	for (size_t i = 0; i < all.n; i++) {
		uint8_t flags = all.entry[i].batch.flags[0];
		tl_test_eq(!(flags & TL_REC_IN), i == 0);
		tl_test_eq(!(flags & TL_REC_OUT), i + 1 == all.n);
	}
	streams_forget(&all);
	tl_buf_free(&text);
}

/* Files of both alphabets, one without records, all in one stream; names kept. */
static void test_files(void)
{
	static const char *const names[] = {"f1.fa", "f2.fa", "f3.fa", "f4.fa"};
	struct tl_ingest_opts opts = {.alphabet = -1, .keep_names = true};
	struct tl_buf text[4] = {random_text(5000, "ACGT", false),
				 {0},
				 random_text(9000, "ACDEFGHIKLMNPQRSTVWY", false),
				 random_text(3000, "ACGU", false)};
	struct tl_buf whole = {0}, got;
	struct tl_err err = {0};
	uint64_t next = 0;
	for (size_t i = 0; i < 4; i++) {
		streams_write(names[i], text[i].data, text[i].len);
		tl_test_ok(tl_buf_add(&whole, text[i].data, text[i].len, &err), err);
	}
	streams_ingest(3, names, 4, &opts, "files.tl");
	struct streams_all all = streams_read("files.tl");
	got = streams_text(&all);
	tl_test(streams_same(&whole, &got));
	tl_test_eq(all.files, 4);
	for (size_t i = 0; i < 4; i++) {
		tl_test_eq(all.file[i].first, next);
		tl_test(all.file[i].end >= next);
		tl_test_eq(all.file[i].end == next, i == 1);
		tl_test_eq(all.file[i].text, text[i].len);
		tl_test_eq(all.file[i].alphabet, i == 1 || i == 2 ? TL_PROTEIN : TL_NUCLEOTIDE);
		tl_test(!strcmp(all.names[i], streams_path(names[i])));
		next = all.file[i].end;
		tl_buf_free(&text[i]);
	}
	tl_test_eq(all.totals.next, next);
	for (size_t i = 0; i < all.n; i++) {
		uint64_t o = all.entry[i].ordinal;
		bool protein = o >= all.file[2].first && o < all.file[2].end;
		tl_test_eq(all.entry[i].batch.alphabet, protein ? TL_PROTEIN : TL_NUCLEOTIDE);
	}
	streams_forget(&all);
	tl_buf_free(&whole);
	tl_buf_free(&got);
}

/* The alphabet asked for, whatever the text looks like. */
static void test_alphabet(void)
{
	static const char *const name = "small.fa";
	static const enum tl_alphabet both[] = {TL_PROTEIN, TL_NUCLEOTIDE};
	for (int i = 0; i < 2; i++) {
		struct tl_ingest_opts opts = {.alphabet = both[i]};
		streams_write(name, ">a\nACGT\n", 8);
		streams_ingest(1, &name, 1, &opts, "out.tl");
		struct streams_all all = streams_read("out.tl");
		tl_test_eq(all.n, 1);
		tl_test_eq(all.entry[0].batch.alphabet, both[i]);
		tl_test_eq(all.file[0].alphabet, both[i]);
		streams_forget(&all);
	}
}

static void test_threads(void)
{
	static const char *const names[] = {"t1.fa", "t2.fa"};
	static const unsigned threads[] = {1, 2, 7};
	struct tl_buf first = {0};
	for (size_t i = 0; i < 2; i++) {
		struct tl_buf text = random_text(TL_INGEST_WINDOW * 5 / 2,
						 i ? "ACGT" : "ACDEFGHIKLMNPQRSTVWY", i);
		streams_write(names[i], text.data, text.len);
		tl_buf_free(&text);
	}
	for (size_t i = 0; i < 3; i++) {
		streams_ingest(threads[i], names, 2, &guess, "threads.tl");
		struct tl_buf got = streams_slurp("threads.tl");
		tl_test(i == 0 || streams_same(&first, &got));
		if (i == 0)
			first = got;
		else
			tl_buf_free(&got);
	}
	tl_buf_free(&first);
}

static void test_refused(void)
{
	static const struct {
		const char *text, *place;
	} bad[] = {
		{"ACGT\n", ":1:1: "},
		{"\n\n  \n  x>a\n", ":4:1: "},
		{"; c\n;\nA", ":3:1: "},
		{"\r\n\r\nfoo\r\n", ":3:1: "},
		{"\xEF\xBB\xBF\nhuh\n", ":2:1: "},
	};
	struct tl_err err = {0};
	char want[200];
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		streams_write("bad.fa", bad[i].text, strlen(bad[i].text));
		tl_test_eq(ingest(streams_path("bad.fa"), 1 + (unsigned)i % 3, &err), TL_DATA);
		snprintf(want, sizeof want, "%s%s", streams_path("bad.fa"), bad[i].place);
		if (strncmp(err.msg, want, strlen(want)))
			printf("# %s\n# %s\n", want, err.msg);
		tl_test(!strncmp(err.msg, want, strlen(want)));
		tl_test(strlen(err.msg) > strlen(want));
	}
	tl_test_eq(ingest(streams_path("none.fa"), 1, &err), TL_NOINPUT);
	tl_test(strstr(err.msg, streams_path("none.fa")) != NULL);
}

/* A file that is refused behind one that is not: lines count from its own beginning. */
static void test_refused_later(void)
{
	struct tl_pool *pool = streams_pool(2);
	struct streams_sink sink = streams_open(pool, "bad.tl", 0);
	struct tl_ingest *in;
	struct tl_err err = {0};
	char want[200];
	streams_write("small.fa", ">a\nACGT\n>b\nA\n", 14);
	streams_write("bad.fa", "\nfoo\n", 5);
	tl_test_ok(tl_ingest_new(sink.w, &guess, &in, &err), err);
	tl_test_ok(tl_ingest_file(in, streams_path("small.fa"), &err), err);
	tl_test_eq(tl_ingest_records(in), 2);
	tl_test_eq(tl_ingest_bytes(in), 14);
	tl_test_eq(tl_ingest_file(in, streams_path("bad.fa"), &err), TL_DATA);
	snprintf(want, sizeof want, "%s:2:1: ", streams_path("bad.fa"));
	tl_test(!strncmp(err.msg, want, strlen(want)));
	tl_writer_free(sink.w);
	tl_ingest_free(in);
	tl_ingest_free(NULL);
	tl_out_discard(sink.out);
	tl_pool_free(pool);
}

static void test_standard_input(void)
{
	struct tl_err err = {0};
	int old = dup(0), fd;
	streams_write("bad.fa", "\n?", 2);
	fd = open(streams_path("bad.fa"), O_RDONLY);
	tl_test(old >= 0 && fd >= 0 && dup2(fd, 0) == 0);
	enum tl_status st = ingest("-", 1, &err);
	tl_test(dup2(old, 0) == 0);
	close(fd);
	close(old);
	tl_test_eq(st, TL_DATA);
	tl_test(!strncmp(err.msg, "standard input:2:1: ", 20));
}

int main(void)
{
	streams_make();
	TL_RUN(test_small);
	TL_RUN(test_windows);
	TL_RUN(test_one_record);
	TL_RUN(test_reads);
	TL_RUN(test_files);
	TL_RUN(test_alphabet);
	TL_RUN(test_threads);
	TL_RUN(test_refused);
	TL_RUN(test_refused_later);
	TL_RUN(test_standard_input);
	streams_remove();
	return tl_test_end();
}
