/* SPDX-License-Identifier: MIT */
/* fuzz_cigar: any bytes as the runs of an alignment: added up and read one by one they are the
 * same; turned round twice they are as they were.  The first byte chooses the way to turn. */
#include <stdlib.h>
#include <string.h>

#include <tl/cigar.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int fine)
{
	if (!fine)
		abort();
}

static bool add(uint64_t *sum, uint64_t len)
{
	return !__builtin_add_overflow(*sum, len, sum);
}

/* The same by tl_cigar_next, and the runs written again. */
static void one_by_one(struct tl_str ops, const struct tl_cigar_sum *want, struct tl_buf *again)
{
	uint64_t sum[4] = {0}, len, runs = 0;
	size_t pos = 0;
	enum tl_cigar_op op;
	while (tl_cigar_next(ops, &pos, &op, &len)) {
		must(len > 0 && add(&sum[op], len));
		must(tl_cigar_add(again, op, len, NULL) == TL_OK);
		runs++;
	}
	must(pos == ops.n && runs == want->runs);
	must(sum[TL_CIGAR_MATCH] == want->match && sum[TL_CIGAR_SUBST] == want->subst);
	must(sum[TL_CIGAR_INS] == want->ins && sum[TL_CIGAR_DEL] == want->del);
}

static void turn(struct tl_str ops, const struct tl_cigar_sum *sum, bool reverse)
{
	struct tl_buf there = {0}, back = {0}, again = {0};
	struct tl_cigar_sum turned, same;
	one_by_one(ops, sum, &again);
	must(tl_cigar_turn(ops, reverse, &there, NULL) == TL_OK);
	struct tl_str t = {there.data, there.len};
	must(tl_cigar_measure(t, &turned));
	must(turned.match == sum->match && turned.subst == sum->subst && turned.runs == sum->runs);
	must(turned.ins == sum->del && turned.del == sum->ins);
	must(tl_cigar_identity(&turned) == tl_cigar_identity(sum));
	must(tl_cigar_identity(sum) <= 1000000);
	must(tl_cigar_turn(t, reverse, &back, NULL) == TL_OK);
	must(tl_cigar_measure((struct tl_str){back.data, back.len}, &same));
	must(back.len == again.len && (!back.len || !memcmp(back.data, again.data, back.len)));
	tl_buf_free(&there);
	tl_buf_free(&back);
	tl_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_cigar_sum sum;
	if (!size || size > 1 << 14)
		return 0;
	struct tl_str ops = {data + 1, size - 1};
	if (tl_cigar_measure(ops, &sum))
		turn(ops, &sum, data[0] & 1);
	else
		while (ops.n && tl_cigar_next(ops, &(size_t){0}, &(enum tl_cigar_op){0}, &(uint64_t){0}))
			ops.n--;
	return 0;
}
