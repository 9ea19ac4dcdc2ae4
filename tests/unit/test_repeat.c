/* SPDX-License-Identifier: MIT */
/* test_repeat: stretches that come again are found on both strands, over substitutions and gaps, and
 * made again; wrong copies are refused. */
#include <tl/repeat.h>

#include <tl/alphabet.h>

#include "tltest.h"

static struct tl_err err;

static void add_random(struct tl_buf *to, size_t n)
{
	for (; n; n--)
		tl_test_ok(tl_buf_fill(to, (uint8_t) "ACGT"[tl_test_below(4)], 1, &err), err);
}

/* What was left of to, which is made again. */
static size_t left_of(const struct tl_buf *in)
{
	struct tl_buf copy = {0}, rest = {0}, out = {0};
	size_t left = 0;
	tl_test_ok(tl_repeat_find(in->data, in->len, &copy, &rest, &err), err);
	tl_test_ok(tl_repeat_measure(copy.data, copy.len, in->len, &left, &err), err);
	tl_test_eq(left, rest.len);
	tl_test_ok(tl_buf_fill(&out, 'A', in->len - left, &err), err);
	tl_test_ok(tl_buf_add(&out, rest.data, left, &err), err);
	tl_repeat_make(copy.data, copy.len, out.data, in->len, left);
	for (size_t i = 0; i < in->len; i++)
		tl_test(out.data[i] == (in->data[i] == 'N' ? 'A' : in->data[i]) ||
			in->data[i] == out.data[i]);
	tl_buf_free(&copy);
	tl_buf_free(&rest);
	tl_buf_free(&out);
	return left;
}

static void test_strands(void)
{
	for (unsigned minus = 0; minus < 2; minus++) {
		struct tl_buf in = {0};
		uint8_t part[2000];
		add_random(&in, 5000);
		memcpy(part, in.data + 1000, 2000);
		if (minus)
			tl_alphabet_revcomp(part, in.data + 1000, 2000);
		for (size_t i = 90; i < 2000; i += 90) /* the same letter at times */
			part[i] = (uint8_t) "ACGT"[tl_test_below(4)];
		tl_test_ok(tl_buf_add(&in, part, 700, &err), err);
		tl_test_ok(tl_buf_add(&in, part + 705, 1295, &err), err);
		size_t left = left_of(&in);
		tl_test(left >= 5000 && left < 5100);
		tl_buf_free(&in);
	}
}

static void test_none(void)
{
	struct tl_buf in = {0};
	tl_test_eq(left_of(&in), 0);
	add_random(&in, 23);
	tl_test_eq(left_of(&in), 23);
	add_random(&in, 3000);
	tl_test_eq(left_of(&in), 3023);
	tl_buf_free(&in);
}

/* One letter, or a short period: copies that reach into what they make. */
static void test_periods(void)
{
	for (size_t period = 1; period < 40; period += 6) {
		struct tl_buf in = {0};
		add_random(&in, period);
		for (size_t i = 0; i < 3000; i++)
			tl_test_ok(tl_buf_fill(&in, in.data[i], 1, &err), err);
		tl_test(left_of(&in) < 100);
		tl_buf_free(&in);
	}
}

static void test_exceptions(void)
{
	struct tl_buf in = {0};
	add_random(&in, 300);
	tl_test_ok(tl_buf_fill(&in, 'N', 500, &err), err);
	for (size_t i = 0; i < 800; i++)
		tl_test_ok(tl_buf_fill(&in, in.data[i], 1, &err), err);
	tl_test(left_of(&in) < 400);
	tl_buf_free(&in);
}

static void test_refused(void)
{
	static const struct {
		uint8_t n, copy[8];
	} bad[] = {
		{3, {5, 0, 3}},          /* not ended */
		{4, {5, 20, 3, 0}},      /* from what is not made */
		{4, {5, 21, 3, 0}},      /* the same, backwards */
		{4, {5, 22, 3, 0}},      /* from before the first */
		{4, {0, 0, 3, 0}},       /* nothing is there yet */
		{4, {5, 0, 99, 0}},      /* more than is to be made */
		{4, {99, 0, 1, 0}},      /* so the rest */
		{4, {5, 15, 3, 0}},      /* backwards over the first */
		{2, {0x85, 0x80}},
	};
	size_t rest;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		tl_test_eq(tl_repeat_measure(bad[i].copy, bad[i].n, 20, &rest, &err), TL_DATA);
}

int main(void)
{
	TL_RUN(test_strands);
	TL_RUN(test_none);
	TL_RUN(test_periods);
	TL_RUN(test_exceptions);
	TL_RUN(test_refused);
	return tl_test_end();
}
