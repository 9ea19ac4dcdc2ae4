/* SPDX-License-Identifier: MIT */
/* Unit test of batch: what is added is what is got, by kind; lead bytes; reset. */
#include <tl/batch.h>

#include "tltest.h"

static struct tl_err err;

static struct tl_str str(const char *s)
{
	return (struct tl_str){(const uint8_t *)s, strlen(s)};
}

static bool equal(struct tl_str a, const char *s)
{
	return a.n == strlen(s) && (!a.n || !memcmp(a.p, s, a.n));
}

static struct tl_entry sample(void)
{
	return (struct tl_entry){
		.ordinal = 7, .length = 4, .base = 3, .flags = TL_REC_RNA, .head = str("head"),
		.mask = str("m"), .odd = str("o"), .urac = str("u"), .lay = str("l"),
		.plus = str("p"), .qual = str("IIII"), .qlay = str("q"), .resi = str("ACGT"), .ops = str("ops"), .subs = str("s"), .lits = str("li"),
	};
}

static void check(enum tl_kind kind, enum tl_format format)
{
	struct tl_batch b = {.kind = kind, .format = format};
	struct tl_entry e = sample(), none = {0}, got;
	bool fastq = format == TL_FORMAT_FASTQ;
	tl_test_ok(tl_batch_add(&b, &e, &err), err);
	tl_test_ok(tl_batch_add(&b, &none, &err), err);
	tl_test_ok(tl_batch_add(&b, &e, &err), err);
	tl_test_eq(b.n, 3);
	for (size_t i = 0; i < 3; i++) {
		bool full = i != 1;
		tl_batch_get(&b, i, &got);
		tl_test_eq(got.ordinal, full ? 7 : 0);
		tl_test_eq(got.length, full ? 4 : 0);
		tl_test_eq(got.base, full ? 3 : 0);
		tl_test_eq(got.flags, full ? TL_REC_RNA : 0);
		tl_test(equal(got.head, full ? "head" : ""));
		tl_test(equal(got.mask, full ? "m" : "") && equal(got.odd, full ? "o" : ""));
		tl_test(equal(got.urac, full ? "u" : "") && equal(got.lay, full ? "l" : ""));
		tl_test(equal(got.resi, full && kind == TL_KIND_SEQ ? "ACGT" : ""));
		tl_test(equal(got.ops, full && kind == TL_KIND_DELTA ? "ops" : ""));
		tl_test(equal(got.subs, full && kind == TL_KIND_DELTA ? "s" : ""));
		tl_test(equal(got.lits, full && kind == TL_KIND_DELTA ? "li" : ""));
		tl_test(equal(got.plus, full && fastq ? "p" : ""));
		tl_test(equal(got.qual, full && fastq ? "IIII" : ""));
		tl_test(equal(got.qlay, full && fastq ? "q" : ""));
		tl_test_eq(got.lead.n, 0);
	}
	tl_test_eq(b.lead.n, 0);
	tl_test(tl_batch_bytes(&b) >= 2 * 12);
	tl_batch_free(&b);
	tl_test(b.n == 0 && !b.ordinal && !b.head.bytes.data);
}

static void test_kinds(void)
{
	for (int format = 0; format < 2; format++) {
		check(TL_KIND_SEQ, (enum tl_format)format);
		check(TL_KIND_DUP, (enum tl_format)format);
		check(TL_KIND_DELTA, (enum tl_format)format);
	}
}

static void test_lead(void)
{
	struct tl_batch b = {.kind = TL_KIND_DUP};
	struct tl_entry e = sample(), got;
	tl_test_ok(tl_batch_add(&b, &e, &err), err);
	tl_test_ok(tl_batch_add(&b, &e, &err), err);
	e.lead = str(";c\n");
	tl_test_ok(tl_batch_add(&b, &e, &err), err);
	e.lead = str("");
	tl_test_ok(tl_batch_add(&b, &e, &err), err);
	tl_test_eq(b.lead.n, 4);
	for (size_t i = 0; i < 4; i++) {
		tl_batch_get(&b, i, &got);
		tl_test(equal(got.lead, i == 2 ? ";c\n" : ""));
	}
	tl_batch_free(&b);
}

static void test_end(void)
{
	struct tl_batch b = {0};
	struct tl_entry got;
	for (unsigned i = 0; i < 100; i++) {
		tl_test_ok(tl_buf_fill(&b.resi.bytes, 'A', i, &err), err);
		tl_test_ok(tl_batch_end(&b, i, 0, i, 0, &err), err);
	}
	tl_batch_get(&b, 99, &got);
	tl_test_eq(got.resi.n, 99);
	tl_batch_get(&b, 0, &got);
	tl_test_eq(got.resi.n, 0);
	size_t cap = b.cap;
	tl_batch_reset(&b);
	tl_test_eq(b.n, 0);
	tl_test_eq(b.resi.bytes.len, 0);
	tl_test_eq(b.resi.n, 0);
	tl_test_eq(b.cap, cap);
	tl_batch_free(&b);
}

int main(void)
{
	TL_RUN(test_kinds);
	TL_RUN(test_lead);
	TL_RUN(test_end);
	return tl_test_end();
}
