/* SPDX-License-Identifier: MIT */
/* test_shelf: sources that are written down, and batches that are looked into where they are. */
#include "shelf.h"

#include <tl/batch.h>

#include "tltest.h"

#define BATCH 50 /* records in a batch, of every third ordinal */
#define BATCHES 480

static struct tl_err err;

/* Records from ordinal first on, the length of each its place in the batch. */
static struct tl_batch make_batch(uint64_t first, size_t n)
{
	struct tl_batch b = {.kind = TL_KIND_SEQ, .alphabet = TL_PROTEIN};
	static const uint8_t letters[] = "MKVLAAGRSTMKVLAAGRSTMKVLAAGRSTMKVLAAGRSTMKVLAAGRSTMKVLAAGRST";
	for (size_t i = 0; i < n; i++) {
		const struct tl_entry e = {.ordinal = first + 3 * i, .length = i, .resi = {letters, i}};
		tl_test_ok(tl_batch_add(&b, &e, &err), err);
	}
	return b;
}

static enum tl_status add(struct tl_shelf *s, uint64_t ordinal)
{
	const struct tl_source source = {.ordinal = ordinal, .at = 7 * ordinal, .length = 5,
					 .root = ordinal / 2, .depth = 3, .nucleotide = true};
	return tl_shelf_add(s, &source, &err);
}

static void check(struct tl_shelf *s, const struct tl_batch *batch, uint64_t ordinal)
{
	struct tl_source got;
	bool found;
	tl_test_ok(tl_shelf_find(s, ordinal, &got, &found, &err), err);
	if (ordinal % 3 == 2 || ordinal >= 3 * BATCH * BATCHES) {
		tl_test(!found);
	} else if (ordinal % 3 == 1) {
		tl_test(found && got.ordinal == ordinal && got.at == 7 * ordinal && got.depth == 3);
		tl_test(got.root == ordinal / 2 && got.nucleotide && got.length == 5);
	} else {
		const struct tl_batch *b = &batch[ordinal / (3 * BATCH)];
		const size_t i = ordinal / 3 % BATCH;
		tl_test(found && got.ordinal == ordinal && got.root == ordinal && got.length == i);
		tl_test(!got.depth && !got.twin && !got.family && !got.nucleotide);
		tl_test(!i || got.residues == b->resi.bytes.data + b->resi.end[i - 1]);
	}
}

/* Batches in two runs, and sources of other ordinals between theirs in two, by far more than a piece;
 * found in order, backwards and in leaps. */
static void find_all(uint64_t limit)
{
	const struct tl_budget_opts opts = {.limit = limit};
	struct tl_budget *budget = NULL;
	struct tl_batch batch[BATCHES];
	tl_test_ok(tl_budget_new(&opts, &budget, &err), err);
	struct tl_shelf s = {.opt_budget = budget};
	for (unsigned i = 0; i < BATCHES; i++)
		batch[i] = make_batch(3 * BATCH * (uint64_t)i, BATCH);
	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = k; i < BATCHES; i += 2)
			tl_test_ok(tl_shelf_add_batch(&s, &batch[i], &err), err);
	const uint64_t all = 3 * BATCH * BATCHES;
	for (uint64_t from = 0; from < 2; from++)
		for (uint64_t i = from; i < all / 3; i += 2)
			tl_test_ok(add(&s, 3 * i + 1), err);
	for (uint64_t i = 0; i < all + 10; i++)
		check(&s, batch, i);
	for (uint64_t i = all + 10; i-- > 0;)
		check(&s, batch, i);
	for (uint64_t i = 0; i < all; i++)
		check(&s, batch, i * 1009 % all);
	tl_shelf_free(&s);
	for (unsigned i = 0; i < BATCHES; i++)
		tl_batch_free(&batch[i]);
	struct tl_budget_sum sum;
	tl_budget_sum(budget, &sum);
	tl_test_eq(sum.used, 0);
	tl_budget_free(budget);
}

static void test_find(void)
{
	find_all(0);
	find_all(768 << 10); /* what is written down goes to disk */
}

static void test_twice(void)
{
	struct tl_batch a = make_batch(30, 10), b = make_batch(0, 12), none = make_batch(0, 0);
	struct tl_shelf s = {0};
	tl_test_ok(tl_shelf_add_batch(&s, &none, &err), err);
	tl_test_ok(tl_shelf_add_batch(&s, &a, &err), err);
	tl_test_eq(tl_shelf_add_batch(&s, &a, &err), TL_DATA);
	tl_test(strstr(err.msg, "tl|30: stands twice"));
	tl_test_eq(tl_shelf_add_batch(&s, &b, &err), TL_DATA); /* the last but one is the first of a */
	tl_test_eq(add(&s, 57), TL_DATA);
	tl_test(strstr(err.msg, "tl|57: stands twice"));
	tl_test_ok(add(&s, 15), err);
	b.n = 10;
	tl_test_eq(tl_shelf_add_batch(&s, &b, &err), TL_DATA);
	tl_test(strstr(err.msg, "tl|15: stands twice"));
	b.n = 5;
	tl_test_ok(tl_shelf_add_batch(&s, &b, &err), err);
	tl_shelf_free(&s);
	tl_batch_free(&a);
	tl_batch_free(&b);
}

/* One run more than there may be, of batches and of what is written down. */
static void test_disorder(void)
{
	struct tl_batch batch[TL_SHELF_RUNS + 1];
	struct tl_shelf s = {0};
	for (unsigned i = 0; i <= TL_SHELF_RUNS; i++) {
		const uint64_t first = 100 * (uint64_t)(TL_SHELF_RUNS - i);
		batch[i] = make_batch(first, 2);
		enum tl_status st = i == TL_SHELF_RUNS ? TL_DATA : TL_OK;
		tl_test_eq(tl_shelf_add_batch(&s, &batch[i], &err), st);
		tl_test_eq(add(&s, first + 1), st);
	}
	tl_test(strstr(err.msg, "in disorder"));
	tl_shelf_free(&s);
	for (unsigned i = 0; i <= TL_SHELF_RUNS; i++)
		tl_batch_free(&batch[i]);
}

int main(void)
{
	TL_RUN(test_find);
	TL_RUN(test_twice);
	TL_RUN(test_disorder);
	return tl_test_end();
}
