/* SPDX-License-Identifier: MIT */
/* test_predict: columns through models: what comes back, how small they are, and damage. */
#include <tl/predict.h>

#include <stdlib.h>

#include <tl/bits.h>

#include "tltest.h"

#define MOST 40000

static uint8_t src[MOST], code[MOST], back[MOST];

/* Encodes src[0..n) and compares what comes back; the length of the code, 0 where it has no room. */
static size_t round_trip(enum tl_predict_model model, size_t n, struct tl_str lengths)
{
	struct tl_err err = {0};
	struct tl_predict_hint hint = {.lengths = lengths};
	size_t got;
	tl_test_ok(tl_predict_encode(model, src, n, &hint, code, n, &got, &err), err);
	if (!got)
		return 0;
	memset(back, 0xaa, n);
	tl_test_ok(tl_predict_decode(code, got, &hint, back, n, &err), err);
	tl_test(!memcmp(src, back, n));
	return got;
}

static void test_packed(void)
{
	struct tl_str none = {NULL, 0};
	for (size_t i = 0; i < MOST; i++)
		src[i] = (uint8_t)tl_test_random();
	size_t n = round_trip(TL_PREDICT_PACKED, 5000, none);
	tl_test(n == 0 || n > 4990); /* chance has no model */
	/* Copies with differences, and the reverse complement of all. */
	for (size_t i = 5000; i < 20000; i++)
		src[i] =
			(uint8_t)(src[i - 5000] ^ (tl_test_below(200) ? 0 : 1 << tl_test_below(8)));
	n = round_trip(TL_PREDICT_PACKED, 20000, none);
	tl_test(n > 5000 && n < 5400);
	for (size_t i = 0; i < 5000; i++) {
		uint8_t b = (uint8_t)~src[4999 - i];
		src[5000 + i] = (uint8_t)(b >> 6 | (b >> 2 & 12) | (b << 2 & 48) | b << 6);
	}
	n = round_trip(TL_PREDICT_PACKED, 10000, none);
	tl_test(n > 4900 && n < 5100);
}

static void test_residues(void)
{
	static const char letters[] = "LLLLAAAGGVVEESSIKRDTPNQFYMHCWX*";
	uint8_t lengths[MOST];
	size_t at = 0, used = 0;
	while (at + 200 < MOST) {
		size_t n = 50 + tl_test_below(100);
		used += tl_bits_put_varint(lengths + used, n);
		src[at++] = 'M';
		for (size_t i = 1; i < n; i++)
			src[at++] = (uint8_t)letters[tl_test_below(sizeof letters - 1)];
	}
	struct tl_str told = {lengths, used}, none = {NULL, 0};
	size_t with = round_trip(TL_PREDICT_RESIDUES, at, told);
	size_t without = round_trip(TL_PREDICT_RESIDUES, at, none);
	tl_test(with && with < without && without < at * 9 / 16);
	tl_test_eq(code[0], TL_PREDICT_RESIDUES);
	/* Bytes that are no residues still come back, and lengths that fit nothing do no harm. */
	src[at / 2] = 'a';
	struct tl_str wild = {(const uint8_t *)"\377\377", 2};
	tl_test(round_trip(TL_PREDICT_RESIDUES, at, wild) > 0);
	tl_test_eq(code[0], TL_PREDICT_BYTES);
}

static size_t names(void)
{
	static const char *const what[] = {"hypothetical protein", "DNA polymerase",
					   "ribosomal L7"};
	size_t at = 0;
	for (unsigned i = 0; at + 100 < MOST; i++)
		at += (size_t)sprintf((char *)src + at, "XP_%06u.1 LOC%05u %s [Homo s.]\n",
				      1000 + 3 * i, 500 + i, what[tl_test_below(3)]);
	return at;
}

static void test_names(void)
{
	size_t n = names();
	size_t got = round_trip(TL_PREDICT_NAMES, n, (struct tl_str){NULL, 0});
	tl_test(got && got < n / 25);
}

static size_t code_with(enum tl_predict_model model, size_t n, const struct tl_predict_hint *hint)
{
	struct tl_err err = {0};
	size_t got;
	tl_test_ok(tl_predict_encode(model, src, n, hint, code, n, &got, &err), err);
	tl_test(got > 0);
	memset(back, 0xaa, n);
	tl_test_ok(tl_predict_decode(code, got, hint, back, n, &err), err);
	tl_test(!memcmp(src, back, n));
	return got;
}

/* Lines of one key are alike, in any order. */
static void test_mates(void)
{
	enum { LINES = 1000, KEYS = 100 };
	uint64_t key[LINES];
	size_t at = 0;
	for (int i = 0; i < LINES; i++) {
		key[i] = i < KEYS ? (unsigned)i : tl_test_below(KEYS);
		at += (size_t)sprintf((char *)src + at, "A%07u_%d gene %u\n",
				      (unsigned)(key[i] * 7777777 % 9999991), i % 7,
				      (unsigned)(key[i] * 77 % 101));
	}
	struct tl_predict_hint none = {.items = 0}, keyed = {.key = key, .keys = LINES},
			       few = {.key = key, .keys = LINES / 2};
	size_t without = code_with(TL_PREDICT_NAMES, at, &none);
	tl_test(code_with(TL_PREDICT_NAMES, at, &keyed) < without * 3 / 4);
	tl_test(code_with(TL_PREDICT_NAMES, at, &few) < without);
}

/* Scripts to one base that share differences, each with some of its own. */
static void test_trails(void)
{
	enum { SCRIPTS = 150, SHARED = 20, LENGTH = 30000 };
	uint64_t base[SCRIPTS], length[SCRIPTS], place[SHARED];
	size_t at = 0;
	for (int i = 0; i < SHARED; i++)
		place[i] = 1000 + (unsigned)i * 1400 + tl_test_below(1000);
	for (int k = 0; k < SCRIPTS; k++) {
		uint64_t b = 0, own = 1 + tl_test_below(LENGTH - 10);
		base[k] = 7;
		length[k] = LENGTH;
		memset(src + at, 0, 3);
		at += 3;
		for (int i = 0; i <= SHARED; i++) {
			uint64_t end = i < SHARED ? place[i] : LENGTH;
			if (own > b + 1 && own + 1 < end) {
				at += tl_bits_put_varint(src + at, (own - b) << 2);
				src[at++] = 1 << 2 | 1;
				b = own + 1;
			}
			at += tl_bits_put_varint(src + at, (end - b) << 2);
			if (i < SHARED)
				src[at++] = 1 << 2 | 1;
			b = end + 1;
		}
	}
	struct tl_predict_hint none = {.items = 0},
			       hint = {.base = base, .length = length, .items = SCRIPTS};
	size_t without = code_with(TL_PREDICT_SCRIPTS, at, &none);
	size_t got = code_with(TL_PREDICT_SCRIPTS, at, &hint);
	tl_test(got < without && got < SCRIPTS * 6);
	hint.items = SCRIPTS / 2;
	tl_test(code_with(TL_PREDICT_SCRIPTS, at, &hint) > got);
}

/* Any bytes through any model, and sizes that are all but nothing. */
static void test_any(void)
{
	for (int model = 0; model < TL_PREDICT_MODELS; model++)
		for (size_t n = 1; n < 3000; n = n * 3 + 1) {
			for (size_t i = 0; i < n; i++)
				src[i] = (uint8_t)(tl_test_below(4) ? 7 * i : tl_test_random());
			if (model == TL_PREDICT_IMPLIED || model == TL_PREDICT_COUNTED)
				continue;
			round_trip((enum tl_predict_model)model, n, (struct tl_str){src, n / 2});
			memset(src, '*', n);
			round_trip((enum tl_predict_model)model, n, (struct tl_str){src, n / 2});
			if (n > 10)
				tl_test(code[0] < TL_PREDICT_MODELS);
		}
}

static void test_damage(void)
{
	struct tl_err err = {0};
	const struct tl_predict_hint none = {.items = 0};
	size_t n = names() / 16, got, wrong = 0, tried = 0;
	tl_test_ok(tl_predict_encode(TL_PREDICT_BYTES, src, n, &none, code, n, &got, &err), err);
	for (size_t i = 0; i < got; i += 7, tried++) {
		code[i] ^= 0x10;
		enum tl_status st = tl_predict_decode(code, got, &none, back, n, NULL);
		tl_test(st == TL_OK || st == TL_DATA);
		wrong += st != TL_OK || memcmp(src, back, n) != 0;
		code[i] ^= 0x10;
	}
	tl_test(wrong + 1 >= tried); /* the last bytes only say which of many numbers it is */
	tl_test_eq(tl_predict_decode(code, got - 4, &none, back, n, &err), TL_DATA);
	tl_test_eq(tl_predict_decode(code, got, &none, back, n / 2, &err), TL_DATA);
	tl_test_eq(tl_predict_decode(code, 1, &none, back, n, &err), TL_DATA);
	code[0] = TL_PREDICT_IMPLIED;
	tl_test_eq(tl_predict_decode(code, got, &none, back, n, &err), TL_DATA);
	tl_test(strstr(err.msg, "not known") != NULL);
	code[0] = TL_PREDICT_BYTES;
	tl_test_eq(tl_predict_decode(code, 4, &none, back, MOST, &err), TL_DATA);
	tl_test(strstr(err.msg, "claims") != NULL);
}

int main(void)
{
	TL_RUN(test_packed);
	TL_RUN(test_residues);
	TL_RUN(test_names);
	TL_RUN(test_mates);
	TL_RUN(test_trails);
	TL_RUN(test_any);
	TL_RUN(test_damage);
	return tl_test_end();
}
