/* SPDX-License-Identifier: MIT */
/* fuzz_inflate: compressed files, with and without a pool.
 *
 * First byte even: the rest is the file.  Odd: the rest is a list of {1 byte kind, 1 byte length,
 * bytes}, made into members and frames that are as they should be, or put there as they are.  What
 * is read with a pool (BGZF by its lengths) is read without one too (as any gzip), and is the same.
 */
#include <isa-l/crc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tl/bits.h>
#include <tl/buf.h>
#include <tl/inflate.h>

static void must(int fine)
{
	if (!fine)
		abort();
}

static void put(struct tl_buf *buf, const void *p, size_t n)
{
	must(tl_buf_add(buf, p, n, NULL) == TL_OK);
}

static void put16(struct tl_buf *buf, size_t v)
{
	uint8_t p[2];
	tl_bits_put16(p, (uint16_t)v);
	put(buf, p, sizeof p);
}

static void put32(struct tl_buf *buf, size_t v)
{
	uint8_t p[4];
	tl_bits_put32(p, (uint32_t)v);
	put(buf, p, sizeof p);
}

/* One stored block behind a header of gzip or BGZF. */
static void put_gzip(struct tl_buf *buf, const uint8_t *p, size_t n, bool bgzf)
{
	put(buf, bgzf ? "\x1f\x8b\x08\x04\0\0\0\0\0\xff" : "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
	if (bgzf) {
		put(buf, "\6\0BC\2", 6);
		put16(buf, 18 + 5 + n + 8 - 1);
	}
	put(buf, "\1", 1);
	put16(buf, n);
	put16(buf, ~n);
	put(buf, p, n);
	put32(buf, crc32_gzip_refl(0, p, n));
	put32(buf, n);
}

static void put_piece(struct tl_buf *buf, unsigned kind, const uint8_t *p, size_t n)
{
	switch (kind % 8) {
	case 0:
	case 1:
		put_gzip(buf, p, n, kind % 8);
		break;
	case 2:
		put(buf, "\x28\xb5\x2f\xfd\x20", 5);
		put(buf, &(uint8_t){(uint8_t)n}, 1);
		put(buf, &(uint8_t){(uint8_t)(1 | n << 3)}, 1);
		put16(buf, n >> 5);
		put(buf, p, n);
		break;
	case 3:
		put(buf, "\x04\x22\x4d\x18\x60\x40\x82", 7);
		put32(buf, n | 0x80000000u);
		put(buf, p, n);
		put32(buf, 0);
		break;
	case 4:
		put32(buf, 0x184D2A50 + kind / 16);
		put32(buf, n);
		put(buf, p, n);
		break;
	case 5:
		must(tl_buf_fill(buf, 0, n, NULL) == TL_OK);
		break;
	default:
		put(buf, p, n);
	}
}

static void build(struct tl_buf *buf, const uint8_t *data, size_t size)
{
	while (size >= 2) {
		size_t n = data[1] < size - 2 ? data[1] : size - 2;
		put_piece(buf, data[0], data + 2, n);
		data += 2 + n;
		size -= 2 + n;
	}
}

static enum tl_status read_all(const char *name, struct tl_pool *opt_pool, size_t step,
			       struct tl_buf *out)
{
	struct tl_inflate *in;
	struct tl_err err;
	size_t got = step;
	enum tl_status st = tl_inflate_open(name, opt_pool, &in, &err);
	if (st != TL_OK)
		return st;
	while (st == TL_OK && got == step && out->len < 8u << 20) {
		must(tl_buf_reserve(out, step, NULL) == TL_OK);
		st = tl_inflate_read(in, out->data + out->len, step, &got, &err);
		out->len += st == TL_OK ? got : 0;
	}
	tl_inflate_close(in);
	return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tl_pool *pool;
	static int fd = -1;
	struct tl_buf file = {0}, one = {0}, two = {0};
	char name[40];
	if (!size)
		return 0;
	if (!pool) {
		must(tl_pool_new(&(struct tl_pool_opts){.threads = 1}, &pool, NULL) == TL_OK);
		must((fd = memfd_create("fuzz", 0)) >= 0);
	}
	if (data[0] & 1)
		build(&file, data + 1, size - 1);
	else
		put(&file, data + 1, size - 1);
	must(ftruncate(fd, 0) == 0 &&
	     pwrite(fd, file.data, file.len, 0) == (ssize_t)file.len);
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	size_t step = data[0] & 2 ? 100 : 65536;
	enum tl_status with = read_all(name, pool, step, &one);
	enum tl_status without = read_all(name, NULL, step, &two);
	must((with == TL_OK || with == TL_DATA) && (without == TL_OK || without == TL_DATA));
	if (with == TL_OK)
		must(without == TL_OK && one.len == two.len &&
		     (!one.len || !memcmp(one.data, two.data, one.len)));
	tl_buf_free(&file);
	tl_buf_free(&one);
	tl_buf_free(&two);
	return 0;
}
