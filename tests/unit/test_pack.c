/* SPDX-License-Identifier: MIT */
/* Unit test of pack: known bytes, round trips of all sizes, broken lists. */
#include <string.h>

#include <tl/alphabet.h>
#include <tl/pack.h>

#include "tltest.h"

static struct tl_err err;

static void test_known(void)
{
	struct tl_buf packed = {0}, odd = {0};
	tl_test_ok(tl_pack_put((const uint8_t *)"ACGTNNC", 7, &packed, &odd, &err), err);
	tl_test_eq(packed.len, 2);
	tl_test_eq(packed.data[0], 0xE4);
	tl_test_eq(packed.data[1], 0x10);
	tl_test_eq(odd.len, 3);
	tl_test(!memcmp(odd.data, "\4\2N", 3));
	/* It appends. */
	tl_test_ok(tl_pack_put((const uint8_t *)"T", 1, &packed, &odd, &err), err);
	tl_test_eq(packed.len, 3);
	tl_test_eq(packed.data[2], 3);
	tl_test_eq(odd.len, 3);
	tl_buf_free(&packed);
	tl_buf_free(&odd);
}

static int code(uint8_t c)
{
	return c == 'C' ? 1 : c == 'G' ? 2 : c == 'T' ? 3 : 0;
}

/* n residues, one in rare of them an exception, against an unmapped page. */
static void trip(size_t n, unsigned rare)
{
	static const char odd_letters[] = "NRYacgt*\0\377-";
	struct tl_buf packed = {0}, odd = {0};
	uint8_t *in = tl_test_guarded(n), *out = malloc(n + TL_BUF_PAD);
	for (size_t i = 0; i < n; i++)
		in[i] = (uint8_t)(rare && tl_test_below(rare) == 0
					  ? odd_letters[tl_test_below(sizeof odd_letters - 1)]
					  : "ACGT"[tl_test_below(4)]);
	tl_test_ok(tl_pack_put(in, n, &packed, &odd, &err), err);
	tl_test_eq(packed.len, (n + 3) / 4);
	if (!rare)
		tl_test_eq(odd.len, 0);
	tl_test_ok(tl_pack_get(packed.data, packed.len, odd.data, odd.len, out, n, &err), err);
	tl_test(!memcmp(in, out, n));
	for (size_t i = 0; i < 4 * packed.len; i++)
		tl_test_eq(packed.data[i / 4] >> 2 * (i % 4) & 3, i < n ? code(in[i]) : 0);
	tl_buf_free(&packed);
	tl_buf_free(&odd);
	free(out);
}

static void test_trips(void)
{
	for (size_t n = 0; n < 100; n++)
		for (unsigned rare = 0; rare < 20; rare += 3)
			trip(n, rare);
	trip(10000, 50);
	trip(10001, 1);
}

static void broken(const char *odd, size_t odd_len, size_t n, size_t packed_len)
{
	uint8_t out[64 + TL_BUF_PAD], packed[16] = {0};
	err.msg[0] = 0;
	tl_test_eq(tl_pack_get(packed, packed_len, (const uint8_t *)odd, odd_len, out, n, &err),
		   TL_DATA);
	tl_test(err.msg[0]);
}

static void test_broken(void)
{
	broken("", 0, 8, 1);
	broken("", 0, 8, 3);
	broken("\1", 1, 8, 2);
	broken("\1\1", 2, 8, 2);
	broken("\1\x80", 2, 8, 2);
	broken("\11\1N", 3, 8, 2);
	broken("\1\10N", 3, 8, 2);
	broken("\1\1N\7\1N", 6, 8, 2);
	broken("\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1N", 12, 8, 2);
}

/* Each byte at each place of more than one vector. */
static void test_copy(void)
{
	uint8_t from[150], to[150 + TL_BUF_PAD];
	for (size_t at = 0; at < sizeof from; at += 7)
		for (unsigned c = 0; c < 256; c++) {
			memset(from, 'K', sizeof from);
			from[at] = (uint8_t)c;
			bool is = (c >= 'A' && c <= 'Z') || c == '*';
			size_t n = tl_pack_copy(to, from, sizeof from);
			tl_test_eq(n, is ? sizeof from : at);
			tl_test(tl_alphabet_upper((uint8_t)c) == is);
			tl_test(memcmp(to, from, n) == 0);
		}
}

int main(void)
{
	TL_RUN(test_copy);
	TL_RUN(test_known);
	TL_RUN(test_trips);
	TL_RUN(test_broken);
	return tl_test_end();
}
