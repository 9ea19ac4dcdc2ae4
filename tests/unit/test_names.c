/* SPDX-License-Identifier: MIT */
/* test_names: lists of ids, and which headers answer to them. */
#include <tl/names.h>

#include "tltest.h"

static struct tl_err err;

static struct tl_names *load(const char *list, size_t n)
{
	struct tl_names *names;
	char path[40];
	int fd = memfd_create("ids", 0);
	tl_test(fd >= 0 && write(fd, list, n) == (ssize_t)n);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	tl_test_ok(tl_names_load(path, &names, &err), err);
	close(fd);
	return names;
}

static bool match(struct tl_names *names, const char *head, uint64_t ordinal)
{
	return tl_names_match(names, (struct tl_str){(const uint8_t *)head, strlen(head)}, ordinal);
}

static struct tl_names_count count(const struct tl_names *names)
{
	struct tl_names_count c;
	tl_names_count(names, &c);
	return c;
}

static void test_forms(void)
{
	static const char list[] =
		"  alpha and more\r\n\n\t\nP12345\ntl|7\nbeta\nalpha\nsp|Q9|FULL_X";
	struct tl_names *names = load(list, sizeof list - 1);
	tl_test_eq(count(names).ids, 5);
	tl_test_eq(count(names).unknown, 5);
	tl_test(match(names, "alpha", 0));
	tl_test(match(names, "beta\tcolumn", 1));
	tl_test(match(names, "sp|P12345|NAME_HUMAN Protein", 2));
	tl_test(match(names, "sp|Q9|FULL_X Protein", 3));
	tl_test(!match(names, "sp|Q9|OTHER", 4));
	tl_test(!match(names, "alphabet", 5));
	tl_test(!match(names, "", 6));
	tl_test(match(names, "anything", 7));
	tl_test(!match(names, "x alpha", 8));
	tl_test(!match(names, "|", 9) && !match(names, "a|", 10) && !match(names, "a||", 11));
	tl_test_eq(count(names).unknown, 0);
	tl_test_eq(count(names).ambiguous, 0);
	tl_test(tl_names_unknown(names).p == NULL);
	tl_names_free(names);
	/* The accession at the end of the word. */
	names = load("X1", 2);
	tl_test(match(names, "gb|X1", 0) && match(names, "gb|X1 text", 1));
	tl_test(!match(names, "gb|X12", 2) && !match(names, "X12", 3) &&
		!match(names, "a|b|X1", 4));
	tl_test_eq(count(names).ambiguous, 1);
	tl_names_free(names);
}

static void test_titles(void)
{
	struct tl_names *names = load("two\nB2\n", 7);
	tl_test(match(names, "one first\001two second\001three", 0));
	tl_test(match(names, "one\001x|B2|y", 1));
	tl_test(!match(names, "one\001", 2) && !match(names, "\001\001", 3));
	tl_test(match(names, "\001two", 4));
	tl_names_free(names);
}

/* A record is known by each of its ids, and counts once for each. */
static void test_counts(void)
{
	static const char list[] = "P1\nsp|P1|A\ntl|0\nother\nunknown\nlast\n";
	struct tl_names *names = load(list, sizeof list - 1);
	tl_test(match(names, "sp|P1|A\001other\001other", 0));
	struct tl_names_count c = count(names);
	tl_test(c.ids == 6 && c.unknown == 2 && c.ambiguous == 0);
	struct tl_str first = tl_names_unknown(names);
	tl_test(first.n == 7 && memcmp(first.p, "unknown", 7) == 0);
	tl_test(match(names, "sp|P1|A\001other", 0));
	tl_test_eq(count(names).ambiguous, 0);
	tl_test(match(names, "other", 1));
	c = count(names);
	tl_test(c.unknown == 2 && c.ambiguous == 1);
	tl_test(match(names, "other", 2) && match(names, "other", 3));
	tl_test_eq(count(names).ambiguous, 1);
	tl_names_free(names);
}

static void test_bytes(void)
{
	static const char list[] = "a\0b\n\xff\xfe\nlast";
	struct tl_names *names = load(list, sizeof list - 1);
	tl_test_eq(count(names).ids, 3);
	tl_test(tl_names_match(names, (struct tl_str){(const uint8_t *)"a\0b c", 5}, 0));
	tl_test(!match(names, "a", 1));
	tl_test(match(names, "\xff\xfe", 2) && match(names, "last", 3));
	tl_names_free(names);
}

static void test_many(void)
{
	enum { N = 20000 };
	static char list[N * 8];
	size_t n = 0;
	for (unsigned i = 0; i < N; i++)
		n += (size_t)sprintf(list + n, "r%u\n", i);
	struct tl_names *names = load(list, n);
	tl_test_eq(count(names).ids, N);
	for (unsigned i = 1; i < 2 * N; i += 2) {
		char head[16];
		sprintf(head, "r%u", i);
		tl_test_eq(match(names, head, i), i < N);
	}
	tl_test_eq(count(names).unknown, N / 2);
	tl_names_free(names);
}

static void test_empty_and_missing(void)
{
	struct tl_names *names = load("", 0);
	tl_test(!match(names, "a", 0) && !match(names, "", 1));
	tl_test_eq(count(names).ids, 0);
	tl_names_free(names);
	tl_names_free(NULL);
	tl_test_eq(tl_names_load("/nonexistent/ids", &names, &err), TL_NOINPUT);
	tl_test(strstr(err.msg, "/nonexistent/ids") != NULL);
	tl_test_eq(tl_names_load("/", &names, &err), TL_NOINPUT);
}

int main(void)
{
	TL_RUN(test_forms);
	TL_RUN(test_titles);
	TL_RUN(test_counts);
	TL_RUN(test_bytes);
	TL_RUN(test_many);
	TL_RUN(test_empty_and_missing);
	return tl_test_end();
}
