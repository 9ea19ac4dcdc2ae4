/* SPDX-License-Identifier: MIT */
/* packed: compressed files made in memory, and what tl_inflate makes of them. */
#ifndef PACKED_H
#define PACKED_H

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#include <lz4frame.h>
#include <sys/mman.h>
#include <zstd.h>

#include <tl/bits.h>
#include <tl/buf.h>
#include <tl/inflate.h>

#include "tltest.h"

static struct tl_err err;
static int file_fd;     /* a file without a name */
static char path[64]; /* opens it anew */

/* Files are read with each of these: none, and pools of one and three threads. */
#define POOLS 3
static struct tl_pool *pools[POOLS];

static inline void packed_begin(void)
{
	file_fd = memfd_create("packed", 0);
	if (file_fd < 0) {
		perror("memfd_create");
		exit(1);
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d", file_fd);
	for (unsigned i = 1; i < POOLS; i++)
		if (tl_pool_new(&(struct tl_pool_opts){.threads = 2 * i - 1}, &pools[i], &err) !=
		    TL_OK)
			exit(1);
}

static inline int packed_end(void)
{
	close(file_fd);
	for (unsigned i = 1; i < POOLS; i++)
		tl_pool_free(pools[i]);
	return tl_test_end();
}

/* Puts the bytes into the file at path. */
static inline void put_file(const void *p, size_t n)
{
	tl_test_eq(ftruncate(file_fd, 0), 0);
	tl_test_eq(pwrite(file_fd, p, n, 0), n);
}

static inline void fill_random(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)"ACGT\n>NN"[tl_test_below(8)];
}

static inline void add(struct tl_buf *out, const void *p, size_t n)
{
	tl_test_ok(tl_buf_add(out, p, n, &err), err);
}

/* Appends the n bytes at p, deflated by ISA-L with or without the wrapper of gzip. */
static inline void add_deflated(struct tl_buf *out, const void *p, size_t n, uint16_t wrapper)
{
	static struct isal_zstream z;
	tl_test_ok(tl_buf_reserve(out, 2 * n + 4096, &err), err);
	isal_deflate_init(&z);
	z.gzip_flag = wrapper;
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

static inline void add_gzip(struct tl_buf *out, const void *p, size_t n)
{
	add_deflated(out, p, n, IGZIP_GZIP);
}

/* Appends a member of BGZF, with an extra subfield of n_before bytes before BC (0: none). */
static inline void add_bgzf_extra(struct tl_buf *out, const void *p, size_t n, size_t n_before)
{
	uint8_t head[18] = "\x1f\x8b\x08\x04\0\0\0\0\0\xff\0\0BC\2\0", tail[8];
	size_t begin = out->len, before = n_before ? n_before + 4 : 0, bc = begin + 16 + before;
	tl_bits_put16(head + 10, (uint16_t)(before + 6));
	add(out, head, 12);
	if (n_before) {
		uint8_t sub[4] = "RA";
		tl_bits_put16(sub + 2, (uint16_t)n_before);
		add(out, sub, 4);
		tl_test_ok(tl_buf_fill(out, 'B', n_before, &err), err);
	}
	add(out, head + 12, 6);
	add_deflated(out, p, n, 0);
	tl_bits_put32(tail, crc32_gzip_refl(0, p, n));
	tl_bits_put32(tail + 4, (uint32_t)n);
	add(out, tail, 8);
	tl_test(out->len - begin <= 65536);
	tl_bits_put16(out->data + bc, (uint16_t)(out->len - begin - 1));
}

static inline void add_bgzf(struct tl_buf *out, const void *p, size_t n)
{
	add_bgzf_extra(out, p, n, 0);
}

static inline void add_zstd(struct tl_buf *out, const void *p, size_t n)
{
	ZSTD_CCtx *ctx = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(n);
	tl_test(ctx);
	tl_test_ok(tl_buf_reserve(out, room, &err), err);
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
	size_t got = ZSTD_compress2(ctx, out->data + out->len, room, p, n);
	ZSTD_freeCCtx(ctx);
	tl_test(!ZSTD_isError(got));
	out->len += got;
}

static inline void add_lz4_as(struct tl_buf *out, const void *p, size_t n,
			      const LZ4F_preferences_t *prefs)
{
	size_t room = LZ4F_compressFrameBound(n, prefs);
	tl_test_ok(tl_buf_reserve(out, room, &err), err);
	size_t got = LZ4F_compressFrame(out->data + out->len, room, p, n, prefs);
	tl_test(!LZ4F_isError(got));
	out->len += got;
}

static inline void add_lz4(struct tl_buf *out, const void *p, size_t n)
{
	const LZ4F_preferences_t prefs = {
		.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled};
	add_lz4_as(out, p, n, &prefs);
}

/* A skippable frame of n bytes. */
static inline void add_skippable(struct tl_buf *out, unsigned kind, size_t n)
{
	uint8_t head[8];
	tl_bits_put32(head, 0x184D2A50 + kind);
	tl_bits_put32(head + 4, (uint32_t)n);
	add(out, head, 8);
	tl_test_ok(tl_buf_fill(out, 0x1f, n, &err), err);
}

/* Reads the file at path in pieces of step bytes; appends to out. */
static inline enum tl_status read_file(struct tl_pool *opt_pool, size_t step, struct tl_buf *out)
{
	struct tl_inflate *in;
	size_t got = step;
	err.msg[0] = 0;
	enum tl_status st = tl_inflate_open(path, opt_pool, &in, &err);
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

static inline void comes_back(const struct tl_buf *file, const void *text, size_t n, size_t step)
{
	put_file(file->data, file->len);
	for (int i = 0; i < POOLS; i++) {
		struct tl_buf out = {0};
		tl_test_ok(read_file(pools[i], step, &out), err);
		tl_test_eq(out.len, n);
		tl_test(!n || !memcmp(out.data, text, n));
		tl_buf_free(&out);
	}
}

static inline void refused(const void *p, size_t n, const char *why)
{
	put_file(p, n);
	for (int i = 0; i < POOLS; i++) {
		struct tl_buf out = {0};
		enum tl_status st = read_file(pools[i], 1 << 20, &out);
		tl_buf_free(&out);
		if (!strstr(err.msg, why))
			printf("# message: %s\n", err.msg);
		tl_test_eq(st, TL_DATA);
		tl_test(strstr(err.msg, why) && strstr(err.msg, path));
	}
}

static inline void refused_at(const struct tl_buf *file, size_t offset, const char *why)
{
	char where[128];
	snprintf(where, sizeof where, "at byte %zu of the compressed file: %s", offset, why);
	refused(file->data, file->len, where);
}

/* Cut off anywhere the file is refused, but behind whole members or frames, the ends of which are
 * given (n of them).  from: bytes that are needed to know the format. */
static inline void refused_truncated(const struct tl_buf *file, size_t from, const size_t *ends,
				     size_t n)
{
	for (size_t len = from; len < file->len; len++) {
		struct tl_buf part = {file->data, len, 0};
		bool whole = false;
		for (size_t i = 0; i < n; i++)
			whole |= ends[i] == len;
		if (!whole)
			refused_at(&part, len, "the ");
		if (!whole)
			tl_test(strstr(err.msg, "data end early; the file is truncated"));
	}
}

/* With any byte changed, from some byte on, the file is refused or gives the same text. */
static inline void changes_found(struct tl_buf *file, size_t from, const void *text, size_t n)
{
	static const uint8_t changes[] = {0x01, 0x80, 0x10, 0xff};
	size_t found = 0;
	for (size_t i = from; i < file->len; i++) {
		for (size_t k = 0; k < sizeof changes; k++) {
			file->data[i] ^= changes[k];
			put_file(file->data, file->len);
			for (int j = 0; j < POOLS; j++) {
				struct tl_buf out = {0};
				enum tl_status st = read_file(pools[j], 1 << 20, &out);
				bool same = out.len == n && !memcmp(out.data, text, n);
				tl_buf_free(&out);
				found += st == TL_DATA;
				if (st != TL_DATA && (st != TL_OK || !same))
					printf("# byte %zu ^ %u: %s\n", i, changes[k], err.msg);
				tl_test(st == TL_DATA || (st == TL_OK && same));
			}
			file->data[i] ^= changes[k];
		}
	}
	/* Most bytes matter. */
	tl_test(found > (file->len - from) * sizeof changes * POOLS / 2);
}

#endif
