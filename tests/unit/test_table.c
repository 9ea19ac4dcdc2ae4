/* SPDX-License-Identifier: MIT */
/* test_table: rows come back by number, in memory and on disk, in any order. */
#include <tl/table.h>

#include <string.h>

#include "tltest.h"

static void make_row(uint8_t *row, size_t size, uint64_t i)
{
	for (size_t k = 0; k < size; k++)
		row[k] = (uint8_t)((i * 2654435761u >> k % 24) + k);
}

static void expect(const struct tl_table *t, struct tl_table_view *view, size_t size, uint64_t i)
{
	struct tl_err err = {0};
	uint8_t want[64];
	const void *row;
	make_row(want, size, i);
	tl_test_ok(tl_table_get(t, view, i, &row, &err), err);
	tl_test(!memcmp(row, want, size));
}

static void try_size(struct tl_budget *budget, size_t size, uint64_t n)
{
	struct tl_err err = {0};
	struct tl_table *t;
	struct tl_table_view a = {0}, b = {0};
	uint8_t row[64];
	tl_test_ok(tl_table_new(budget, UINT64_MAX, size, &t, &err), err);
	for (uint64_t i = 0; i < n; i++) {
		make_row(row, size, i);
		tl_test_ok(tl_table_put(t, row, &err), err);
	}
	tl_test_eq(tl_table_count(t), n);
	/* One behind the other, with gaps, backwards and anywhere, by two views that take turns. */
	for (uint64_t i = 0; i < n; i++) {
		expect(t, &a, size, i);
		if (i % 64 == 0)
			expect(t, &b, size, tl_test_below(n));
	}
	for (uint64_t i = 0; i < n; i += 1 + tl_test_below(40))
		expect(t, &b, size, i);
	for (uint64_t i = n; i > 0; i -= i < 7 ? i : 7)
		expect(t, &a, size, i - 1);
	/* More rows after views were left. */
	tl_table_leave(&a);
	tl_table_leave(&b);
	make_row(row, size, n);
	tl_test_ok(tl_table_put(t, row, &err), err);
	expect(t, &a, size, n);
	expect(t, &a, size, 0);
	tl_table_leave(&a);
	tl_table_free(t);
}

static void test_rows(void)
{
	static const size_t sizes[] = {1, 4, 8, 24, 33, 48};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		try_size(NULL, sizes[i], 3000000 / sizes[i]);
}

static void test_on_disk(void)
{
	static const size_t sizes[] = {4, 33, 48};
	const struct tl_budget_opts opts = {.limit = 1};
	struct tl_err err = {0};
	struct tl_budget *budget;
	struct tl_budget_sum sum;
	tl_test_ok(tl_budget_new(&opts, &budget, &err), err);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		try_size(budget, sizes[i], 3000000 / sizes[i]);
	tl_budget_sum(budget, &sum);
	tl_test(sum.spilled >= 6u << 20 && sum.used == 0);
	tl_budget_free(budget);
}

static void test_nothing(void)
{
	struct tl_err err = {0};
	struct tl_table *t;
	tl_test_ok(tl_table_new(NULL, 0, 8, &t, &err), err);
	tl_test_eq(tl_table_count(t), 0);
	tl_table_free(t);
	tl_table_free(NULL);
}

int main(void)
{
	TL_RUN(test_rows);
	TL_RUN(test_on_disk);
	TL_RUN(test_nothing);
	return tl_test_end();
}
