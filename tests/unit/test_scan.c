/* SPDX-License-Identifier: MIT */
/* Unit test of scan: every instruction set does what the scalar loops do. */
#include "scan.h"

#include <string.h>

#include "tltest.h"

#define ROUNDS 400

static const struct tl_scan_want wants[] = {{0, 0}, {'U', 'U'}, {'T', 'U'}};

/* n bytes against an unmapped page, of letters or, one in rare, of any bytes. */
static uint8_t *made(size_t n, const char *letters, unsigned rare)
{
	uint8_t *p = tl_test_guarded(n);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(tl_test_below(rare) ? letters[tl_test_below((unsigned)strlen(letters))]
						     : (int)tl_test_below(256));
	return p;
}

static void check_runs(const struct tl_scan *scan, const struct tl_scan *judge)
{
	uint8_t a[300 + TL_SCAN_OVER], b[300 + TL_SCAN_OVER];
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t n = tl_test_below(300), guess = tl_test_below(300);
		struct tl_scan_want want = wants[round % 3];
		uint8_t *in = made(n, "ACGTUN*", 1 + tl_test_below(300));
		size_t got = scan->upper(a, in, n, want, guess);
		tl_test_eq(got, judge->upper(b, in, n, want, guess));
		tl_test(!memcmp(a, b, got));
		tl_test_eq(scan->upper(a, in, n, want, got), got);
		in = made(n, "acgtun", 1 + tl_test_below(300));
		got = scan->lower(a, in, n, want);
		tl_test_eq(got, judge->lower(b, in, n, want));
		tl_test(!memcmp(a, b, got));
	}
}

/* The scalar table leaves all lines to its caller; so they are counted here. */
static void check_lines(const struct tl_scan *scan, const struct tl_scan *judge)
{
	static uint8_t a[4096 + TL_SCAN_OVER], b[200 + TL_SCAN_OVER];
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t width = 1 + tl_test_below(200), n = tl_test_below(4096);
		uint8_t *in = made(n, "ACDEFGHIKLMNPQRSTVWY*U", 3000);
		for (size_t i = width; i < n; i += width + 1)
			in[i] = '\n';
		struct tl_scan_want want = wants[round % 3];
		size_t lines = scan->lines(a, in, n, width, want);
		tl_test(lines * (width + 1) <= n);
		for (size_t i = 0; i < lines; i++) {
			const uint8_t *line = in + i * (width + 1);
			tl_test_eq(line[width], '\n');
			tl_test_eq(judge->upper(b, line, width, want, 0), width);
			tl_test(!memcmp(a + i * width, b, width));
		}
		/* It may stop early only near the end, or where a line is another. */
		const uint8_t *next = in + lines * (width + 1);
		size_t left = n - lines * (width + 1);
		if (scan != judge && left > width + 64)
			tl_test(judge->upper(b, next, width, want, 0) < width);
	}
}

static void check_pack(const struct tl_scan *scan, const struct tl_scan *judge)
{
	uint8_t a[256], b[256];
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t n = tl_test_below(1000);
		uint8_t *in = made(n, "ACGT", 1 + tl_test_below(3000));
		tl_test_eq(scan->pack(a, in, n), judge->pack(b, in, n));
		tl_test(!memcmp(a, b, (n + 3) / 4));
		tl_test_eq(scan->plain(in, n), judge->plain(in, n));
		for (unsigned c = 0; n && c < 256; c++) {
			in[n / 2] = (uint8_t)c;
			tl_test_eq(scan->plain(in, n), judge->plain(in, n));
		}
	}
}

static void check_unpack(const struct tl_scan *scan, const struct tl_scan *judge)
{
	uint8_t in[256] = {0}, a[1024], b[1024], back[256];
	for (size_t n = 0; n <= sizeof in; n++) {
		for (size_t i = 0; i < n; i++)
			in[i] = n == sizeof in ? (uint8_t)i : (uint8_t)tl_test_below(256);
		scan->unpack(a, in, n);
		judge->unpack(b, in, n);
		tl_test(!memcmp(a, b, 4 * n));
		tl_test(!judge->pack(back, b, 4 * n) && !memcmp(back, in, n));
	}
}

/* Each set that the processor has against the scalar loops. */
static void each(void (*test)(const struct tl_scan *scan, const struct tl_scan *judge))
{
	for (int isa = TL_CPU_SCALAR; isa <= (int)tl_cpu_best(); isa++)
		test(tl_scan_of((enum tl_cpu_isa)isa), tl_scan_of(TL_CPU_SCALAR));
}

static void test_runs(void)
{
	each(check_runs);
}

static void test_lines(void)
{
	each(check_lines);
}

static void test_pack(void)
{
	each(check_pack);
}

static void test_unpack(void)
{
	each(check_unpack);
}

int main(void)
{
	TL_RUN(test_runs);
	TL_RUN(test_lines);
	TL_RUN(test_pack);
	TL_RUN(test_unpack);
	return tl_test_end();
}
