/* SPDX-License-Identifier: MIT */
/* test_cigar: runs are written, read, measured and turned, and broken ones refused. */
#include <tl/cigar.h>

#include <string.h>

#include "tltest.h"

static struct tl_str str_of(const struct tl_buf *buf)
{
	return (struct tl_str){buf->data, buf->len};
}

/* Random runs, neighbours differing; lengths of one to many bytes. */
static void random_runs(struct tl_buf *ops, size_t n)
{
	struct tl_err err;
	int last = -1;
	tl_buf_reset(ops);
	for (size_t i = 0; i < n; i++) {
		int op;
		do
			op = (int)tl_test_below(4);
		while (op == last);
		last = op;
		uint64_t len = 1 + tl_test_random() % (1ull << tl_test_below(50));
		tl_test_ok(tl_cigar_add(ops, (enum tl_cigar_op)op, len, &err), err);
	}
}

static void test_measure(void)
{
	struct tl_buf ops = {0};
	struct tl_cigar_sum sum;
	struct tl_err err;
	tl_test(tl_cigar_measure(str_of(&ops), &sum) && sum.runs == 0 && sum.match == 0);
	tl_test_ok(tl_cigar_add(&ops, TL_CIGAR_MATCH, 90, &err), err);
	tl_test_ok(tl_cigar_add(&ops, TL_CIGAR_SUBST, 5, &err), err);
	tl_test_ok(tl_cigar_add(&ops, TL_CIGAR_INS, 3, &err), err);
	tl_test_ok(tl_cigar_add(&ops, TL_CIGAR_DEL, 2, &err), err);
	tl_test(tl_cigar_measure(str_of(&ops), &sum));
	tl_test(sum.match == 90 && sum.subst == 5 && sum.ins == 3 && sum.del == 2 && sum.runs == 4);
	tl_test_eq(tl_cigar_identity(&sum), 900000);
	tl_test_eq(tl_cigar_add(&ops, TL_CIGAR_MATCH, 0, &err), TL_INTERNAL);
	tl_test_eq(tl_cigar_add(&ops, TL_CIGAR_MATCH, UINT64_MAX / 2, &err), TL_INTERNAL);
	tl_buf_free(&ops);
}

static void test_broken(void)
{
	struct tl_cigar_sum sum;
	static const struct tl_str bad[] = {
		{(const uint8_t *)"\x01", 1},         /* a run of nothing */
		{(const uint8_t *)"\x84", 1},         /* not ended */
		{(const uint8_t *)"\x04\x08", 2},     /* twice the same op */
		{(const uint8_t *)"\x04\x09\x80", 3}, /* the last one not ended */
		{(const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10},
	};
	struct tl_buf out = {0};
	struct tl_err err;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tl_test(!tl_cigar_measure(bad[i], &sum));
		if (i != 2) {
			tl_test_eq(tl_cigar_turn(bad[i], i & 1, &out, &err), TL_DATA);
			tl_test_eq(out.len, 0);
		}
	}
	/* Counts that pass 64 bits. */
	struct tl_buf ops = {0};
	for (int i = 0; i < 10; i++)
		tl_test_ok(tl_cigar_add(&ops, i & 1, UINT64_MAX >> 2, &err), err);
	tl_test(!tl_cigar_measure(str_of(&ops), &sum));
	tl_buf_free(&ops);
	tl_buf_free(&out);
}

static void test_turn(void)
{
	struct tl_buf ops = {0}, once = {0}, twice = {0};
	struct tl_err err;
	for (int round = 0; round < 400; round++) {
		bool reverse = round & 1;
		struct tl_cigar_sum sum, turned;
		random_runs(&ops, tl_test_below(20));
		tl_buf_reset(&once);
		tl_buf_reset(&twice);
		tl_test_ok(tl_buf_fill(&once, 0x81, 3, &err), err); /* what is there stays */
		tl_test_ok(tl_cigar_turn(str_of(&ops), reverse, &once, &err), err);
		tl_test(once.len == ops.len + 3 && once.data[2] == 0x81);
		struct tl_str part = {once.data + 3, once.len - 3};
		tl_test(tl_cigar_measure(str_of(&ops), &sum) && tl_cigar_measure(part, &turned));
		tl_test(sum.match == turned.match && sum.subst == turned.subst);
		tl_test(sum.ins == turned.del && sum.del == turned.ins && sum.runs == turned.runs);
		tl_test_ok(tl_cigar_turn(part, reverse, &twice, &err), err);
		tl_test(twice.len == ops.len &&
			(ops.len == 0 || memcmp(twice.data, ops.data, ops.len) == 0));
	}
	tl_buf_reset(&ops);
	tl_buf_reset(&once);
	tl_test_ok(tl_cigar_add(&ops, TL_CIGAR_MATCH, 1000, &err), err);
	tl_test_ok(tl_cigar_add(&ops, TL_CIGAR_INS, 7, &err), err);
	tl_test_ok(tl_cigar_turn(str_of(&ops), true, &once, &err), err);
	enum tl_cigar_op op;
	uint64_t len;
	size_t pos = 0;
	tl_test(tl_cigar_next(str_of(&once), &pos, &op, &len) && op == TL_CIGAR_DEL && len == 7);
	tl_test(tl_cigar_next(str_of(&once), &pos, &op, &len) && len == 1000);
	tl_test_eq(op, TL_CIGAR_MATCH);
	tl_test(!tl_cigar_next(str_of(&once), &pos, &op, &len) && pos == once.len);
	tl_buf_free(&ops);
	tl_buf_free(&once);
	tl_buf_free(&twice);
}

static void test_identity(void)
{
	struct tl_cigar_sum sum = {0};
	tl_test_eq(tl_cigar_identity(&sum), 0);
	sum = (struct tl_cigar_sum){.match = 2, .subst = 1};
	tl_test_eq(tl_cigar_identity(&sum), 666666);
	sum = (struct tl_cigar_sum){.match = UINT64_MAX / 4};
	tl_test_eq(tl_cigar_identity(&sum), 1000000);
	sum.del = sum.match;
	tl_test_eq(tl_cigar_identity(&sum), 500000);
}

int main(void)
{
	TL_RUN(test_measure);
	TL_RUN(test_broken);
	TL_RUN(test_turn);
	TL_RUN(test_identity);
	return tl_test_end();
}
