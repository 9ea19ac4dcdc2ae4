/* SPDX-License-Identifier: MIT */
/* test_col: items come back, empty ones too; ended piecewise; reset and refilled. */
#include <tl/col.h>

#include "tltest.h"

static void fill(struct tl_col *col, int n)
{
	struct tl_err err;
	char text[64];
	for (int i = 0; i < n; i++) {
		int len = i % 5 ? snprintf(text, sizeof text, "item %d", i) : 0;
		tl_test_ok(tl_col_add(col, text, (size_t)len, &err), err);
	}
}

static void check(const struct tl_col *col, int n)
{
	char text[64];
	tl_test_eq(col->n, n);
	for (int i = 0; i < n; i++) {
		int len = i % 5 ? snprintf(text, sizeof text, "item %d", i) : 0;
		struct tl_str s = tl_col_get(col, (size_t)i);
		tl_test_eq(s.n, len);
		tl_test(!len || !memcmp(s.p, text, (size_t)len));
	}
}

static void test_items(void)
{
	struct tl_col col = {0};
	fill(&col, 5000);
	check(&col, 5000);
	tl_col_reset(&col);
	tl_test_eq(col.n, 0);
	fill(&col, 77);
	check(&col, 77);
	tl_col_free(&col);
	tl_test_eq(col.n, 0);
	fill(&col, 6);
	check(&col, 6);
	tl_col_free(&col);
}

static void test_pieces(void)
{
	struct tl_col col = {0};
	struct tl_err err;
	tl_test_ok(tl_buf_add(&col.bytes, "ab", 2, &err), err);
	tl_test_ok(tl_buf_add(&col.bytes, "c", 1, &err), err);
	tl_test_ok(tl_col_end(&col, &err), err);
	tl_test_ok(tl_col_end(&col, &err), err);
	tl_test_eq(col.n, 2);
	tl_test(tl_col_get(&col, 0).n == 3 && !memcmp(tl_col_get(&col, 0).p, "abc", 3));
	tl_test_eq(tl_col_get(&col, 1).n, 0);
	tl_col_free(&col);
}

/* Items without a byte among them: no address is made from NULL (UBSan of clang would say so). */
static void test_no_bytes(void)
{
	struct tl_col col = {0};
	struct tl_err err;
	for (size_t i = 0; i < 3; i++)
		tl_test_ok(tl_col_end(&col, &err), err);
	for (size_t i = 0; i < 3; i++)
		tl_test_eq(tl_col_get(&col, i).n, 0);
	tl_col_free(&col);
}

int main(void)
{
	TL_RUN(test_items);
	TL_RUN(test_pieces);
	TL_RUN(test_no_bytes);
	return tl_test_end();
}
