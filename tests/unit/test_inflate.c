/* SPDX-License-Identifier: MIT */
/* Unit test of inflate: plain text, gzip in members of all kinds, and what is refused. */
#include <isa-l/igzip_lib.h>

#include <tl/buf.h>
#include <tl/inflate.h>

#include "tltest.h"

static struct tl_err err;
static char path[256];

/* Puts the bytes into the file at path. */
static void put_file(const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");
	tl_test(f);
	tl_test_eq(fwrite(p, 1, n, f), n);
	tl_test_eq(fclose(f), 0);
}

/* Appends a gzip member that holds the n bytes at p. */
static void add_member(struct tl_buf *out, const void *p, size_t n)
{
	static struct isal_zstream z;
	tl_test_ok(tl_buf_reserve(out, 2 * n + 4096, &err), err);
	isal_deflate_init(&z);
	z.gzip_flag = IGZIP_GZIP;
	z.end_of_stream = 1;
	z.flush = NO_FLUSH;
	z.next_in = (uint8_t *)(uintptr_t)p;
	z.avail_in = (uint32_t)n;
	z.next_out = out->data + out->len;
	z.avail_out = (uint32_t)(2 * n + 4096);
	tl_test_eq(isal_deflate(&z), COMP_OK);
	tl_test_eq(z.avail_in, 0);
	out->len += z.total_out;
}

/* Reads the file at path in pieces of step bytes; appends to out. */
static enum tl_status read_file(size_t step, struct tl_buf *out)
{
	struct tl_inflate *in;
	size_t got = step;
	err.msg[0] = 0;
	enum tl_status st = tl_inflate_open(path, &in, &err);
	if (st != TL_OK)
		return st;
	while (st == TL_OK && got == step) {
		if ((st = tl_buf_reserve(out, step, &err)) != TL_OK)
			break;
		st = tl_inflate_read(in, out->data + out->len, step, &got, &err);
		out->len += st == TL_OK ? got : 0;
	}
	/* The end stays the end. */
	if (st == TL_OK)
		st = tl_inflate_read(in, out->data, 1, &got, &err);
	if (st == TL_OK && got)
		st = TL_INTERNAL;
	tl_inflate_close(in);
	return st;
}

static void comes_back(const struct tl_buf *file, const void *text, size_t n, size_t step)
{
	struct tl_buf out = {0};
	put_file(file->data, file->len);
	tl_test_ok(read_file(step, &out), err);
	tl_test_eq(out.len, n);
	tl_test(!n || !memcmp(out.data, text, n));
	tl_buf_free(&out);
}

static void refused(const void *p, size_t n, const char *why)
{
	struct tl_buf out = {0};
	put_file(p, n);
	enum tl_status st = read_file(1 << 20, &out);
	tl_buf_free(&out);
	tl_test_eq(st, TL_DATA);
	if (!strstr(err.msg, why))
		printf("# message: %s\n", err.msg);
	tl_test(strstr(err.msg, why) && strstr(err.msg, path));
}

static void fill_random(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)"ACGT\n>NN"[tl_test_below(8)];
}

static void test_plain(void)
{
	static uint8_t text[600000];
	fill_random(text, sizeof text);
	static const size_t sizes[] = {0, 1, 2, 15, 16, 17, 1000, sizeof text};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct tl_buf file = {.data = text, .len = sizes[i]};
		comes_back(&file, text, sizes[i], sizes[i] < 20 ? 1 : 65536);
		comes_back(&file, text, sizes[i], 1 << 20);
	}
}

static void test_gzip(void)
{
	static uint8_t text[3000000];
	struct tl_buf file = {0};
	fill_random(text, sizeof text);
	add_member(&file, text, sizeof text);
	tl_test(file.len > 2 * 262144);
	comes_back(&file, text, sizeof text, 1 << 20);
	comes_back(&file, text, sizeof text, 777);
	comes_back(&file, text, sizeof text, sizeof text);
	tl_buf_free(&file);
}

static void test_members(void)
{
	/* Many members of many sizes, so that they end anywhere in the input buffer. */
	static uint8_t text[4000000];
	struct tl_buf file = {0};
	size_t n = 0;
	fill_random(text, sizeof text);
	while (n < sizeof text) {
		size_t part = tl_test_below(5000);
		part = part > sizeof text - n ? sizeof text - n : part;
		add_member(&file, text + n, part);
		n += part;
	}
	add_member(&file, "", 0);
	comes_back(&file, text, n, 1 << 20);
	comes_back(&file, text, n, 1013);
	tl_buf_free(&file);
}

static void test_header_fields(void)
{
	/* The same deflate data behind a header with an extra field, a name and a comment. */
	struct tl_buf member = {0}, file = {0};
	static const uint8_t head[] = "\x1f\x8b\x08\x1c\0\0\0\0\0\xff\x06\0BC\2\0\1\2name\0comment";
	add_member(&member, "ACGT\n", 5);
	tl_test_ok(tl_buf_add(&file, head, sizeof head, &err), err);
	tl_test_ok(tl_buf_add(&file, member.data + 10, member.len - 10, &err), err);
	comes_back(&file, "ACGT\n", 5, 100);
	tl_buf_free(&member);
	tl_buf_free(&file);
}

static void test_zeros_behind(void)
{
	struct tl_buf file = {0};
	add_member(&file, "ACGT\n", 5);
	tl_test_ok(tl_buf_fill(&file, 0, 600000, &err), err);
	comes_back(&file, "ACGT\n", 5, 100);
	file.data[file.len - 1] = 1;
	refused(file.data, file.len, "followed by something else");
	/* A member behind zeros is something else too. */
	file.len = 0;
	add_member(&file, "ACGT\n", 5);
	tl_test_ok(tl_buf_fill(&file, 0, 3, &err), err);
	add_member(&file, "ACGT\n", 5);
	refused(file.data, file.len, "followed by something else");
	tl_buf_free(&file);
}

static void test_junk_behind(void)
{
	struct tl_buf file = {0};
	char where[64];
	add_member(&file, "ACGT\n", 5);
	snprintf(where, sizeof where, "at byte %zu of", file.len);
	tl_test_ok(tl_buf_add(&file, ">a\n", 3, &err), err);
	refused(file.data, file.len, where);
	file.len -= 3;
	tl_test_ok(tl_buf_add(&file, "\x1f and no gzip header", 20, &err), err);
	refused(file.data, file.len, "header is broken");
	tl_buf_free(&file);
}

static void test_truncated(void)
{
	struct tl_buf file = {0};
	uint8_t text[300];
	fill_random(text, sizeof text);
	add_member(&file, text, sizeof text);
	size_t one = file.len;
	add_member(&file, text, sizeof text);
	for (size_t n = 2; n < file.len; n++)
		if (n != one)
			refused(file.data, n, "truncated");
	tl_buf_free(&file);
}

static void test_broken(void)
{
	struct tl_buf file = {0};
	uint8_t text[3000];
	fill_random(text, sizeof text);
	add_member(&file, text, sizeof text);
	for (size_t i = 1; i <= 8; i++) {
		file.data[file.len - i] ^= 16;
		refused(file.data, file.len, "check");
		file.data[file.len - i] ^= 16;
	}
	file.data[2] = 9;
	refused(file.data, file.len, "header is broken");
	file.data[2] = 8;
	file.data[file.len / 2] ^= 255;
	refused(file.data, file.len, "the gzip");
	tl_buf_free(&file);
}

static void test_other_formats(void)
{
	refused("BZh91AY&SY", 10, "the file is bzip2: use \"bzip2 -dc ");
	refused("\xFD" "7zXZ\0\0\4", 8, "the file is xz: use \"xz -dc ");
	refused("\x28\xB5\x2F\xFD" "x", 5, "zstd -dc");
	refused("\x04\x22\x4D\x18", 4, "lz4 -dc");
	refused("PK\3\4", 4, "unzip -p");
	refused("\x1F\x9D\x90", 3, "uncompress -c");
	refused("LZIP\1", 5, "lzip -dc");
}

static void test_no_such_file(void)
{
	struct tl_inflate *in;
	unlink(path);
	tl_test_eq(tl_inflate_open(path, &in, &err), TL_NOINPUT);
	tl_test(strstr(err.msg, path));
	tl_inflate_close(NULL);
}

static void test_standard_input(void)
{
	struct tl_buf file = {0};
	struct tl_inflate *in;
	uint8_t text[100];
	size_t got;
	add_member(&file, "ACGT\n", 5);
	for (int bad = 0; bad < 3; bad++) {
		int fd[2];
		tl_test_eq(pipe(fd), 0);
		tl_test(write(fd[1], bad == 1 ? (const uint8_t *)"BZh9" : file.data,
			      bad == 1 ? 4 : file.len - (bad == 2)) > 0);
		tl_test_eq(dup2(fd[0], 0), 0);
		close(fd[0]);
		close(fd[1]);
		enum tl_status st = tl_inflate_open("-", &in, &err);
		if (bad != 1) {
			tl_test_ok(st, err);
			st = tl_inflate_read(in, text, sizeof text, &got, &err);
			tl_inflate_close(in);
		}
		tl_test_eq(st, bad ? TL_DATA : TL_OK);
		if (bad)
			tl_test(strstr(err.msg, "standard input: "));
		else
			tl_test(got == 5 && !memcmp(text, "ACGT\n", 5));
	}
	tl_buf_free(&file);
}

int main(void)
{
	const char *dir = getenv("TMPDIR");
	snprintf(path, sizeof path, "%s/test_inflate.XXXXXX", dir ? dir : "/tmp");
	int fd = mkstemp(path);
	if (fd < 0) {
		perror(path);
		return 1;
	}
	close(fd);
	TL_RUN(test_plain);
	TL_RUN(test_gzip);
	TL_RUN(test_members);
	TL_RUN(test_header_fields);
	TL_RUN(test_zeros_behind);
	TL_RUN(test_junk_behind);
	TL_RUN(test_truncated);
	TL_RUN(test_broken);
	TL_RUN(test_other_formats);
	TL_RUN(test_no_such_file);
	TL_RUN(test_standard_input);
	unlink(path);
	return tl_test_end();
}
