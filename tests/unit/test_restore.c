/* SPDX-License-Identifier: MIT */
/* test_restore: text that comes back, whole, in part, laid out anew; and text that is not what it
 * was. */
#include <tl/restore.h>

#include <tl/ingest.h>

#include "made.h"

/* Parses texts, each a file of its own, as tl-parse does. */
static int parse(const char *const *text, size_t n)
{
	struct made_stream s;
	struct tl_ingest *in;
	const struct tl_ingest_opts opts = {.alphabet = TL_PROTEIN};
	made_open(&s, 0);
	tl_test_ok(tl_ingest_new(s.w, &opts, &in, &made_err), made_err);
	for (size_t i = 0; i < n; i++) {
		int fd = made_file(text[i], strlen(text[i]));
		tl_test_ok(tl_ingest_file(in, made_name(fd), &made_err), made_err);
		close(fd);
	}
	int fd = made_close(&s, tl_ingest_records(in));
	tl_ingest_free(in);
	return fd;
}

static int restored(int fd, struct tl_restore_opts opts, struct tl_restore_sum *sum)
{
	int to;
	tl_test_ok(made_restore_as(fd, &opts, &to, sum), made_err);
	return to;
}

static const char *const texts[] = {
	"; a comment\n\n>one first\nMKVL\nAAmk\n\nV\n>two\n>three\r\nMKV",
	"",
	"",
	">four  \nM*K-V\n\n\n",
	">one again\nMKVLAAMKV\n>five\nMKVLAAMKVLAAMKVLAAMKVLAA\n",
};

static void test_own_layout(void)
{
	struct tl_restore_sum sum;
	struct tl_buf all = {0};
	for (size_t i = 0; i < 5; i++)
		tl_test_ok(tl_buf_add(&all, texts[i], strlen(texts[i]), &made_err), made_err);
	int text = made_file(all.data, all.len), plain = parse(texts, 5);
	int stream[4] = {plain, made_intern(plain), made_reduced(plain, TL_SELECT_COUNT), -1};
	stream[3] = made_reduced(stream[1], TL_SELECT_BYTES);
	for (int i = 0; i < 4; i++) {
		int fd = restored(stream[i], (struct tl_restore_opts){0}, &sum);
		tl_test(made_same(fd, text));
		tl_test(sum.files == 5 && sum.records == 6 && sum.text == all.len);
		tl_test_eq(sum.residues, 9 + 0 + 3 + 4 + 9 + 24);
		close(fd);
		close(stream[i]);
	}
	close(text);
	tl_buf_free(&all);
}

/* Lines of a width, without what stands before and behind the records. */
static void test_wrap(void)
{
	struct tl_restore_sum sum;
	int plain = parse(texts, 5), one = made_intern(plain);
	int fd = restored(one, (struct tl_restore_opts){.wrap = true, .width = 5}, &sum);
	tl_test(made_is(fd, ">one first\nMKVLA\nAmkV\n>two\n>three\nMKV\n>four  \nM*K-V\n"
			    ">one again\nMKVLA\nAMKV\n>five\nMKVLA\nAMKVL\nAAMKV\nLAAMK\nVLAA\n"));
	tl_test_eq(sum.files, 0);
	close(fd);
	fd = restored(one, (struct tl_restore_opts){.wrap = true}, &sum);
	tl_test(made_is(fd, ">one first\nMKVLAAmkV\n>two\n>three\nMKV\n>four  \nM*K-V\n"
			    ">one again\nMKVLAAMKV\n>five\nMKVLAAMKVLAAMKVLAAMKVLAA\n"));
	close(fd), close(plain), close(one);
}

/* References only: each in its own layout, ended, without the bytes of the file. */
static void test_refs_only(void)
{
	struct tl_restore_sum sum;
	int plain = parse(texts, 5), one = made_intern(plain),
	    archive = made_reduced(one, TL_SELECT_COUNT);
	int fd = restored(archive, (struct tl_restore_opts){.refs_only = true}, &sum);
	tl_test(made_is(fd, ">one first\nMKVL\nAAmk\n\nV\n>two\n>three\r\nMKV\n>four  \nM*K-V\n\n\n"
			    ">five\nMKVLAAMKVLAAMKVLAAMKVLAA\n"));
	tl_test(sum.records == 5 && sum.files == 0);
	close(fd);
	fd = restored(plain, (struct tl_restore_opts){.refs_only = true, .wrap = true, .width = 9},
		      &sum);
	tl_test(made_is(fd, ">one first\nMKVLAAmkV\n>two\n>three\nMKV\n>four  \nM*K-V\n"
			    ">one again\nMKVLAAMKV\n>five\nMKVLAAMKV\nLAAMKVLAA\nMKVLAA\n"));
	close(fd), close(plain), close(one), close(archive);
}

/* Rendered by who calls, without a pool. */
static int restored_alone(int fd, struct tl_restore_opts opts, struct tl_restore_sum *sum)
{
	int to;
	struct tl_reader *r = made_reader(fd, true);
	struct tl_out *out = made_out(&to);
	tl_test_ok(tl_restore_text(r, &opts, out, sum, &made_err), made_err);
	tl_test_ok(tl_out_commit(out, &made_err), made_err);
	tl_reader_close(r);
	return to;
}

/* A text of many chunks, with records longer than one, some in several pieces and some copies. */
static int long_text(void)
{
	static const size_t length[] = {0, 300000, 1, 2500000, 70, 2500000, 900000, 61, 300000};
	struct tl_buf text = {0}, body = {0};
	for (size_t i = 0; i < 3000000; i++)
		tl_test_ok(tl_buf_fill(&body, (uint8_t) "ACDEFGHIKLmnpqrs"[tl_test_below(16)], 1,
				       &made_err),
			   made_err);
	for (size_t i = 0; i < sizeof length / sizeof *length; i++) {
		size_t width = i % 2 ? 61 : 100000;
		tl_test_ok(tl_buf_add(&text, ">r\n", 3, &made_err), made_err);
		for (size_t at = 0; at < length[i]; at += width) {
			size_t left = length[i] - at;
			tl_test_ok(tl_buf_add(&text, body.data + at, left < width ? left : width,
					      &made_err),
				   made_err);
			tl_test_ok(tl_buf_add(&text, "\n", 1, &made_err), made_err);
		}
	}
	int fd = made_file(text.data, text.len);
	tl_buf_free(&text);
	tl_buf_free(&body);
	return fd;
}

static void test_many_chunks(void)
{
	const struct tl_restore_opts looks[] = {
		{0},
		{.wrap = true, .width = 60},
		{.wrap = true},
		{.letters = TL_TEXT_LOWER},
		{.names_only = true},
		{.part = 2, .parts = 2},
		{.refs_only = true, .wrap = true, .width = 7},
	};
	struct tl_restore_sum one, two;
	struct tl_ingest *in;
	const struct tl_ingest_opts iopts = {.alphabet = TL_PROTEIN};
	struct made_stream s;
	int text = long_text();
	made_open(&s, 0);
	tl_test_ok(tl_ingest_new(s.w, &iopts, &in, &made_err), made_err);
	tl_test_ok(tl_ingest_file(in, made_name(text), &made_err), made_err);
	int stream[3] = {made_close(&s, tl_ingest_records(in)), 0, 0};
	tl_ingest_free(in);
	stream[1] = made_intern(stream[0]);
	stream[2] = made_reduced(stream[1], TL_SELECT_COUNT);
	for (int k = 0; k < 3; k++) {
		tl_test(made_comes_back(stream[k], text));
		for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
			int a = restored_alone(stream[k], looks[i], &one);
			int b = restored(stream[k], looks[i], &two);
			tl_test(made_same(a, b) && one.records == two.records);
			tl_test(one.text == two.text && one.residues == two.residues);
			close(a), close(b);
		}
		close(stream[k]);
	}
	close(text);
}

/* Every record is in one part, the parts are equal but for one record. */
static void test_parts(void)
{
	int plain = parse(texts, 5), one = made_intern(plain),
	    archive = made_reduced(one, TL_SELECT_COUNT), stream[3] = {plain, one, archive};
	for (int k = 0; k < 3; k++) {
		struct tl_restore_sum sum;
		uint64_t records = 0, residues = 0;
		for (uint64_t part = 1; part <= 4; part++) {
			int fd = restored(stream[k],
					  (struct tl_restore_opts){.part = part, .parts = 4}, &sum);
			tl_test(sum.records == (part <= 2 ? 2 : 1) && sum.files == 0);
			records += sum.records;
			residues += sum.residues;
			close(fd);
		}
		tl_test(records == 6 && residues == 9 + 0 + 3 + 4 + 9 + 24);
		int fd = restored(stream[k], (struct tl_restore_opts){.part = 2, .parts = 3}, &sum);
		tl_test(made_is(fd, ">two\n>one again\nMKVLAAMKV\n"));
		close(fd);
		close(stream[k]);
	}
}

/* One file, exactly; one that is empty; none. */
static void test_file(void)
{
	struct tl_restore_sum sum;
	int plain = parse(texts, 5), one = made_intern(plain),
	    archive = made_reduced(one, TL_SELECT_COUNT), stream[3] = {plain, one, archive};
	for (int k = 0; k < 3; k++) {
		for (size_t i = 0; i < 5; i++) {
			int fd = restored(stream[k], (struct tl_restore_opts){.file = i + 1}, &sum);
			tl_test(made_is(fd, texts[i]) && sum.files == 1);
			close(fd);
		}
		const struct tl_restore_opts none = {.file = 6};
		int fd;
		tl_test_eq(made_restore_as(stream[k], &none, &fd, &sum), TL_NOINPUT);
		tl_test(strstr(made_err.msg, "no file 6: 5") != NULL);
		close(fd);
		close(stream[k]);
	}
}

/* A file whose text has another length or another hash. */
static void test_wrong_text(void)
{
	static const char good[] = ">r\nMKV\n";
	for (int i = 0; i < 5; i++) {
		struct made_stream s;
		struct tl_batch b = {0};
		struct tl_entry e = {.length = 3,
				     .head = {(const uint8_t *)"r", 1},
				     .resi = {(const uint8_t *)"MKV", 3}};
		struct tl_note_file f = {.end = 1, .text = 7, .hash = tl_hash_128(good, 7)};
		struct tl_restore_sum sum;
		const struct tl_restore_opts opts = {0};
		int to;
		f.text += i == 1;
		f.hash.lo += i == 2;
		f.hash.hi += i == 3;
		f.tail = (struct tl_str){(const uint8_t *)"\n", i == 4};
		made_open(&s, 0);
		tl_test_ok(tl_batch_add(&b, &e, &made_err), made_err);
		made_put(&s, &b, 0);
		tl_test_ok(tl_writer_put_file(s.w, &f, &made_err), made_err);
		int fd = made_close(&s, 1);
		tl_test_eq(made_restore_as(fd, &opts, &to, &sum), i ? TL_DATA : TL_OK);
		tl_test(!i || strstr(made_err.msg, "not that of the original file"));
		close(fd);
		close(to);
	}
}

/* A side string that does not fit its residues. */
static void test_broken_side(void)
{
	static const uint8_t mask[] = {2, 9};
	struct made_stream s;
	struct tl_batch b = {0};
	struct tl_entry e = {
		.ordinal = 0, .length = 3, .resi = {(const uint8_t *)"MKV", 3}, .mask = {mask, 2}};
	const struct tl_restore_opts opts = {0};
	struct tl_restore_sum sum;
	int to;
	made_open(&s, 0);
	tl_test_ok(tl_batch_add(&b, &e, &made_err), made_err);
	made_put(&s, &b, 0);
	made_put_file(&s, (struct tl_str){(const uint8_t *)"", 0}, 0, 1, TL_PROTEIN);
	int fd = made_close(&s, 1);
	tl_test_eq(made_restore_as(fd, &opts, &to, &sum), TL_DATA);
	tl_test(strstr(made_err.msg, "tl|0") != NULL);
	close(fd);
	close(to);
}

int main(void)
{
	TL_RUN(test_own_layout);
	TL_RUN(test_wrap);
	TL_RUN(test_refs_only);
	TL_RUN(test_many_chunks);
	TL_RUN(test_parts);
	TL_RUN(test_file);
	TL_RUN(test_wrong_text);
	TL_RUN(test_broken_side);
	tl_pool_free(made_pool);
	return tl_test_end();
}
