/* SPDX-License-Identifier: MIT */
/* Unit test of inflate: zstd and lz4, frames of both kinds and skippable ones. */
#include "packed.h"

typedef void (*adder)(struct tl_buf *out, const void *p, size_t n);

static const adder adders[] = {add_zstd, add_lz4};
static const char *const names[] = {"zstd", "lz4"};
#define FORMATS (sizeof adders / sizeof *adders)

static uint8_t text[3000000];

static void test_one_frame(void)
{
	static const size_t sizes[] = {0, 1, 15, 1000, 262144, sizeof text};
	for (size_t i = 0; i < FORMATS; i++) {
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			struct tl_buf file = {0};
			adders[i](&file, text, sizes[k]);
			comes_back(&file, text, sizes[k], 1 << 20);
			comes_back(&file, text, sizes[k], sizes[k] < 2000 ? 1 : 10007);
			tl_buf_free(&file);
		}
	}
}

/* Many frames of many sizes, some of them skippable, so that they end anywhere in the window. */
static void test_frames(void)
{
	for (size_t i = 0; i < FORMATS; i++) {
		struct tl_buf file = {0};
		size_t n = 0;
		while (n < sizeof text) {
			size_t part = tl_test_below(9000);
			part = part > sizeof text - n ? sizeof text - n : part;
			if (tl_test_below(4) == 0)
				add_skippable(&file, (unsigned)tl_test_below(16),
					      tl_test_below(3000));
			adders[i](&file, text + n, part);
			n += part;
		}
		adders[i](&file, "", 0);
		comes_back(&file, text, n, 1 << 20);
		comes_back(&file, text, n, 1013);
		tl_buf_free(&file);
	}
}

static void test_skippable(void)
{
	for (size_t i = 0; i < FORMATS; i++) {
		struct tl_buf file = {0};
		add_skippable(&file, 0, 0);
		add_skippable(&file, 15, 600000);
		adders[i](&file, text, 1000);
		add_skippable(&file, 7, 1);
		comes_back(&file, text, 1000, 100);
		tl_buf_free(&file);
	}
}

/* A file of nothing but skippable frames is one of no text. */
static void test_only_skippable(void)
{
	struct tl_buf file = {0};
	add_skippable(&file, 5, 30);
	size_t end = file.len;
	comes_back(&file, "", 0, 100);
	add_skippable(&file, 6, 10);
	refused_truncated(&file, 4, &end, 1);
	file.len = end;
	add_gzip(&file, "ACGT\n", 5);
	refused_at(&file, end, "the zstd or lz4 data are followed by something else");
	file.len = end;
	add(&file, ">a\nACGT\n", 8);
	refused_at(&file, end, "the zstd or lz4 data are followed by something else");
	tl_buf_free(&file);
}

static void test_truncated(void)
{
	for (size_t i = 0; i < FORMATS; i++) {
		struct tl_buf file = {0};
		size_t ends[3];
		adders[i](&file, text, 300);
		ends[0] = file.len;
		add_skippable(&file, 3, 20);
		ends[1] = file.len;
		adders[i](&file, text, 300);
		ends[2] = file.len;
		add_skippable(&file, 4, 9);
		refused_truncated(&file, 4, ends, 3);
		tl_test(strstr(err.msg, names[i]));
		tl_buf_free(&file);
	}
}

static void test_junk_behind(void)
{
	for (size_t i = 0; i < FORMATS; i++) {
		struct tl_buf file = {0};
		char what[64];
		snprintf(what, sizeof what, "the %s data are followed by something else", names[i]);
		adders[i](&file, text, 300);
		size_t end = file.len;
		add(&file, "\0\0\0\0", 4);
		refused_at(&file, end, what);
		file.len = end + 1;
		refused_at(&file, end, what);
		file.len = end;
		add(&file, "P*", 2);
		refused_at(&file, end + 2, "the ");
		tl_test(strstr(err.msg, "truncated"));
		file.data[end + 1] = 'x';
		refused_at(&file, end, what);
		file.len = end;
		adders[!i](&file, text, 300);
		refused_at(&file, end, what);
		file.len = end;
		add_gzip(&file, text, 300);
		refused_at(&file, end, what);
		tl_buf_free(&file);
	}
}

static void test_changes(void)
{
	for (size_t i = 0; i < FORMATS; i++) {
		struct tl_buf file = {0};
		adders[i](&file, text, 250);
		adders[i](&file, text + 250, 50);
		changes_found(&file, 4, text, 300);
		tl_buf_free(&file);
	}
}

/* What is wrong in a late block of a large frame is told by about where that is. */
static void test_late_block(void)
{
	for (size_t i = 0; i < FORMATS; i++) {
		struct tl_buf file = {0};
		const char *at;
		adders[i](&file, text, sizeof text);
		for (size_t k = 0; k < 4; k++)
			file.data[file.len - 5 - k] ^= 0xff;
		refused(file.data, file.len, names[i]);
		tl_test((at = strstr(err.msg, "at byte ")));
		size_t offset = strtoull(at + 8, NULL, 10);
		tl_test(offset <= file.len && offset + 200000 > file.len);
		tl_buf_free(&file);
	}
}

static void test_checksum(void)
{
	for (size_t i = 0; i < FORMATS; i++) {
		struct tl_buf file = {0};
		adders[i](&file, text, 300);
		file.data[file.len - 1] ^= 1;
		refused(file.data, file.len, i ? "contentChecksum" : "checksum does not fit");
		tl_buf_free(&file);
	}
}

/* The long windows that zstd -19 and --ultra -22 may ask for are there, larger ones are refused. */
static void test_zstd_window(void)
{
	for (int log = 27; log <= 28; log++) {
		struct tl_buf file = {0};
		ZSTD_CCtx *ctx = ZSTD_createCCtx();
		ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, log);
		tl_test_ok(tl_buf_reserve(&file, 10000, &err), err);
		/* In two pieces, so that the frame does not know the size of its content. */
		ZSTD_inBuffer in = {text, 1000, 0};
		ZSTD_outBuffer out = {file.data, 10000, 0};
		ZSTD_compressStream2(ctx, &out, &in, ZSTD_e_flush);
		in.size = 2000;
		tl_test_eq(ZSTD_compressStream2(ctx, &out, &in, ZSTD_e_end), 0);
		ZSTD_freeCCtx(ctx);
		file.len = out.pos;
		if (log == 27)
			comes_back(&file, text, 2000, 1 << 20);
		else
			refused(file.data, file.len, "zstd -dc --long=31");
		tl_buf_free(&file);
	}
}

static void test_lz4_kinds(void)
{
	for (int kind = 0; kind < 32; kind++) {
		struct tl_buf file = {0};
		LZ4F_preferences_t prefs = {0};
		prefs.frameInfo.blockSizeID = (LZ4F_blockSizeID_t)(LZ4F_max64KB + kind % 4);
		prefs.frameInfo.blockMode = kind & 4 ? LZ4F_blockIndependent : LZ4F_blockLinked;
		prefs.frameInfo.blockChecksumFlag = (LZ4F_blockChecksum_t)(kind >> 3 & 1);
		prefs.frameInfo.contentSize = kind & 16 ? 700000 : 0;
		prefs.compressionLevel = kind % 3;
		add_lz4_as(&file, text, 700000, &prefs);
		add_lz4_as(&file, text + 700000, 700000, &prefs);
		comes_back(&file, text, 1400000, 1 << 20);
		comes_back(&file, text, 1400000, 30011);
		tl_buf_free(&file);
	}
}

int main(void)
{
	packed_begin();
	fill_random(text, sizeof text);
	TL_RUN(test_one_frame);
	TL_RUN(test_frames);
	TL_RUN(test_skippable);
	TL_RUN(test_only_skippable);
	TL_RUN(test_truncated);
	TL_RUN(test_junk_behind);
	TL_RUN(test_changes);
	TL_RUN(test_late_block);
	TL_RUN(test_checksum);
	TL_RUN(test_zstd_window);
	TL_RUN(test_lz4_kinds);
	return packed_end();
}
