/* SPDX-License-Identifier: MIT */
/* test_press: text that comes back from each format, the same bytes for any number of threads, and
 * each format as its readers want it. */
#include <tl/press.h>

#include <libdeflate.h>
#include <zlib.h>

#include "packed.h"

static uint8_t text[6u << 20];

/* The output of a file in memory. */
static struct tl_buf pressed(const char *how, size_t n, size_t step, unsigned threads)
{
	const struct tl_pool_opts popts = {.threads = threads};
	struct tl_press_how h;
	struct tl_pool *p;
	struct tl_press *press;
	struct tl_out *out;
	struct tl_buf all = {0};
	char name[40];
	int fd = memfd_create("pressed", 0);
	snprintf(name, sizeof name, "/dev/fd/%d", fd);
	tl_test_ok(tl_pool_new(&popts, &p, &err), err);
	tl_test_ok(tl_out_open(name, &out, &err), err);
	tl_test_ok(tl_press_parse(how, &h, &err), err);
	tl_test_ok(tl_press_open(p, out, &h, &press, &err), err);
	for (size_t at = 0; at < n; at += step)
		tl_test_ok(tl_press_put(press, text + at, n - at < step ? n - at : step, &err),
			   err);
	tl_test_ok(tl_press_end(press, &err), err);
	tl_press_free(press);
	tl_test_ok(tl_out_commit(out, &err), err);
	tl_pool_free(p);
	off_t size = lseek(fd, 0, SEEK_END);
	tl_test_ok(tl_buf_reserve(&all, (size_t)size, &err), err);
	all.len = (size_t)pread(fd, all.data, (size_t)size, 0);
	tl_test_eq(all.len, size);
	close(fd);
	return all;
}

static void test_round_trips(void)
{
	static const char *const how[] = {"gz",      "gz:1", "gz:9",   "bgzf",   "bgzf:1",
					  "bgzf:12", "zstd", "zstd:1", "zstd:12"};
	static const size_t size[] = {0, 1, 65280, 65281, 524288, 524289, 700001};
	for (size_t i = 0; i < sizeof how / sizeof *how; i++)
		for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
			struct tl_buf file = pressed(how[i], size[k], 100003, 1 + k % 2);
			comes_back(&file, text, size[k], 1 << 20);
			tl_buf_free(&file);
		}
}

/* Over several chunks, put in steps of any size. */
static void test_threads(void)
{
	static const char *const how[] = {"gz:1", "bgzf:1", "zstd:1"};
	for (size_t i = 0; i < 3; i++) {
		struct tl_buf one = pressed(how[i], sizeof text, sizeof text, 1);
		comes_back(&one, text, sizeof text, 1 << 20);
		for (unsigned threads = 2; threads <= 4; threads++) {
			struct tl_buf many = pressed(how[i], sizeof text, 77777, threads);
			tl_test(many.len == one.len && !memcmp(many.data, one.data, one.len));
			tl_buf_free(&many);
		}
		tl_buf_free(&one);
	}
}

/* gz is one member: zlib, which stops behind it, has read all. */
static void test_one_member(void)
{
	struct tl_buf file = pressed("gz", 2000000, 300000, 2);
	static uint8_t back[2000001];
	z_stream z = {.next_in = file.data,
		      .avail_in = (uInt)file.len,
		      .next_out = back,
		      .avail_out = sizeof back};
	tl_test_eq(inflateInit2(&z, 31), Z_OK);
	tl_test_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	tl_test(z.avail_in == 0 && z.total_out == 2000000);
	tl_test(!memcmp(back, text, 2000000));
	inflateEnd(&z);
	tl_buf_free(&file);
}

/* Every block of BGZF says its size, holds at most 64 KiB and stands for itself; the last is the
 * empty one. */
static void test_blocks(void)
{
	struct tl_buf file = pressed("bgzf:3", 2000000, 300000, 2);
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	static uint8_t back[65536];
	size_t at = 0, total = 0, got = 0;
	while (at < file.len) {
		const uint8_t *p = file.data + at;
		size_t n = (size_t)(p[16] | p[17] << 8) + 1;
		tl_test(p[0] == 0x1f && p[1] == 0x8b && p[3] == 4 && p[12] == 'B' && p[13] == 'C');
		tl_test_eq(libdeflate_gzip_decompress(d, p, n, back, sizeof back, &got),
			   LIBDEFLATE_SUCCESS);
		tl_test(!memcmp(back, text + total, got));
		total += got;
		at += n;
	}
	tl_test(at == file.len && total == 2000000 && got == 0);
	libdeflate_free_decompressor(d);
	tl_buf_free(&file);
}

/* What cannot be made smaller is stored. */
static void test_noise(void)
{
	static const char *const how[] = {"gz", "bgzf", "bgzf:12", "zstd"};
	static uint8_t kept[300000];
	memcpy(kept, text, sizeof kept);
	for (size_t i = 0; i < sizeof kept; i++)
		text[i] = (uint8_t)tl_test_random();
	for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
		struct tl_buf file = pressed(how[i], sizeof kept, 70000, 2);
		tl_test(file.len < sizeof kept + sizeof kept / 50);
		comes_back(&file, text, sizeof kept, 1 << 20);
		tl_buf_free(&file);
	}
	memcpy(text, kept, sizeof kept);
}

static void test_words(void)
{
	static const char *const bad[] = {
		"",       "g",       "gz:",     "gz:0",
		"gz:10",  "gz: 1",   "gz:1x",   "bgzf:13",
		"zstd:0", "zstd:20", "zstd:-1", "zstd:3:3",
		"lz4",    "gzip",    "GZ",      "gz:99999999999999999999"};
	struct tl_press_how how;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tl_test_eq(tl_press_parse(bad[i], &how, &err), TL_USAGE);
		tl_test(strstr(err.msg, bad[i]) != NULL);
	}
	tl_test_ok(tl_press_parse("zstd:19", &how, &err), err);
	tl_test(how.format == TL_PRESS_ZSTD && how.level == 19);
	tl_test_ok(tl_press_parse("bgzf", &how, &err), err);
	tl_test(how.format == TL_PRESS_BGZF && how.level == 6);
}

/* Given up in the middle, and an output that cannot be written. */
static void test_given_up(void)
{
	const struct tl_pool_opts popts = {.threads = 3};
	const struct tl_press_how how = {TL_PRESS_GZ, 1};
	struct tl_pool *p;
	struct tl_press *press;
	struct tl_out *out;
	tl_test_ok(tl_pool_new(&popts, &p, &err), err);
	tl_test_ok(tl_out_open("/dev/full", &out, &err), err);
	tl_test_ok(tl_press_open(p, out, &how, &press, &err), err);
	tl_test_ok(tl_press_put(press, text, 1 << 20, &err), err);
	tl_press_free(press);
	tl_press_free(NULL);
	tl_test_ok(tl_press_open(p, out, &how, &press, &err), err);
	enum tl_status st = TL_OK;
	for (int i = 0; i < 8 && st == TL_OK; i++)
		st = tl_press_put(press, text, 1 << 20, &err);
	tl_test_eq(st == TL_OK ? tl_press_end(press, &err) : st, TL_IO);
	tl_press_free(press);
	tl_out_discard(out);
	tl_pool_free(p);
}

int main(void)
{
	packed_begin();
	/* Half of it repeats at a distance, a part cannot be made smaller. */
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 70 == 69                 ? '\n'
			  : i > 40000 && i / 30000 % 2 ? text[i - 30000]
			  : i / 200000 % 4 == 3        ? (uint8_t)tl_test_below(256)
						       : (uint8_t) "ACGT"[tl_test_below(4)];
	TL_RUN(test_round_trips);
	TL_RUN(test_threads);
	TL_RUN(test_one_member);
	TL_RUN(test_blocks);
	TL_RUN(test_noise);
	TL_RUN(test_words);
	TL_RUN(test_given_up);
	return packed_end();
}
