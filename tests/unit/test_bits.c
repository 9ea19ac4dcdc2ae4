/* SPDX-License-Identifier: MIT */
/* test_bits: loads and stores, varints at their edges, zigzag, checked arithmetic. */
#include <tl/bits.h>

#include "tltest.h"

static void test_little_endian(void)
{
	static const uint8_t want[8] = {8, 7, 6, 5, 4, 3, 2, 0xf1};
	uint8_t p[8];
	tl_bits_put64(p, 0xf102030405060708u);
	tl_test(!memcmp(p, want, 8));
	tl_test(tl_bits_get64(p) == 0xf102030405060708u);
	tl_test(tl_bits_get32(p + 4) == 0xf1020304u);
	tl_test(tl_bits_get16(p + 6) == 0xf102u);
	tl_bits_put32(p, 0xfedcba98u);
	tl_test(p[0] == 0x98 && p[3] == 0xfe && p[4] == 4);
	tl_bits_put16(p, 0xabcdu);
	tl_test(p[0] == 0xcd && p[1] == 0xab && p[2] == 0xdc);
}

static void check_varint(uint64_t v, size_t size)
{
	uint8_t p[TL_VARINT_MAX + 1];
	uint64_t got;
	size_t pos = 0, n = tl_bits_put_varint(p, v);
	tl_test_eq(n, size);
	tl_test(tl_bits_get_varint(p, n, &pos, &got));
	tl_test(got == v && pos == n);
	for (size_t cut = 0; cut < n; cut++) {
		pos = 0;
		uint8_t *exact = memcpy(tl_test_guarded(cut), p, cut);
		tl_test(!tl_bits_get_varint(exact, cut, &pos, &got));
	}
}

static void test_varint(void)
{
	check_varint(0, 1);
	for (unsigned bits = 7; bits < 64; bits += 7) {
		check_varint(((uint64_t)1 << bits) - 1, bits / 7);
		check_varint((uint64_t)1 << bits, bits / 7 + 1);
	}
	check_varint(UINT64_MAX, 10);
}

static void test_varint_too_big(void)
{
	uint8_t p[12];
	uint64_t v;
	size_t pos = 0;
	memset(p, 0xff, sizeof p);
	p[9] = 0x02; /* 2^64 */
	tl_test(!tl_bits_get_varint(p, 10, &pos, &v));
	memset(p, 0x80, sizeof p); /* eleven bytes */
	p[10] = 0;
	pos = 0;
	tl_test(!tl_bits_get_varint(p, sizeof p, &pos, &v));
}

static void test_zigzag(void)
{
	tl_test(tl_bits_zigzag(0) == 0 && tl_bits_zigzag(-1) == 1 && tl_bits_zigzag(1) == 2);
	tl_test(tl_bits_zigzag(INT64_MIN) == UINT64_MAX);
	for (int i = 0; i < 1000; i++) {
		int64_t v = (int64_t)tl_test_random() >> tl_test_below(64);
		tl_test(tl_bits_unzigzag(tl_bits_zigzag(v)) == v);
	}
}

static void test_arithmetic(void)
{
	uint64_t v;
	tl_test(tl_bits_add(UINT64_MAX - 1, 1, &v) && v == UINT64_MAX);
	tl_test(!tl_bits_add(UINT64_MAX, 1, &v));
	tl_test(tl_bits_mul(0xffffffffu, 0x100000001u, &v) && v == UINT64_MAX);
	tl_test(!tl_bits_mul((uint64_t)1 << 32, (uint64_t)1 << 32, &v));
	tl_test_eq(tl_bits_round(0, 64), 0);
	tl_test_eq(tl_bits_round(1, 64), 64);
	tl_test_eq(tl_bits_round(64, 64), 64);
}

int main(void)
{
	TL_RUN(test_little_endian);
	TL_RUN(test_varint);
	TL_RUN(test_varint_too_big);
	TL_RUN(test_zigzag);
	TL_RUN(test_arithmetic);
	return tl_test_end();
}
