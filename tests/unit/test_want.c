/* SPDX-License-Identifier: MIT */
/* test_want: ranges and taxonomy ids as they are written, and what they want. */
#include <tl/want.h>

#include <string.h>

#include "tltest.h"

static struct tl_err err;

static struct tl_str str(const char *s)
{
	return (struct tl_str){(const uint8_t *)s, strlen(s)};
}

static void test_ranges(void)
{
	static const struct {
		const char *text;
		uint64_t from, to;
	} good[] = {{"0", 0, 0}, {"5-9", 5, 9}, {"7-7", 7, 7}, {"7-", 7, INT64_MAX}, {"-7", 0, 7}};
	static const char *const bad[] = {"",    "-",   "x",   "1-x", "x-1",  "5-4", "1-2-3",
					  " 1", "1 -2", "--1", "9223372036854775808", "1,2"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct tl_want w = {0};
		tl_test_ok(tl_want_range(&w, good[i].text, &err), err);
		tl_test_eq(w.from, good[i].from);
		tl_test_eq(w.to, good[i].to);
		tl_test(tl_want_ordinal(&w, good[i].from) && tl_want_ordinal(&w, good[i].to));
		tl_test(!good[i].from || !tl_want_ordinal(&w, good[i].from - 1));
		tl_test(!tl_want_ordinal(&w, good[i].to + 1));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct tl_want w = {0};
		tl_test_eq(tl_want_range(&w, bad[i], &err), TL_USAGE);
	}
}

static void test_taxa(void)
{
	static const char *const bad[] = {"", "0", "x", "1,", ",1", "1,,2", "2147483648", "1 2"};
	static const uint8_t own[] = {5};
	struct tl_want w = {0};
	tl_test(tl_want_match(&w, 3, str("anything"), str("")));
	tl_test_ok(tl_want_taxa(&w, "5,2147483647", NULL, &err), err);
	tl_test(tl_want_match(&w, 3, str("a OX=5"), str("")));
	tl_test(tl_want_match(&w, 3, str("a OX=2147483647"), str("")));
	tl_test(!tl_want_match(&w, 3, str("a OX=6"), str("")));
	tl_test(!tl_want_match(&w, 3, str("a"), str("")));
	tl_test(tl_want_match(&w, 3, str("a OX=6"), (struct tl_str){own, 1}));
	tl_test_ok(tl_want_range(&w, "4-", &err), err);
	tl_test(!tl_want_match(&w, 3, str("a OX=5"), str("")));
	tl_want_free(&w);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tl_test_eq(tl_want_taxa(&w, bad[i], NULL, &err), TL_USAGE);
		tl_want_free(&w);
	}
}

int main(void)
{
	TL_RUN(test_ranges);
	TL_RUN(test_taxa);
	return tl_test_end();
}
