/* SPDX-License-Identifier: MIT */
/* Unit test of inflate: plain text, gzip in members of all kinds, and what is refused. */
#include "packed.h"

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
	add_gzip(&file, text, sizeof text);
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
		add_gzip(&file, text + n, part);
		n += part;
	}
	add_gzip(&file, "", 0);
	comes_back(&file, text, n, 1 << 20);
	comes_back(&file, text, n, 1013);
	tl_buf_free(&file);
}

static void test_header_fields(void)
{
	/* The same deflate data behind a header with an extra field, a name and a comment. */
	struct tl_buf member = {0}, file = {0};
	static const uint8_t head[] = "\x1f\x8b\x08\x1c\0\0\0\0\0\xff\x06\0BC\2\0\1\2name\0comment";
	add_gzip(&member, "ACGT\n", 5);
	add(&file, head, sizeof head);
	add(&file, member.data + 10, member.len - 10);
	comes_back(&file, "ACGT\n", 5, 100);
	tl_buf_free(&member);
	tl_buf_free(&file);
}

/* A header that is longer than what is read at once, with every field and a check of its own. */
static void test_long_header(void)
{
	struct tl_buf member = {0}, file = {0};
	uint8_t check[2];
	add_gzip(&member, "ACGT\n", 5);
	for (size_t extra = 1000; extra < 65000; extra += 9000) {
		size_t begin = file.len;
		add(&file, "\x1f\x8b\x08\x1e\0\0\0\0\0\xff", 10);
		tl_bits_put16(check, (uint16_t)extra);
		add(&file, check, 2);
		tl_test_ok(tl_buf_fill(&file, 'x', extra, &err), err);
		tl_test_ok(tl_buf_fill(&file, 'n', 10 * extra, &err), err);
		add(&file, "\0comment", 9);
		tl_bits_put16(check, (uint16_t)crc32_gzip_refl(0, file.data + begin,
							       file.len - begin));
		add(&file, check, 2);
		add(&file, member.data + 10, member.len - 10);
	}
	comes_back(&file, "ACGT\nACGT\nACGT\nACGT\nACGT\nACGT\nACGT\nACGT\n", 40, 100);
	file.data[file.len / 2] ^= 1;
	refused(file.data, file.len, "header is broken");
	tl_buf_free(&member);
	tl_buf_free(&file);
}

static void test_zeros_behind(void)
{
	struct tl_buf file = {0};
	add_gzip(&file, "ACGT\n", 5);
	tl_test_ok(tl_buf_fill(&file, 0, 600000, &err), err);
	comes_back(&file, "ACGT\n", 5, 100);
	file.data[file.len - 1] = 1;
	refused(file.data, file.len, "followed by something else");
	/* A member behind zeros is something else too. */
	file.len = 0;
	add_gzip(&file, "ACGT\n", 5);
	tl_test_ok(tl_buf_fill(&file, 0, 3, &err), err);
	add_gzip(&file, "ACGT\n", 5);
	refused(file.data, file.len, "followed by something else");
	tl_buf_free(&file);
}

static void test_junk_behind(void)
{
	struct tl_buf file = {0};
	add_gzip(&file, "ACGT\n", 5);
	size_t end = file.len;
	add(&file, ">a\n", 3);
	refused_at(&file, end, "the gzip data are followed by something else");
	file.len = end;
	add(&file, "\x1f and no gzip header", 20);
	refused_at(&file, end, "the gzip data are followed by something else");
	file.len = end;
	add(&file, "\x1f\x8b and no gzip header", 20);
	refused(file.data, file.len, "header is broken");
	file.len = end;
	add_zstd(&file, "ACGT\n", 5);
	refused_at(&file, end, "the gzip data are followed by something else");
	tl_buf_free(&file);
}

static void test_truncated(void)
{
	struct tl_buf file = {0};
	uint8_t text[300];
	fill_random(text, sizeof text);
	add_gzip(&file, text, sizeof text);
	size_t one = file.len;
	add_gzip(&file, text, sizeof text);
	refused_truncated(&file, 2, &one, 1);
	tl_buf_free(&file);
}

static void test_broken(void)
{
	struct tl_buf file = {0};
	uint8_t text[600];
	fill_random(text, sizeof text);
	add_gzip(&file, text, sizeof text);
	for (size_t i = 1; i <= 8; i++) {
		file.data[file.len - i] ^= 16;
		refused(file.data, file.len, "check");
		file.data[file.len - i] ^= 16;
	}
	file.data[2] = 9;
	refused(file.data, file.len, "header is broken");
	file.data[2] = 8;
	changes_found(&file, 2, text, sizeof text);
	tl_buf_free(&file);
}

static void test_other_formats(void)
{
	refused("BZh91AY&SY", 10, "the file is bzip2: use \"bzip2 -dc ");
	refused("\xFD" "7zXZ\0\0\4", 8, "the file is xz: use \"xz -dc ");
	refused("\x02\x21\x4C\x18", 4, "lz4 -dc");
	refused("PK\3\4", 4, "unzip -p");
	refused("\x1F\x9D\x90", 3, "uncompress -c");
	refused("LZIP\1", 5, "lzip -dc");
}

static void test_no_such_file(void)
{
	struct tl_inflate *in;
	tl_test_eq(tl_inflate_open("/no/such/file", NULL, &in, &err), TL_NOINPUT);
	tl_test(strstr(err.msg, "/no/such/file"));
	tl_inflate_close(NULL);
}

static void test_standard_input(void)
{
	struct tl_buf file = {0};
	struct tl_inflate *in;
	uint8_t text[100];
	size_t got;
	add_gzip(&file, "ACGT\n", 5);
	for (int bad = 0; bad < 3; bad++) {
		int fd[2];
		tl_test_eq(pipe(fd), 0);
		tl_test(write(fd[1], bad == 1 ? (const uint8_t *)"BZh9" : file.data,
			      bad == 1 ? 4 : file.len - (bad == 2)) > 0);
		tl_test_eq(dup2(fd[0], 0), 0);
		close(fd[0]);
		close(fd[1]);
		enum tl_status st = tl_inflate_open("-", NULL, &in, &err);
		if (bad != 1) {
			tl_test_ok(st, err);
			st = tl_inflate_read(in, text, sizeof text, &got, &err);
			tl_inflate_close(in);
		}
		tl_test_eq(st, bad ? TL_DATA : TL_OK);
		if (bad)
			tl_test(strstr(err.msg, "standard input:"));
		else
			tl_test(got == 5 && !memcmp(text, "ACGT\n", 5));
	}
	tl_buf_free(&file);
}

int main(void)
{
	packed_begin();
	TL_RUN(test_plain);
	TL_RUN(test_gzip);
	TL_RUN(test_members);
	TL_RUN(test_header_fields);
	TL_RUN(test_long_header);
	TL_RUN(test_zeros_behind);
	TL_RUN(test_junk_behind);
	TL_RUN(test_truncated);
	TL_RUN(test_broken);
	TL_RUN(test_other_formats);
	TL_RUN(test_no_such_file);
	TL_RUN(test_standard_input);
	return packed_end();
}
