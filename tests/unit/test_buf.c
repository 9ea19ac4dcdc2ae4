/* SPDX-License-Identifier: MIT */
/* test_buf: appending, the pad behind it, failure leaves it as it was. */
#include <tl/buf.h>

#include <tl/bits.h>

#include "tltest.h"

static void test_add(void)
{
	struct tl_buf buf = {0};
	struct tl_err err;
	for (int i = 0; i < 10000; i++) {
		uint8_t b[3] = {(uint8_t)i, (uint8_t)(i >> 8), 7};
		tl_test_ok(tl_buf_add(&buf, b, (size_t)(i % 4), &err), err);
		memset(buf.data + buf.len, 0xee, TL_BUF_PAD); /* the pad is ours */
	}
	size_t at = 0;
	for (int i = 0; i < 10000; at += (size_t)(i++ % 4))
		tl_test(i % 4 == 0 || buf.data[at] == (uint8_t)i);
	tl_test_eq(buf.len, at);
	tl_test(buf.cap >= buf.len);
	tl_buf_free(&buf);
	tl_test(!buf.data && !buf.len && !buf.cap);
}

static void test_empty(void)
{
	struct tl_buf buf = {0};
	struct tl_err err;
	tl_test_ok(tl_buf_add(&buf, NULL, 0, &err), err);
	tl_test_ok(tl_buf_reserve(&buf, 0, &err), err);
	tl_test(buf.data);
	tl_test_eq(buf.len, 0);
	tl_buf_reset(&buf);
	tl_buf_free(&buf);
	tl_buf_free(&buf);
}

static void test_fill_and_varint(void)
{
	struct tl_buf buf = {0};
	struct tl_err err;
	uint64_t v;
	size_t pos = 100;
	tl_test_ok(tl_buf_fill(&buf, 'q', 100, &err), err);
	tl_test_ok(tl_buf_add_varint(&buf, UINT64_MAX, &err), err);
	tl_test_ok(tl_buf_add_varint(&buf, 5, &err), err);
	tl_test_eq(buf.len, 111);
	for (int i = 0; i < 100; i++)
		tl_test_eq(buf.data[i], 'q');
	tl_test(tl_bits_get_varint(buf.data, buf.len, &pos, &v) && v == UINT64_MAX);
	tl_test(tl_bits_get_varint(buf.data, buf.len, &pos, &v) && v == 5);
	size_t cap = buf.cap;
	tl_buf_reset(&buf);
	tl_test(buf.len == 0 && buf.cap == cap && buf.data);
	tl_buf_free(&buf);
}

static void test_too_much(void)
{
	struct tl_buf buf = {0};
	struct tl_err err = {0};
	tl_test_ok(tl_buf_add(&buf, "abc", 3, &err), err);
	uint8_t *was = buf.data;
	tl_test_eq(tl_buf_reserve(&buf, SIZE_MAX, &err), TL_NOMEM);
	tl_test_eq(tl_buf_fill(&buf, 0, SIZE_MAX - 100, &err), TL_NOMEM);
	tl_test_eq(err.status, TL_NOMEM);
	tl_test_eq(tl_buf_reserve_aligned(&buf, SIZE_MAX, &err), TL_NOMEM);
	tl_test(buf.data == was && buf.len == 3 && !memcmp(buf.data, "abc", 3));
	tl_buf_free(&buf);
}

static void test_aligned(void)
{
	struct tl_buf buf = {0};
	struct tl_err err;
	tl_test_ok(tl_buf_add(&buf, "abc", 3, &err), err);
	for (size_t more = 1; more < 100000; more *= 7) {
		size_t len = buf.len, cap = buf.cap;
		tl_test_ok(tl_buf_reserve_aligned(&buf, more, &err), err);
		tl_test(buf.cap - buf.len >= more && buf.len == len);
		tl_test(buf.cap == cap || (uintptr_t)buf.data % TL_BUF_ALIGN == 0);
		tl_test_ok(tl_buf_fill(&buf, 'x', more, &err), err);
	}
	tl_test(!memcmp(buf.data, "abcxxxx", 7));
	tl_buf_free(&buf);
	tl_test_ok(tl_buf_reserve_aligned(&buf, 0, &err), err);
	tl_test(buf.data && buf.len == 0);
	tl_buf_free(&buf);
}

int main(void)
{
	TL_RUN(test_add);
	TL_RUN(test_empty);
	TL_RUN(test_fill_and_varint);
	TL_RUN(test_too_much);
	TL_RUN(test_aligned);
	return tl_test_end();
}
